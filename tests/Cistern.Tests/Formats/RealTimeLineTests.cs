using Cistern.Formats.CloudFront;

namespace Cistern.Tests.Formats;

public sealed class RealTimeLineTests
{
    [Fact]
    public void Selected_fields_are_read_with_their_list_in_whatever_order_it_is_written()
    {
        var names = System.Text.Json.JsonDocument.Parse(Bodies.Fixture("cloudfront-realtime/own_10-selected-fields.fields.json"))
            .RootElement.EnumerateArray().Select(name => name.GetString()!).ToArray();
        var text = Bodies.FixtureText("cloudfront-realtime/own_10-selected-fields.tsv");
        foreach (var list in new[] { string.Join(", ", names), string.Join(' ', names.Reverse()), "1,2,5,7,9-10,15,18,21,26" })
        {
            var into = Bodies.DecodeRecords(Bodies.CloudFront with { CloudFrontFields = list }, text);

            Assert.Equal(2, into.Requests.RowCount);
            var expected = new Dictionary<string, string>
            {
                ["time"] = "1760000000123000",
                ["client_ip"] = "203.0.113.7",
                ["status"] = "200",
                ["method"] = "GET",
                ["host"] = "video.example.com",
                ["path"] = "/seg/0001.m4s",
                ["query"] = "tok=a%20b",
                ["time_taken"] = "0.118",
                ["user_agent"] = "ExamplePlayer/1.0 (own made)",
                ["result_type"] = "Hit",
            };
            Assert.Equal(expected.OrderBy(pair => pair.Key), Rows.Of(into.Requests, 1).OrderBy(pair => pair.Key));
        }
    }

    [Fact]
    public void A_captured_line_with_added_directives_is_read()
    {
        var row = Bodies.DecodeRow(Bodies.Any, Bodies.FixtureText("cloudfront-realtime/claygregory_kinesis-1-0.txt"));

        Assert.Equal("1607374321541000", row["time"]);
        Assert.Equal(("127.0.0.1", "200", "485", "http"), (row["client_ip"], row["status"], row["bytes_sent"], row["scheme"]));
        Assert.Equal(("/i", "745", "0.042", "35"), (row["path"], row["bytes_received"], row["time_to_first_byte"], row["sc_content_len"]));
        Assert.StartsWith("stm=1607374321563&e=pp&url=http%3A%2F%2Flocalhost%3A5000%2Fpage-2&refr=", row["query"], StringComparison.Ordinal);
        Assert.Equal("6PfZe0cc_AjXUjFuGnL9pGOmFdUx8xR8ZU8nr44JYJWi-DaeJjcxkw==", row["request_id"]);
        Assert.EndsWith("\nReferer:http://localhost:5000/page-2", row["cs_headers"], StringComparison.Ordinal);
        Assert.Equal("8", row["cs_headers_count"]);
        Assert.False(row.ContainsKey("tls"));
    }

    [Theory]
    [InlineData("1-2,4-41")]
    [InlineData("1-41")]
    [InlineData("1-2,4-41,44-46")]
    [InlineData("1-2,4-46")]
    [InlineData("1-45")]
    [InlineData("1-46")]
    [InlineData("1-64")]
    [InlineData("1-67")]
    [InlineData("1-69")]
    [InlineData("1-71")]
    [InlineData("1-2,5-7,9-10,15,18-19,21")]
    public void A_known_count_is_read_without_a_list_and_gives_what_the_list_gives(string list)
    {
        var numbers = CloudFrontFields.NamesOf(list).Select(name => CloudFrontFields.Names.ToList().IndexOf(name) + 1);
        var line = Lines.RealTime(numbers, (24, "-"), (25, "-"), (5, "000"));

        var guessed = Bodies.DecodeRow(Bodies.Any, line);

        Assert.Equal(Bodies.DecodeRow(Bodies.CloudFront with { CloudFrontFields = list }, line), guessed);
        Assert.Equal("0", guessed["status"]);
        Assert.False(guessed.ContainsKey("tls"));
    }

    [Theory]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("2001:0DB8:0:0:0:0:0:7", "2001:0DB8:0:0:0:0:0:7")]
    [InlineData("::ffff:203.0.113.7", "::ffff:203.0.113.7")]
    public void IPv6_addresses_are_kept_as_they_are_written(string address, string expected) =>
        Assert.Equal(expected, Bodies.DecodeRow(Bodies.Any, Lines.All((2, address)))["client_ip"]);

    [Fact]
    public void A_count_that_matches_no_list_is_rejected_and_says_what_to_configure()
    {
        var line = Lines.RealTime(Enumerable.Range(1, 50));
        var into = Bodies.DecodeRecords(Bodies.CloudFront, line);

        var reject = Rows.Of(into.Rejects, 0);
        Assert.Equal("line has 50 fields, which matches no known list; configure the fields, for instance with the common attribute cloudfront-fields", reject["reason"]);
        Assert.Equal((line.TrimEnd('\n'), "requests", "0", "0"), (reject["data"], reject["signal"], reject["record_index"], reject["item_index"]));
    }

    [Theory]
    [InlineData(2, "GET", "field 2, c-ip, is 'GET', which is not an IP address")]
    [InlineData(2, "203.0.113.256", "field 2, c-ip")]
    [InlineData(2, "203.0.113", "field 2, c-ip")]
    [InlineData(2, "1", "field 2, c-ip")]
    [InlineData(2, "fe80::1%eth0", "field 2, c-ip")]
    [InlineData(2, "[::1]", "field 2, c-ip")]
    [InlineData(3, "x", "field 3, s-ip")]
    [InlineData(1, "yesterday", "field 1, timestamp, is 'yesterday', which is not seconds since 1970")]
    [InlineData(1, "253402300800", "field 1, timestamp")]
    [InlineData(1, "1.1234567", "field 1, timestamp")]
    [InlineData(1, "-1", "field 1, timestamp")]
    [InlineData(1, "1.", "field 1, timestamp")]
    [InlineData(4, "1e3", "field 4, time-to-first-byte, is '1e3', which is not a decimal number")]
    [InlineData(4, "NaN", "field 4, time-to-first-byte")]
    [InlineData(4, ".5", "field 4, time-to-first-byte")]
    [InlineData(5, "OK", "field 5, sc-status, is 'OK', which is not a status of three digits")]
    [InlineData(5, "2000", "field 5, sc-status")]
    [InlineData(5, "099", "field 5, sc-status")]
    [InlineData(6, "1.5", "field 6, sc-bytes, is '1.5', which is not a whole number")]
    [InlineData(6, "9999999999999999999", "field 6, sc-bytes")]
    [InlineData(33, "2147483648", "field 33, c-port")]
    [InlineData(49, "yes", "field 49, cmcd-buffer-starvation, is 'yes', which is not 0, 1, true or false")]
    public void A_typed_value_that_does_not_parse_rejects_the_line_and_names_the_field(int number, string value, string expected)
    {
        var reason = Bodies.DecodeReason(Bodies.CloudFront with { CloudFrontFields = "1-71" }, Lines.All((number, value)));

        Assert.StartsWith(expected, reason, StringComparison.Ordinal);
        Assert.Contains("field", Bodies.DecodeReason(Bodies.CloudFront, Lines.All((number, value))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(70)]
    [InlineData(72)]
    public void A_line_with_more_or_fewer_fields_than_its_list_is_rejected(int count)
    {
        var line = string.Join('\t', Enumerable.Repeat("-", count - 1).Prepend("1760000000.123"));

        Assert.StartsWith(
            $"line has {count} fields and its field list has 71", Bodies.DecodeReason(Bodies.CloudFront with { CloudFrontFields = "1-71" }, line), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_line_leaves_its_neighbours_as_they_are()
    {
        var good = Lines.All((10, "/a"), (21, "-"));
        var into = Bodies.DecodeRecords(Bodies.Any, good + Lines.All((69, "x"), (67, "bad")) + "\r\n\n" + good.Replace("\n", "\r\n", StringComparison.Ordinal));

        Assert.Equal(2, into.Requests.RowCount);
        Assert.Equal(Rows.Of(into.Requests, 0), Rows.Of(into.Requests, 1));
        Assert.Equal("1", Rows.Of(into.Rejects, 0)["item_index"]);
    }

    [Fact]
    public void Percent_encoding_is_undone_once_and_only_where_it_was_done()
    {
        var row = Bodies.DecodeRow(Bodies.Any, Lines.All((18, "a%2520b%20c%zz%4"), (10, "/%C3%A4%2F?x=%2526"), (21, "-"), (12, "FRA60-P3"), (60, "s%20x")));

        Assert.Equal("a%20b c%zz%4", row["user_agent"]);
        Assert.Equal("/ä/", row["path"]);
        Assert.Equal("x=%26", row["query"]);
        Assert.Equal("s%20x", row["cmcd_session_id"]);
    }

    [Fact]
    public void Bytes_that_are_not_text_become_U_FFFD()
    {
        var row = Bodies.DecodeRow(Bodies.Any, Lines.All((18, "a%FFb%00c%C3"), (50, "%F0%9F%92%A7")));

        Assert.Equal("a\uFFFDb\uFFFDc\uFFFD", row["user_agent"]);
        Assert.Equal("💧", row["cmcd_content_id"]);

        var record = System.Text.Encoding.Latin1.GetBytes(Lines.All((25, "T\u00e9\0"), (18, "caf\u00e9"), (9, "H\u00c3\u00a4T")));
        var into = Bodies.Decode(Bodies.CloudFront, Bodies.Envelope([record]));
        row = Rows.Of(into.Requests, 0);
        Assert.Equal(("T\uFFFD\uFFFD", "caf\uFFFD", "hät"), (row["ssl_cipher"], row["user_agent"], row["host"]));
    }

    [Fact]
    public void Hosts_are_lower_case_and_the_distribution_is_x_host_header()
    {
        var row = Bodies.DecodeRow(Bodies.Any, Lines.All((9, "WWW.Example.COM"), (14, "D111111abcdef8.cloudfront.net")));

        Assert.Equal(("www.example.com", "D111111abcdef8.cloudfront.net"), (row["host"], row["distribution"]));
    }

    [Fact]
    public void The_query_is_cs_uri_query_and_else_what_follows_in_the_stem()
    {
        Assert.Equal("own=1", Bodies.DecodeRow(Bodies.Any, Lines.All((10, "/a?stem=1"), (21, "own=1")))["query"]);
        Assert.Equal("stem=1?2", Bodies.DecodeRow(Bodies.Any, Lines.All((10, "/a?stem=1?2"), (21, "-")))["query"]);
        Assert.False(Bodies.DecodeRow(Bodies.Any, Lines.All((10, "/a?"), (21, "-"))).ContainsKey("query"));
    }

    [Fact]
    public void Headers_are_split_before_they_are_decoded_and_hold_no_cookie()
    {
        var row = Bodies.DecodeRow(Bodies.Any, Lines.All((39, "host:a%0Acookie:s=1%0ACookie2:x%0ACOOKIE:y%0ax:1%250A2%0Acut"), (40, "host%0Acookie%0A")));

        Assert.Equal("host:a\nCookie2:x\nx:1%0A2\ncut", row["cs_headers"]);
        Assert.Equal("host\ncookie", row["cs_header_names"]);
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1760000000", "1760000000000000")]
    [InlineData("1760000000.1", "1760000000100000")]
    [InlineData("1760000000.123999", "1760000000123000")]
    [InlineData("253402300799.999", "253402300799999000")]
    public void A_timestamp_becomes_whole_milliseconds(string timestamp, string expected) =>
        Assert.Equal(expected, Bodies.DecodeRow(Bodies.Any, Lines.All((1, timestamp)))["time"]);

    [Theory]
    [InlineData("0.1")]
    [InlineData("12345678.1234567")]
    [InlineData("1.1000590226167435")]
    [InlineData("0.000001")]
    [InlineData("86400")]
    public void A_decimal_is_the_nearest_double(string value) =>
        Assert.Equal(
            double.Parse(value, System.Globalization.CultureInfo.InvariantCulture),
            double.Parse(Bodies.DecodeRow(Bodies.Any, Lines.All((15, value)))["time_taken"], System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void The_weight_is_set_only_where_a_stream_is_sampled()
    {
        Assert.False(Bodies.DecodeRow(Bodies.Any, Lines.All()).ContainsKey("weight"));
        Assert.Equal("4", Bodies.DecodeRow(Bodies.Any with { Weight = 4 }, Lines.All())["weight"]);
    }

    [Fact]
    public void A_flood_of_bad_lines_is_kept_in_full_without_a_reject_for_each()
    {
        var flood = string.Concat(Enumerable.Repeat("x\n", 100_000));
        var into = Bodies.DecodeRecords(Bodies.CloudFront, flood + Lines.All() + flood);

        Assert.Equal(1, into.Requests.RowCount);
        Assert.InRange(into.Rejects.RowCount, 1001, 1010);
        Assert.InRange(into.Rejects.Bytes, 400_000, 800_000);
        var kept = Enumerable.Range(0, into.Rejects.RowCount).Sum(row => Rows.Of(into.Rejects, row)["data"].Count(character => character == 'x'));
        Assert.Equal(200_000, kept);
    }
}
