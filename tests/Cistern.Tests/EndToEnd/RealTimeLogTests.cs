using System.Text;
using System.Text.Json;
using Cistern.Tests.Query;

namespace Cistern.Tests.EndToEnd;

/// <summary>The fixtures of real-time logs through the commands, the wire and the real store, and every field of every line back.</summary>
public class RealTimeLogTests(TestStore kind = TestStore.Embedded)
{
    private const string SelectedFields = "timestamp,c-ip,sc-status,cs-method,cs-host,cs-uri-stem,time-taken,cs-user-agent,cs-uri-query,x-edge-result-type";

    [Theory]
    [InlineData("import")]
    [InlineData("send")]
    public Task A_line_of_all_71_fields_is_read_back_field_by_field(string command) => CheckAsync(command, "own_all-71-fields.tsv", All71);

    [Theory]
    [InlineData("import")]
    [InlineData("send")]
    public Task A_captured_line_of_45_fields_is_read_back_field_by_field(string command) => CheckAsync(command, "awssolutions_45-fields.tsv", Captured45);

    [Theory]
    [InlineData("import")]
    [InlineData("send")]
    public Task A_line_under_a_Fields_line_is_read_back_field_by_field(string command) => CheckAsync(command, "claygregory_kinesis-1-0.txt", Kinesis40);

    [Theory]
    [InlineData("import", "--fields", SelectedFields)]
    [InlineData("send", "--attribute", "cloudfront-fields=" + SelectedFields)]
    public Task Lines_of_selected_fields_are_read_back_field_by_field(string command, string option, string value) =>
        CheckAsync(command, "own_10-selected-fields.tsv", Selected10, option, value);

    [Fact]
    public async Task The_record_of_a_Kinesis_event_is_the_captured_line()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(PathOf("awssolutions_kinesis-lambda-event.json")));
        var record = file.RootElement.GetProperty("Records")[0].GetProperty("kinesis").GetProperty("data").GetBytesFromBase64();
        await using var server = await RealServer.StartAsync(kind);

        var run = await server.SendTextAsync(Encoding.UTF8.GetString(record));

        Assert.True(run.ExitCode == 0, run.Error);
        await ExpectedRows.CheckAsync(server, Captured45);
    }

    [Fact]
    public async Task Lines_whose_count_matches_no_known_list_are_kept_with_a_reason_that_says_what_to_configure_and_stored_once_it_is()
    {
        await using var server = await RealServer.StartAsync(kind);
        var file = PathOf("own_10-selected-fields.tsv");

        var first = await server.RunAsync("import", file);
        var rejects = (await server.SqlAsync($"SELECT record_index, item_index, signal, reason, {kind.Text("data")}, route FROM rejects ORDER BY item_index")).Expect(200);
        var second = await server.RunAsync("import", file, "--fields", SelectedFields);

        Assert.True(first.ExitCode == 0, first.Error);
        var lines = File.ReadAllLines(file);
        Assert.Equal(2, rejects.Rows.Length);
        foreach (var (place, row) in rejects.Json.GetProperty("rows").EnumerateArray().Index())
        {
            Assert.Equal((0, place, "requests"), (row[0].GetInt32(), row[1].GetInt32(), row[2].GetString()));
            Assert.Contains("10 fields", row[3].GetString(), StringComparison.Ordinal);
            Assert.Contains("cloudfront-fields", row[3].GetString(), StringComparison.Ordinal);
            Assert.Equal((lines[place], RealServer.CloudFront), (row[4].GetString(), row[5].GetString()));
        }

        Assert.True(second.ExitCode == 0, second.Error);
        await ExpectedRows.CheckAsync(server, Selected10);
    }

    [Fact]
    public async Task Values_that_are_easily_misread_are_stored_as_they_are_meant()
    {
        await using var server = await RealServer.StartAsync(kind);

        // The eleven fields that a common tutorial chooses: timestamp, c-ip, sc-status, sc-bytes, cs-method, cs-host, cs-uri-stem, time-taken, cs-user-agent, cs-referer, cs-uri-query.
        await server.DeliverAsync(
            "a-delivery",
            "1760000000\t2001:db8::7:1\t000\t0\tGET\tWWW.Example.com\t/a%2520b/%25C3%25A4?x=1%2526y\t0.000\tcurl%2F8.0%2520\t-\t-\n",
            "1760000000.001\t::ffff:203.0.113.7\t-\t-\t-\t-\t/%C3%A4/%20%2525?\t-\t-\t-\tq=%22%5C%22\n");

        await ExpectedRows.CheckAsync(server, Misread);
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "fixtures", "cloudfront-realtime", file);

    private async Task CheckAsync(string command, string file, string expected, params string[] options)
    {
        await using var server = await RealServer.StartAsync(kind);

        var run = await server.RunAsync(command, PathOf(file), options);

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        await ExpectedRows.CheckAsync(server, expected);
        Assert.Equal(0, await server.CountAsync("SELECT count(*) FROM rejects"));
    }

    private const string Misread = """
        time                            2025-10-09T08:53:20.000Z
        client_ip                       2001:db8::7:1
        status                          0
        bytes_sent                      0
        method                          GET
        host                            www.example.com
        path                            /a%20b/%C3%A4
        query                           x=1%26y
        time_taken                      0
        user_agent                      curl/8.0%20
        weight                          1

        as above, but
        time                            2025-10-09T08:53:20.001Z
        client_ip                       ::ffff:203.0.113.7
        status                          (nothing)
        bytes_sent                      (nothing)
        method                          (nothing)
        host                            (nothing)
        path                            /ä/ %25
        query                           q="\"
        time_taken                      (nothing)
        user_agent                      (nothing)
        """;

    private const string All71 = """
        time                            2025-10-09T08:53:20.123Z
        client_ip                       203.0.113.7
        s_ip                            198.51.100.20
        time_to_first_byte              0.042
        status                          206
        bytes_sent                      524288
        method                          GET
        scheme                          https
        host                            video.example.com
        path                            /seg/0001.m4s
        bytes_received                  612
        edge_location                   FRA60-P3
        request_id                      ownSample0001ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno==
        distribution                    d111111abcdef8.cloudfront.net
        time_taken                      0.118
        protocol                        HTTP/3.0
        c_ip_version                    IPv4
        user_agent                      ExamplePlayer/1.0 (own made)
        referer                         https://www.example.com/watch
        query                           tok=a%20b
        x_edge_response_result_type     Miss
        x_forwarded_for                 198.51.100.8, 198.51.100.9
        tls                             TLSv1.3
        ssl_cipher                      TLS_AES_128_GCM_SHA256
        result_type                     Miss
        content_type                    video/mp4
        sc_content_len                  524288
        sc_range_start                  0
        sc_range_end                    524287
        c_port                          50123
        detailed_result_type            Miss
        country                         DE
        cs_accept_encoding              gzip, br
        cs_accept                       */*
        cache_behavior_path_pattern     /seg/*
        cs_headers                      host:video.example.com⏎user-agent:ExamplePlayer/1.0 (own made)⏎accept:*/*
        cs_header_names                 host⏎user-agent⏎accept⏎cookie
        cs_headers_count                4
        origin_fbl                      0.031
        origin_lbl                      0.09
        asn                             64500
        cmcd_encoded_bitrate            3200
        cmcd_buffer_length              21300
        cmcd_buffer_starvation          true
        cmcd_content_id                 own-content-1
        cmcd_object_duration            4004
        cmcd_deadline                   15000
        cmcd_measured_throughput        25400
        cmcd_next_object_request        0002.m4s
        cmcd_next_range_request         0-524287
        cmcd_object_type                v
        cmcd_playback_rate              1
        cmcd_requested_maximum_throughput 15000
        cmcd_streaming_format           d
        cmcd_session_id                 6e2fb550-c457-11e9-bb97-0800200c9a66
        cmcd_stream_type                v
        cmcd_startup                    true
        cmcd_top_bitrate                6000
        cmcd_version                    1
        r_host                          origin-b.example.com
        sr_reason                       Failover:503
        x_edge_mqcs                     87
        distribution_tenant_id          dt_own0000001
        connection_id                   1YpOwnSampleConnectionId0000000000000000000000000000000==
        viewer_request_log_data         experiment=blue
        weight                          1
        """;

    private const string Captured45 = """
        time                            2022-12-14T08:09:11.148Z
        client_ip                       27.0.3.156
        time_to_first_byte              0.001
        status                          200
        bytes_sent                      2212
        method                          GET
        scheme                          https
        host                            d2omsvnrx2yu4i.cloudfront.net
        path                            /locales/en/common.json
        bytes_received                  50
        edge_location                   NRT57-C1
        request_id                      cGX9Jx7KFX7UwY8KwRFS5FvFrdUJBpSBqMgaHWi3yuHJ7mblrhzT5A==
        distribution                    d2omsvnrx2yu4i.cloudfront.net
        time_taken                      0.001
        protocol                        HTTP/2.0
        c_ip_version                    IPv4
        user_agent                      Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36
        query                           v=v1.2.0
        x_edge_response_result_type     Hit
        tls                             TLSv1.3
        ssl_cipher                      TLS_AES_128_GCM_SHA256
        result_type                     Hit
        content_type                    application/json
        c_port                          17929
        detailed_result_type            Hit
        country                         JP
        cs_accept_encoding              gzip, deflate, br
        cs_accept                       */*
        cache_behavior_path_pattern     *
        cs_headers                      host:d2omsvnrx2yu4i.cloudfront.net⏎pragma:no-cache⏎cache-control:no-cache⏎sec-ch-ua:"Not?A_Brand";v="8", "Chromium";v="108", "Google Chrome";v="108"⏎sec-ch-ua-mobile:?0⏎user-agent:Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36⏎sec-ch-ua-platform:"macOS"⏎accept:*/*⏎sec-fetch-site:same-origin⏎sec-fetch-mode:cors⏎sec-fetch-dest:empty⏎accept-encoding:gzip, deflate, br⏎accept-language:en,zh-CN;q=0.9,zh;q=0.8
        cs_header_names                 host⏎pragma⏎cache-control⏎sec-ch-ua⏎sec-ch-ua-mobile⏎user-agent⏎sec-ch-ua-platform⏎accept⏎sec-fetch-site⏎sec-fetch-mode⏎sec-fetch-dest⏎accept-encoding⏎accept-language
        cs_headers_count                13
        primary_distribution_id         E32QJQ394BWBEI
        primary_distribution_dns_name   d2omsvnrx2yu4i.cloudfront.net
        asn                             16509
        weight                          1
        """;

    private const string Kinesis40 = """
        time                            2020-12-07T20:52:01.541Z
        client_ip                       127.0.0.1
        time_to_first_byte              0.042
        status                          200
        bytes_sent                      485
        method                          GET
        scheme                          http
        host                            test.cloudfront.net
        path                            /i
        bytes_received                  745
        edge_location                   EWR52-C4
        request_id                      6PfZe0cc_AjXUjFuGnL9pGOmFdUx8xR8ZU8nr44JYJWi-DaeJjcxkw==
        distribution                    test.cloudfront.net
        time_taken                      0.042
        protocol                        HTTP/1.1
        c_ip_version                    IPv4
        user_agent                      Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:83.0) Gecko/20100101 Firefox/83.0
        referer                         http://localhost:5000/page-2
        query                           stm=1607374321563&e=pp&url=http%3A%2F%2Flocalhost%3A5000%2Fpage-2&refr=http%3A%2F%2Flocalhost%3A5000%2F&pp_mix=0&pp_max=0&pp_miy=0&pp_may=0&tv=js-2.6.2&tna=cf&aid=site&p=web&tz=America%2FNew_York&lang=en-US&cs=UTF-8&res=3840x1600&cd=24&cookie=1&eid=d778127d-4ddf-4c04-90af-ffccc980eee8&dtm=1607374321561&vp=2450x1431&ds=2450x1431&vid=5&sid=a88ec782-713b-4e0d-b2da-c408e5730834&duid=eaa664f5-8ba9-41e9-9c98-a2ad088ca440&fp=2033130908
        x_edge_response_result_type     Miss
        result_type                     Miss
        content_type                    image/gif
        sc_content_len                  35
        c_port                          49323
        detailed_result_type            Miss
        country                         US
        cs_accept_encoding              gzip, deflate
        cs_accept                       image/webp,*/*
        cache_behavior_path_pattern     *
        cs_headers                      Host:test.cloudfront.net⏎User-Agent:Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:83.0) Gecko/20100101 Firefox/83.0⏎Accept:image/webp,*/*⏎Accept-Language:en-US,en;q=0.5⏎Accept-Encoding:gzip, deflate⏎DNT:1⏎Connection:keep-alive⏎Referer:http://localhost:5000/page-2
        cs_header_names                 Host⏎User-Agent⏎Accept⏎Accept-Language⏎Accept-Encoding⏎DNT⏎Connection⏎Referer
        cs_headers_count                8
        weight                          1
        """;

    private const string Selected10 = """
        time                            2025-10-09T08:53:20.123Z
        client_ip                       203.0.113.7
        status                          206
        method                          GET
        host                            video.example.com
        path                            /seg/0001.m4s
        time_taken                      0.118
        user_agent                      ExamplePlayer/1.0 (own made)
        query                           tok=a%20b
        result_type                     Miss
        weight                          1

        as above, but
        status                          200
        result_type                     Hit
        """;
}

public sealed class RealTimeLogOnClickHouseTests() : RealTimeLogTests(TestStore.ClickHouse);
