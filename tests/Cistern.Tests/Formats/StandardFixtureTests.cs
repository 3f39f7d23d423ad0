using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats;

public sealed class StandardFixtureTests
{
    // Columns of the standard log's fields, written down here a second time, from the page of the format and not from the code.
    private static readonly Dictionary<string, string> Columns = new()
    {
        ["x-edge-location"] = "edge_location",
        ["sc-bytes"] = "bytes_sent",
        ["c-ip"] = "client_ip",
        ["cs-method"] = "method",
        ["cs(Host)"] = "distribution",
        ["cs-uri-stem"] = "path",
        ["sc-status"] = "status",
        ["cs(Referer)"] = "referer",
        ["cs(User-Agent)"] = "user_agent",
        ["cs-uri-query"] = "query",
        ["x-edge-result-type"] = "result_type",
        ["x-host-header"] = "host",
        ["cs-protocol"] = "scheme",
        ["cs-bytes"] = "bytes_received",
        ["time-taken"] = "time_taken",
        ["x-forwarded-for"] = "x_forwarded_for",
        ["ssl-protocol"] = "tls",
        ["ssl-cipher"] = "ssl_cipher",
        ["x-edge-response-result-type"] = "x_edge_response_result_type",
        ["cs-protocol-version"] = "protocol",
        ["fle-status"] = "fle_status",
        ["fle-encrypted-fields"] = "fle_encrypted_fields",
        ["c-port"] = "c_port",
        ["time-to-first-byte"] = "time_to_first_byte",
        ["x-edge-detailed-result-type"] = "detailed_result_type",
        ["sc-content-type"] = "content_type",
        ["sc-content-len"] = "sc_content_len",
        ["sc-range-start"] = "sc_range_start",
        ["sc-range-end"] = "sc_range_end",
        ["c-country"] = "country",
        ["cache-behavior-path-pattern"] = "cache_behavior_path_pattern",
        ["asn"] = "asn",
    };

    private static readonly HashSet<string> PercentEncoded =
        ["cs-uri-stem", "cs(Referer)", "cs(User-Agent)", "cs-uri-query", "x-forwarded-for", "sc-content-type", "cache-behavior-path-pattern"];

    private static readonly HashSet<string> Numbers =
        ["sc-bytes", "sc-status", "cs-bytes", "time-taken", "fle-encrypted-fields", "c-port", "time-to-first-byte", "sc-content-len", "sc-range-start", "sc-range-end", "asn"];

    [Theory]
    [InlineData("awssolutions_cloudfront.log", 2)]
    [InlineData("claygregory_web-1-0-2019-12.txt", 3)]
    [InlineData("claygregory_web-1-0.txt", 2)]
    [InlineData("own_v2-w3c.txt", 1)]
    public void Every_field_of_a_log_with_a_Fields_line_lands_in_its_column(string file, int lines)
    {
        var text = Bodies.FixtureText("cloudfront-standard/" + file);
        var into = Bodies.DecodeRecords(Bodies.Any, text);

        AssertLines(into, text, lines);
    }

    [Fact]
    public void A_generated_log_with_fractions_and_padded_dashes_is_read_as_it_is()
    {
        using var gzip = new System.IO.Compression.GZipStream(
            new MemoryStream(Bodies.Fixture("cloudfront-standard/awssolutions_synthetic_cloudfront.log.gz")), System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        var text = reader.ReadToEnd();
        var into = Bodies.DecodeRecords(Bodies.Any, text);

        AssertLines(into, text, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line[0] != '#'));
    }

    [Fact]
    public void Lines_without_a_Fields_line_are_known_by_their_33_fields()
    {
        var text = Bodies.FixtureText("cloudfront-standard/asaaki_access-log-lines.tsv");
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var into = Bodies.DecodeRecords(Bodies.CloudFront, text);

        // The last line of the file carries three characters of the program text that it was cut out of.
        Assert.Equal(lines.Length - 1, into.Requests.RowCount);
        Assert.Contains("field 33, sc-range-end, is '-\"#;', which is not a whole number", Rows.Of(into.Rejects, 0)["reason"], StringComparison.Ordinal);
        Assert.Equal(lines[^1], Rows.Of(into.Rejects, 0)["data"]);
        into.Rejects.Clear();
        AssertLines(into, V1Fields + "\n" + string.Join('\n', lines[..^1]), lines.Length - 1);
    }

    [Fact]
    public void An_RTMP_log_is_rejected_line_by_line_with_its_reason()
    {
        var text = Bodies.FixtureText("cloudfront-standard/claygregory_rtmp-1-0.txt");
        var into = Bodies.DecodeRecords(Bodies.Any, text);

        Assert.Equal(0, into.Requests.RowCount);
        Assert.Equal(6, into.Rejects.RowCount);
        Assert.Contains("RTMP", Rows.Of(into.Rejects, 5)["reason"], StringComparison.Ordinal);
        Assert.Equal(text.Split('\n')[2], Rows.Of(into.Rejects, 0)["data"]);
    }

    [Fact]
    public void A_JSON_line_of_version_2_has_the_standard_meaning_of_its_names()
    {
        var row = Bodies.DecodeRow(Bodies.Any, Bodies.FixtureText("cloudfront-standard/own_v2-json.ndjson"));

        var expected = new Dictionary<string, string>
        {
            ["time"] = "1760000000123000",
            ["edge_location"] = "FRA60-P3",
            ["bytes_sent"] = "1045",
            ["client_ip"] = "203.0.113.7",
            ["method"] = "GET",
            ["distribution"] = "d111111abcdef8.cloudfront.net",
            ["path"] = "/index.html",
            ["status"] = "200",
            ["user_agent"] = "ExampleAgent/1.0 (own made)",
            ["query"] = "a=1&b=%20",
            ["result_type"] = "Hit",
            ["request_id_text"] = "ownSample0002ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno==",
            ["host"] = "www.example.com",
            ["scheme"] = "https",
            ["bytes_received"] = "340",
            ["time_taken"] = "0.002",
            ["tls"] = "TLSv1.3",
            ["ssl_cipher"] = "TLS_AES_128_GCM_SHA256",
            ["x_edge_response_result_type"] = "Hit",
            ["protocol"] = "HTTP/2.0",
            ["c_port"] = "41022",
            ["time_to_first_byte"] = "0.002",
            ["detailed_result_type"] = "Hit",
            ["content_type"] = "text/html",
            ["sc_content_len"] = "712",
            ["country"] = "DE",
            ["cache_behavior_path_pattern"] = "*",
            ["asn"] = "64500",
        };
        Assert.Equal(expected.OrderBy(pair => pair.Key), row.OrderBy(pair => pair.Key));
    }

    private const string V1Fields =
        "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) "
        + "x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher "
        + "x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type "
        + "sc-content-type sc-content-len sc-range-start sc-range-end";

    private static void AssertLines(DecodedDelivery into, string log, int count)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var names = lines.Last(line => line.StartsWith("#Fields:", StringComparison.Ordinal))["#Fields:".Length..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var data = lines.Where(line => line[0] != '#').ToArray();
        Assert.Equal(count, data.Length);
        Assert.True(into.Rejects.RowCount == 0, Rows.Dump(into.Rejects));
        Assert.Equal(count, into.Requests.RowCount);
        for (var row = 0; row < count; row++)
        {
            Assert.Equal(Expected(names, data[row].TrimEnd('\t').Split('\t')).OrderBy(pair => pair.Key), Rows.Of(into.Requests, row).OrderBy(pair => pair.Key));
        }
    }

    private static Dictionary<string, string> Expected(string[] names, string[] values)
    {
        Assert.Equal(names.Length, values.Length);
        var line = names.Zip(values).Where(pair => pair.Second.Trim() != "-").ToDictionary();
        var time = DateTimeOffset.Parse($"{line["date"]}T{line["time"]}Z", System.Globalization.CultureInfo.InvariantCulture);
        var expected = new Dictionary<string, string> { ["time"] = (time.ToUnixTimeMilliseconds() * 1000).ToString(System.Globalization.CultureInfo.InvariantCulture) };
        foreach (var (name, value) in line.Where(pair => Columns.ContainsKey(pair.Key)))
        {
            expected[Columns[name]] = PercentEncoded.Contains(name) ? Uri.UnescapeDataString(value) : Number(name, value);
        }

        // An id of 40 bytes in canonical base64 is kept as bytes, any other as text; the ids whose last character has odd bits are made up.
        var id = line["x-edge-request-id"];
        var bytes = Convert.FromBase64String(id.Replace('-', '+').Replace('_', '/'));
        expected[Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_') == id ? "request_id" : "request_id_text"] = id;
        return expected;
    }

    private static string Number(string name, string value)
    {
        if (!Numbers.Contains(name))
        {
            return value;
        }

        var number = double.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        return Bodies.Number(name.StartsWith("time-", StringComparison.Ordinal) ? number : Math.Floor(number));
    }
}
