using System.Text;
using System.Text.Json;
using Cistern.Tests.Ingest;
using Cistern.Tests.Query;
using FormatBodies = Cistern.Tests.Formats.Bodies;

namespace Cistern.Tests.EndToEnd;

/// <summary>Captured and made payloads of CloudWatch Logs and metric streams, from the socket into the tables.</summary>
public class LogAndMetricTests(TestStore kind = TestStore.Embedded)
{
    private const string Logs = "/ingester/kinesis/logs";
    private const string Metrics = "/ingester/kinesis/metrics";
    private const string Sent = "X-Amz-Firehose-Source-Arn: arn:aws:firehose:eu-west-2:111122223333:deliverystream/other";

    [Theory]
    [InlineData(Logs)]
    [InlineData(RealServer.Firehose)]
    public async Task Every_value_of_an_envelope_is_stored(string route)
    {
        await using var server = await RealServer.StartAsync(kind);
        var records = (string[])["otelcontrib_extracted_fields_both.json", "own_account-level.json.gz", "own_extracted-fields-delimited.json.gz", "ukhomeoffice_data-message-1.json.gz"];

        await server.DeliverToAsync(route, "logs", records.Select(file => FormatBodies.Fixture($"cloudwatch-logs/{file}")));

        Assert.Equal(
        [
            """["2024-09-05T13:47:15.523Z","999888777666","us-west-2","test","test","38480917865042697267627490045603633139480491071049695232","","Hello world, here is our first log message!",{},"test",""]""",
            """["2025-03-04T08:35:18.174Z","000000000000","eu-central-1","cw2splunk-testing","test_stream","38827321643539404546782904522408409000591431269157240832","","{\"foo\":\"bar\"}",{"foo":"bar"},"cw2splunk-testing-subscription",""]""",
            """["2025-03-04T08:35:18.175Z","000000000000","eu-central-1","cw2splunk-testing","test_stream","38827321643539404546782904522408409000591431269157240832","","{\"foo\":\"bar2\"}",{"foo":"bar2"},"cw2splunk-testing-subscription",""]""",
            """["2025-10-09T08:53:20.123Z","111122223333","eu-central-1","/own/app","i-0/own","38480917865042697267627490045603633139480491071049600001","","first own-made line",{},"own-filter","ACCOUNT_LEVEL_POLICY"]""",
            """["2025-10-09T08:53:20.789Z","111122223333","eu-central-1","/own/app","i-0/own","38480917865042697267627490045603633139480491071049600004","","203.0.113.7 - GET 200 1534",{"ip":"203.0.113.7","user":"-","method":"GET","status":"200","size":"1534"},"own-filter",""]""",
        ],
            await server.RowsAsync("SELECT time, account, region, log_group, log_stream, event_id, level, message, fields, filters, policy_level FROM logs ORDER BY time"));
        Assert.Equal(["""["logs",4,5,0,0]"""], await server.RowsAsync("SELECT signal, records, rows, rejected, repeats FROM deliveries"));
    }

    [Theory]
    [InlineData("own_two-gzip-members.bin")]
    [InlineData("own_two-documents-one-gzip.json.gz")]
    [InlineData("own_firehose-decompressed.ndjson")]
    public async Task Members_and_documents_of_one_record_are_all_read(string file)
    {
        await using var server = await RealServer.StartAsync(kind);

        await server.DeliverToAsync(RealServer.Firehose, "several", [FormatBodies.Fixture($"cloudwatch-logs/{file}")]);

        Assert.Equal(
            ["""["i-0/own","","first own-made line"]""", """["i-1/own","warn","{\"level\":\"warn\",\"msg\":\"second own-made line\"}"]""", """["i-1/own","","line with trailing newline"]"""],
            await server.RowsAsync("SELECT log_stream, level, message FROM logs ORDER BY time"));
    }

    [Fact]
    public async Task Extracted_messages_are_rows_of_their_arrival()
    {
        await using var server = await RealServer.StartAsync(kind);

        await server.DeliverToAsync(Logs, "extracted", [FormatBodies.Fixture("cloudwatch-logs/own_firehose-message-extraction.txt")]);

        Assert.Equal(
            ["""["first own-made line","",""]""", """["line with trailing newline","",""]""", """["{\"level\":\"warn\",\"msg\":\"second own-made line\"}","",""]"""],
            await server.RowsAsync("SELECT message, log_group, event_id FROM logs WHERE time = received ORDER BY message"));
    }

    [Fact]
    public async Task A_control_message_is_counted_and_no_row()
    {
        await using var server = await RealServer.StartAsync(kind);
        await server.PostFixtureAsync(RealServer.Firehose, "firehose-requests/alloy_cw_logs_mixed.json");

        await server.StopAsync();
        await server.StartAgainAsync();

        Assert.Equal(["""["control","message",1]"""], await server.RowsAsync("SELECT kind, reason, sum(count)::BIGINT FROM events GROUP BY ALL"));
        Assert.Equal(0, await server.CountAsync("SELECT count(*) FROM logs WHERE message LIKE 'CWL CONTROL%'"));
        Assert.Equal(0, await server.CountAsync("SELECT count(*) FROM rejects"));
        Assert.InRange(await server.CountAsync("SELECT count(*) FROM logs WHERE log_group = '/aws/lambda/logging-lambda' AND account = '366620023056'"), 5, 100);
    }

    [Fact]
    public async Task A_request_with_a_cut_record_stores_the_good_ones_and_keeps_the_bad_one()
    {
        await using var server = await RealServer.StartAsync(kind);

        await server.PostFixtureAsync(RealServer.Firehose, "firehose-requests/alloy_cw_logs_control_and_bad_records.json");

        Assert.Equal(["""["",2,0,1]"""], await server.RowsAsync("SELECT signal, records, rows, rejected FROM deliveries"));
        Assert.Equal(["""[1,"H4sIAAAA"]"""], await server.RowsAsync($"SELECT record_index, substring({kind.Text("data")}, 1, 8) FROM rejects"));
    }

    [Fact]
    public async Task Labels_of_OpenTelemetry_07_stay_and_so_52_points_of_47_volumes_stay_apart()
    {
        await using var server = await RealServer.StartAsync(kind);

        await server.PostFixtureAsync(RealServer.Firehose, "firehose-requests/victoriametrics_metric-stream-otlp_request.json");

        Assert.Equal(["""["metrics",2,0,0]"""], await server.RowsAsync("SELECT signal, records, rejected, repeats FROM deliveries"));
        Assert.Equal(0, await server.CountAsync("SELECT count(*) FROM metrics WHERE namespace = '' OR metric = '' OR cardinality(dimensions) = 0 OR metric_stream = '' OR account = ''"));
        Assert.Equal(47, await server.CountAsync("SELECT count(DISTINCT dimensions['VolumeId']) FROM metrics WHERE namespace = 'AWS/EBS' AND dimensions['VolumeId'] <> ''"));
        Assert.Equal(52, await server.CountAsync("SELECT count(*) FROM metrics"));
    }

    [Theory]
    [InlineData("metric-stream-otlp07/own_two-messages.bin")]
    [InlineData("metric-stream-otlp10/own_two-messages.bin")]
    public async Task Both_messages_of_a_record_are_read(string file)
    {
        await using var server = await RealServer.StartAsync(kind);
        using var expected = JsonDocument.Parse(FormatBodies.Fixture(Path.ChangeExtension(file, ".expected.json")));

        await server.DeliverToAsync(Metrics, "two", [FormatBodies.Fixture(file)]);

        Assert.Equal(0, await server.CountAsync("SELECT count(*) FROM rejects"));
        Assert.InRange(await server.CountAsync("SELECT count(DISTINCT account) FROM metrics"), 2, 2);
        Assert.True(await server.CountAsync("SELECT count(*) FROM metrics") >= expected.RootElement.EnumerateArray().Count());
    }

    [Fact]
    public async Task A_cut_varint_answers_at_once_and_is_kept()
    {
        await using var server = await RealServer.StartAsync(kind);

        await server.DeliverToAsync(Metrics, "cut", [FormatBodies.Fixture("metric-stream-otlp10/own_truncated-varint.bin")]);

        Assert.Equal(["""["metrics","gA=="]"""], await server.RowsAsync("SELECT signal, to_base64(data) FROM rejects"));
    }

    [Theory]
    [InlineData("telegraf_record.json", 1, false)]
    [InlineData("telegraf_records.json", 1160, false)]
    [InlineData("telegraf_records.gz", 1160, true)]
    public async Task Captured_bodies_of_a_metric_stream_give_all_their_metrics(string file, int metrics, bool gzip)
    {
        await using var server = await RealServer.StartAsync(kind);

        await server.PostFixtureAsync(Metrics, $"metric-stream-json/{file}", gzip);

        Assert.Equal([$"[{metrics},{metrics},0]"], await server.RowsAsync("SELECT count(*), (SELECT sum(rows)::BIGINT FROM deliveries), (SELECT count(*) FROM rejects) FROM metrics"));
        Assert.Equal(0, await server.CountAsync("SELECT count(*) FROM metrics WHERE time < TIMESTAMP '2020-01-01 00:00:00' OR unit = '' OR metric = '' OR count IS NULL"));
    }

    // The values of a line, in three formats: OpenTelemetry has the period's start in a field of its own.
    [Fact]
    public async Task The_same_metric_in_three_formats_is_the_same_row_and_so_stored_once()
    {
        await using var server = await RealServer.StartAsync(kind);
        var point = new Cistern.Demo.Metrics.MetricPoint(
            "111122223333", "AWS/EC2", "CPUUtilization", [("InstanceId", "i-1"), ("AutoScalingGroupName", "web")], "Percent", new(1_760_000_040_000, 1), new(1.5, 4, 12.5, 5, [("p99", 3.9), ("p99.9", 3.95)]));

        await server.DeliverToAsync(Metrics, "json", [new Cistern.Demo.Metrics.JsonMetricWriter().Record("own", [point])]);
        await server.DeliverToAsync(Metrics, "otlp07", [new Cistern.Demo.Metrics.OtlpMetricWriter(flatLabels: true).Record("own", [point])]);
        await server.DeliverToAsync(Metrics, "otlp10", [new Cistern.Demo.Metrics.OtlpMetricWriter(flatLabels: false).Record("own", [point])]);

        Assert.Equal(
            ["""["json","2025-10-09T08:54:00.000Z","own","111122223333","us-east-1","AWS/EC2","CPUUtilization","Percent",{"AutoScalingGroupName":"web","InstanceId":"i-1"},1.5,4,12.5,5,{"p99":3.9,"p99.9":3.95}]"""],
            await server.RowsAsync("SELECT delivery_id, time, metric_stream, account, region, namespace, metric, unit, dimensions, min, max, sum, count, quantiles FROM metrics"));
        Assert.Equal(["""["json",0]""", """["otlp07",1]""", """["otlp10",1]"""], await server.RowsAsync("SELECT delivery_id, repeats FROM deliveries ORDER BY delivery_id"));
    }

    [Fact]
    public async Task Rows_that_come_again_in_other_deliveries_are_stored_once_also_after_a_restart()
    {
        await using var server = await RealServer.StartAsync(kind);
        byte[][] records = [FormatBodies.Fixture("cloudwatch-logs/own_two-gzip-members.bin"), FormatBodies.Fixture("metric-stream-json/own_two-lines.ndjson")];
        await server.DeliverToAsync(RealServer.Firehose, "first", records);
        await server.DeliverToAsync(RealServer.Firehose, "second", records);
        await server.StopAsync();
        await server.StartAgainAsync();
        await server.DeliverToAsync(RealServer.Firehose, "third", records);

        Assert.Equal(["[3,2]"], await server.RowsAsync("SELECT (SELECT count(*) FROM logs), (SELECT count(*) FROM metrics)"));
        Assert.Equal(
            ["""["first","logs+metrics",5,0]""", """["second","logs+metrics",0,5]""", """["third","logs+metrics",0,5]"""],
            await server.RowsAsync("SELECT delivery_id, signal, rows, repeats FROM deliveries ORDER BY delivery_id"));
    }

    [Fact]
    public async Task A_metric_with_other_values_at_the_same_time_is_kept()
    {
        await using var server = await RealServer.StartAsync(kind);
        var line = FormatBodies.FixtureText("metric-stream-json/own_two-lines.ndjson").Split('\n')[0];

        await server.DeliverToAsync(Metrics, "first", [Encoding.UTF8.GetBytes(line)]);
        await server.DeliverToAsync(Metrics, "later", [Encoding.UTF8.GetBytes(line.Replace("\"count\":", "\"count\":1", StringComparison.Ordinal))]);

        Assert.Equal(["[2]"], await server.RowsAsync("SELECT count(*) FROM metrics"));
    }

    [Fact]
    public async Task All_formats_of_one_delivery_find_their_tables()
    {
        await using var server = await RealServer.StartAsync(kind);
        byte[][] records =
        [
            "1760000000\t203.0.113.7\t200\t1\tGET\texample.com\t/\t0.1\tcurl\t-\t-\n"u8.ToArray(), FormatBodies.Fixture("cloudwatch-logs/own_account-level.json.gz"),
            FormatBodies.Fixture("metric-stream-otlp10/otelcontrib_valid_metric.encoded.bin"), FormatBodies.Fixture("metric-stream-json/own_two-lines.ndjson"), FormatBodies.Fixture("metric-stream-otlp07/own_two-messages.bin"),
            "nobody can read this"u8.ToArray(), FormatBodies.Fixture("cloudwatch-logs/otelcontrib_only_control.json"),
        ];

        await server.DeliverToAsync(RealServer.Firehose, "mixed", records);

        Assert.Equal(["""["requests+logs+metrics",7,1]"""], await server.RowsAsync("SELECT signal, records, rejected FROM deliveries"));
        Assert.Equal(["""[5,"nobody can read this"]"""], await server.RowsAsync($"SELECT record_index, {kind.Text("data")} FROM rejects"));
        Assert.Equal(["[1,1]"], await server.RowsAsync("SELECT (SELECT count(*) FROM requests), (SELECT count(*) FROM logs)"));
        Assert.InRange(await server.CountAsync("SELECT count(*) FROM metrics"), 5, 100);
    }

    [Fact]
    public async Task A_message_of_a_megabyte_is_searched_to_its_end()
    {
        await using var server = await RealServer.StartAsync(kind);
        var message = new string('x', (1 << 20) - 20) + " needle-at-the-end";
        var envelope = $$"""{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":[{"id":"1","timestamp":{{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}},"message":"{{message}}"}]}""";

        await server.DeliverToAsync(Logs, "long", [FormatBodies.Gzip(Encoding.UTF8.GetBytes(envelope))]);

        var answer = (await server.AskAsync("""{"signal":"logs","from":"-1h","to":"now","measures":["events"],"where":"needle-at-the-end"}""")).Expect(200);
        Assert.Equal(["[1]"], answer.Rows);
        Assert.Equal([$"[{message.Length}]"], await server.RowsAsync("SELECT length(message) FROM logs"));
    }

    [Theory]
    [InlineData(Logs)]
    [InlineData(Metrics)]
    [InlineData(RealServer.Firehose)]
    public async Task A_test_that_is_no_delivery_is_told_that_the_address_is_reachable_and_what_is_missing(string route)
    {
        await using var server = await RealServer.StartAsync(kind);
        using var http = new HttpClient { BaseAddress = server.Address };
        using var withKey = new HttpRequestMessage(HttpMethod.Post, route) { Content = new StringContent("{\"test\": true}", Encoding.UTF8, "application/json"), Headers = { { "X-API-Key", server.Key } } };

        using var known = await http.SendAsync(withKey);
        using var unknown = await http.PostAsync(route, new StringContent("{\"test\": true}", Encoding.UTF8, "application/json"));

        Assert.Equal((400, 401), ((int)known.StatusCode, (int)unknown.StatusCode));
        Assert.Matches("reachable.*key is accepted.*X-Amz-Firehose-Request-Id", await known.Content.ReadAsStringAsync());
        Assert.Matches("reachable.*no access key", await unknown.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_region_of_an_event_that_names_none_is_that_of_its_stream()
    {
        await using var server = await RealServer.StartAsync(kind);
        var body = TestDeliveries.Body("elsewhere", [FormatBodies.Fixture("cloudwatch-logs/own_account-level.json.gz")]);

        Protocol.AssertAnswer(await server.PostToAsync(Logs, "elsewhere", body, [Sent]), 200, "elsewhere");

        Assert.Equal(["""["eu-west-2"]"""], await server.RowsAsync("SELECT region FROM logs"));
    }
}

public sealed class LogAndMetricOnClickHouseTests() : LogAndMetricTests(TestStore.ClickHouse);
