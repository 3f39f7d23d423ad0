using Cistern.Tests.Query;

namespace Cistern.Tests.EndToEnd;

/// <summary>The fixtures of standard logs through the commands, the wire and the real store, and every field of every line back.</summary>
public class StandardLogTests(TestStore kind = TestStore.Embedded)
{
    private static readonly Dictionary<string, string> Tables = new()
    {
        ["awssolutions_cloudfront.log"] = Version1,
        ["awssolutions_synthetic_cloudfront.log.gz"] = Generated,
        ["claygregory_web-1-0-2019-12.txt"] = EncodedTwice,
        ["claygregory_web-1-0.txt"] = Of24Fields,
        ["own_v2-w3c.txt"] = Version2AsText,
        ["own_v2-json.ndjson"] = Version2AsJson,
    };

    public static TheoryData<string, string> Files => new(Tables.Keys.SelectMany(file => new[] { ("import", file), ("send", file) }));

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_field_of_every_line_is_read_back(string command, string file)
    {
        await using var server = await RealServer.StartAsync(kind);

        var run = await server.RunAsync(command, PathOf(file));

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        await ExpectedRows.CheckAsync(server, Tables[file]);
        Assert.Equal(0, await server.CountAsync("SELECT count(*) FROM rejects"));
    }

    // The last line of that file carries three characters of the program text that it was cut out of.
    [Theory]
    [InlineData("import")]
    [InlineData("send")]
    public async Task Lines_without_a_Fields_line_are_known_by_their_33_fields_and_one_that_does_not_fit_is_kept(string command)
    {
        await using var server = await RealServer.StartAsync(kind);
        var file = PathOf("asaaki_access-log-lines.tsv");

        var run = await server.RunAsync(command, file);

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        await ExpectedRows.CheckAsync(server, WithoutHeader);
        var reject = (await server.SqlAsync($"SELECT signal, reason, {kind.Text("data")} FROM rejects")).Expect(200).Json.GetProperty("rows").EnumerateArray().Single();
        Assert.Equal(("requests", File.ReadAllLines(file)[^1]), (reject[0].GetString(), reject[2].GetString()));
        Assert.Contains("field 33, sc-range-end, is '-\"#;', which is not a whole number", reject[1].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import")]
    [InlineData("send")]
    public async Task An_RTMP_log_is_kept_line_by_line_with_its_reason(string command)
    {
        await using var server = await RealServer.StartAsync(kind);
        var file = PathOf("claygregory_rtmp-1-0.txt");

        var run = await server.RunAsync(command, file);

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        var rejects = (await server.SqlAsync($"SELECT {kind.Text("data")}, reason FROM rejects ORDER BY record_index, item_index")).Expect(200).Json.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(File.ReadAllLines(file)[2..], rejects.Select(row => row[0].GetString()));
        Assert.All(rejects, row => Assert.Contains("RTMP", row[1].GetString(), StringComparison.Ordinal));
        Assert.Equal(0, await server.CountAsync("SELECT count(*) FROM requests"));
    }

    [Fact]
    public async Task The_two_kinds_of_log_mean_the_opposite_by_their_host_fields_and_one_request_in_both_is_one_row()
    {
        await using var server = await RealServer.StartAsync(kind);
        const string Id = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJw==";

        await server.DeliverAsync("real-time", $"1760000000.123\t203.0.113.7\t-\t-\t200\t1\tGET\thttps\tWWW.example.com\t/\t1\tFRA60-P3\t{Id}\td111111abcdef8.cloudfront.net{Rest(41 - 14)}\n");
        await server.DeliverAsync("standard", $"2025-10-09\t08:53:20\tFRA60-P3\t1\t2001:db8::1\tGET\td111111abcdef8.cloudfront.net\t/\t000\t-\t-\t-\t-\tHit\t{Id[..^4]}Jg==\twww.Example.com\thttps{Rest(33 - 17)}\n");
        await server.DeliverAsync("standard-too", $"2025-10-09\t08:53:20\tFRA60-P3\t1\t203.0.113.7\tGET\td111111abcdef8.cloudfront.net\t/\t200\t-\t-\t-\t-\tHit\t{Id}\twww.example.com\thttps{Rest(33 - 17)}\n");

        Assert.Equal(
            ["""[200,"www.example.com","d111111abcdef8.cloudfront.net","203.0.113.7"]""", """[0,"www.example.com","d111111abcdef8.cloudfront.net","2001:db8::1"]"""],
            await server.RowsAsync("SELECT status, host, distribution, client_ip FROM requests ORDER BY status DESC"));
        Assert.Equal(["""["real-time",1,0]""", """["standard",1,0]""", """["standard-too",0,1]"""], await server.RowsAsync("SELECT delivery_id, rows, repeats FROM deliveries ORDER BY 1"));
    }

    private static string Rest(int fields) => string.Concat(Enumerable.Repeat("\t-", fields));

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "fixtures", "cloudfront-standard", file);

    private const string WithoutHeader = """
        time                            2019-12-04T21:02:31.000Z
        edge_location                   LAX1
        bytes_sent                      392
        client_ip                       192.0.2.100
        method                          GET
        distribution                    d111111abcdef8.cloudfront.net
        path                            /index.html
        status                          200
        user_agent                      Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/78.0.3904.108 Safari/537.36
        result_type                     Hit
        request_id                      SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==
        host                            d111111abcdef8.cloudfront.net
        scheme                          https
        bytes_received                  23
        time_taken                      0.001
        tls                             TLSv1.2
        ssl_cipher                      ECDHE-RSA-AES128-GCM-SHA256
        x_edge_response_result_type     Hit
        protocol                        HTTP/2.0
        c_port                          11040
        time_to_first_byte              0.001
        detailed_result_type            Hit
        content_type                    text/html
        sc_content_len                  78
        weight                          1

        as above, but
        request_id                      k6WGMNkEzR5BEM_SaF47gjtX9zBDO2m349OY2an0QPEaUum1ZOLrow==
        time_taken                      0
        x_forwarded_for                 1.2.3.4, 5.6.7.8, 9.10.11.12
        time_to_first_byte              0

        as above, but
        request_id                      f37nTMVvnKvV2ZSvEsivup_c2kZ7VXzYdjC-GUQZ5qNs-89BlWazbw==
        time_taken                      0.001
        x_forwarded_for                 24.62.90.247,\x2010.89.113.224, 10.89.112.141
        time_to_first_byte              0.001

        as above, but
        time                            2019-12-13T22:36:27.000Z
        edge_location                   SEA19-C1
        bytes_sent                      900
        client_ip                       192.0.2.200
        path                            /favicon.ico
        status                          502
        referer                         http://www.example.com/
        result_type                     Error
        request_id                      1pkpNfBQ39sYMnjjUQjmH2w1wdJnbHYTbag21o_3OfcQgPzdL2RSSQ==
        host                            www.example.com
        scheme                          http
        bytes_received                  675
        time_taken                      0.102
        x_edge_response_result_type     Error
        protocol                        HTTP/1.1
        c_port                          25260
        time_to_first_byte              0.102
        detailed_result_type            OriginDnsError
        sc_content_len                  507
        x_forwarded_for                 (nothing)
        tls                             (nothing)
        ssl_cipher                      (nothing)

        as above, but
        time                            2019-12-13T22:36:26.000Z
        path                            /
        request_id                      3AqrZGCnF_g0-5KOvfA7c9XLcf4YGvMFSeFdIetR1N_2y8jSis8Zxg==
        bytes_received                  735
        time_taken                      0.107
        c_port                          3802
        time_to_first_byte              0.107
        referer                         (nothing)
        """;

    private const string Version1 = """
        time                            2022-03-24T22:14:09.000Z
        edge_location                   HKG54-C1
        bytes_sent                      350
        client_ip                       13.248.48.10
        method                          GET
        distribution                    d5szyetdhzssss.cloudfront.net
        path                            /favicon.ico
        status                          200
        referer                         https://d5szyetdhzssss.cloudfront.net/
        user_agent                      Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.74 Safari/537.36
        result_type                     Error
        request_id                      W1QpPLPEIb6Ayv9-_-kYYNZEw18QlIr9JJDZisX6nXhnGfH7VHtkOQ==
        host                            d5szyetdhzssss.cloudfront.net
        scheme                          https
        bytes_received                  488
        time_taken                      0.834
        tls                             TLSv1.3
        ssl_cipher                      TLS_AES_128_GCM_SHA256
        x_edge_response_result_type     Error
        protocol                        HTTP/2.0
        c_port                          23245
        time_to_first_byte              0.834
        detailed_result_type            Error
        weight                          1

        as above, but
        time                            2022-03-24T22:14:13.000Z
        bytes_sent                      348
        referer                         https://d5szyetdhzssss.cloudfront.net/clusters/opensearch-domains
        request_id                      TJkGc5B9Orpx7bvKP0rVtHo5YPe8YHVnfu87I7cxhD5n5F9578Ur1A==
        bytes_received                  82
        time_taken                      1.044
        time_to_first_byte              1.044
        """;

    private const string Generated = """
        time                            2023-07-04T01:29:09.000Z
        edge_location                   ICN54-C3
        bytes_sent                      40811
        client_ip                       193.84.66.5
        method                          GET
        distribution                    test.cloudfront.net
        path                            /Javascript-Master.png
        status                          200
        referer                         https://www.mydomain.com/page/Python-Release.png
        user_agent                      Mozilla/5.0 (iPad; CPU iPad OS 12_4_8 like Mac OS X) AppleWebKit/532.2 (KHTML, like Gecko) FxiOS/13.9n5321.0 Mobile/11T585 Safari/532.2
        result_type                     RefreshHit
        request_id                      GrkvUG1n0V2Ivvl69mkl6O1yew4RgFWcGfZaUm4WT3DGl0Op92S6nEku
        host                            test.cloudfront.net
        scheme                          ws
        bytes_received                  1564
        time_taken                      1.1000590226167435
        tls                             TLSv1.3
        ssl_cipher                      TLS_AES_128_GCM_SHA256
        x_edge_response_result_type     Hit
        protocol                        HTTP/2.0
        c_port                          8301
        time_to_first_byte              1.9329435721147732
        detailed_result_type            Miss
        content_type                    image/png
        sc_content_len                  570129
        weight                          1

        as above, but
        time                            2023-07-04T01:29:07.000Z
        edge_location                   LHR3-C1
        bytes_sent                      43901
        client_ip                       194.59.6.6
        path                            /Python-Release.png
        referer                         https://www.mydomain.com/page/Javascript-Master.png
        user_agent                      Mozilla/5.0 (compatible; MSIE 5.0; Windows NT 5.01; Trident/4.1)
        result_type                     Hit
        request_id                      mZKYfcYxNyuAQ2nFhx4w3YHRknyvgFX0CFocDX62phgxK2rtnVPhGvvV
        scheme                          http
        bytes_received                  1592
        time_taken                      1.4919984396160233
        tls                             TLSv1.2
        ssl_cipher                      TLS_AES_256_GCM_SHA384
        c_port                          9414
        time_to_first_byte              1.3188635240702153
        sc_content_len                  677955
        """;

    private const string EncodedTwice = """
        time                            2019-12-04T21:02:31.000Z
        edge_location                   LAX1
        bytes_sent                      392
        client_ip                       192.0.2.100
        method                          GET
        distribution                    d111111abcdef8.cloudfront.net
        path                            /index.html
        status                          200
        user_agent                      Mozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko)%20Chrome/78.0.3904.108%20Safari/537.36
        result_type                     Hit
        request_id                      SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==
        host                            d111111abcdef8.cloudfront.net
        scheme                          https
        bytes_received                  23
        time_taken                      0.001
        tls                             TLSv1.2
        ssl_cipher                      ECDHE-RSA-AES128-GCM-SHA256
        x_edge_response_result_type     Hit
        protocol                        HTTP/2.0
        c_port                          11040
        time_to_first_byte              0.001
        detailed_result_type            Hit
        content_type                    text/html
        sc_content_len                  78
        weight                          1

        as above, but
        request_id                      k6WGMNkEzR5BEM_SaF47gjtX9zBDO2m349OY2an0QPEaUum1ZOLrow==
        time_taken                      0
        time_to_first_byte              0

        as above, but
        request_id                      f37nTMVvnKvV2ZSvEsivup_c2kZ7VXzYdjC-GUQZ5qNs-89BlWazbw==
        time_taken                      0.001
        time_to_first_byte              0.001
        """;

    private const string Of24Fields = """
        time                            2014-05-23T01:13:11.000Z
        edge_location                   FRA2
        bytes_sent                      182
        client_ip                       192.0.2.10
        method                          GET
        distribution                    d111111abcdef8.cloudfront.net
        path                            /view/my/file.html
        status                          200
        referer                         www.displaymyfiles.com
        user_agent                      Mozilla/5.0%20(iPhone;%20CPU%20iPhone%20OS%2010_2_1%20like%20Mac%20OS%20X)%20AppleWebKit/602.4.6%20(KHTML,%20like%20Gecko)%20Version/10.0%20Mobile/14D27%20Safari/602.1
        result_type                     RefreshHit
        request_id                      MRVMF7KydIvxMWfJIglgwHQwZsbG2IhRJ07sn9AkKUFSHS9EXAMPLE==
        host                            d111111abcdef8.cloudfront.net
        scheme                          http
        time_taken                      0.001
        x_edge_response_result_type     RefreshHit
        protocol                        HTTP/1.1
        weight                          1

        as above, but
        time                            2014-05-23T01:13:12.000Z
        edge_location                   LAX1
        bytes_sent                      2390282
        client_ip                       192.0.2.202
        path                            /soundtrack/happy.mp3
        status                          304
        referer                         www.unknownsingers.com
        query                           a=b&c=d
        result_type                     Hit
        request_id                      xGN7KWpVEmB9Dp7ctcVFQC4E-nrcOcEKS3QyAez--06dV7TEXAMPLE==
        time_taken                      0.002
        x_edge_response_result_type     Hit
        """;

    private const string Version2AsText = """
        time                            2025-10-09T08:53:20.000Z
        edge_location                   FRA60-P3
        bytes_sent                      1045
        client_ip                       203.0.113.7
        method                          GET
        distribution                    d111111abcdef8.cloudfront.net
        path                            /index.html
        status                          200
        user_agent                      ExampleAgent/1.0 (own made)
        query                           a=1&b=%20
        result_type                     Hit
        request_id                      ownSample0002ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno==
        host                            www.example.com
        scheme                          https
        bytes_received                  340
        time_taken                      0.002
        tls                             TLSv1.3
        ssl_cipher                      TLS_AES_128_GCM_SHA256
        x_edge_response_result_type     Hit
        protocol                        HTTP/2.0
        c_port                          41022
        time_to_first_byte              0.002
        detailed_result_type            Hit
        content_type                    text/html
        sc_content_len                  712
        weight                          1
        """;

    private const string Version2AsJson = """
        time                            2025-10-09T08:53:20.123Z
        edge_location                   FRA60-P3
        bytes_sent                      1045
        client_ip                       203.0.113.7
        method                          GET
        distribution                    d111111abcdef8.cloudfront.net
        path                            /index.html
        status                          200
        user_agent                      ExampleAgent/1.0 (own made)
        query                           a=1&b=%20
        result_type                     Hit
        request_id                      ownSample0002ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno==
        host                            www.example.com
        scheme                          https
        bytes_received                  340
        time_taken                      0.002
        tls                             TLSv1.3
        ssl_cipher                      TLS_AES_128_GCM_SHA256
        x_edge_response_result_type     Hit
        protocol                        HTTP/2.0
        c_port                          41022
        time_to_first_byte              0.002
        detailed_result_type            Hit
        content_type                    text/html
        sc_content_len                  712
        country                         DE
        cache_behavior_path_pattern     *
        asn                             64500
        weight                          1
        """;
}

public sealed class StandardLogOnClickHouseTests() : StandardLogTests(TestStore.ClickHouse);
