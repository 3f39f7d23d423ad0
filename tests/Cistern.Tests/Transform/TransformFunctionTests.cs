using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Cistern.Tests.Formats;
using Cistern.Transform;

namespace Cistern.Tests.Transform;

public sealed class TransformFunctionTests
{
    private static readonly (string, string) Three = ("CISTERN_FIELDS", "timestamp,sc-status,cs-uri-stem");
    private static readonly byte[] Captured = LambdaEvents.Fixture("cloudfront-realtime/awssolutions_45-fields.tsv");

    private static readonly string[] _entryColumns = ["time", "status", "path", "query", "host", "client_ip", "user_agent", "method", "bytes_sent"];

    [Theory]
    [InlineData("all", "200 206 299 301 304 400 404 599 600 000")]
    [InlineData("success", "200 206 299")]
    [InlineData("errors", "400 404 599")]
    public void Statuses_are_kept_as_the_setting_says(string keep, string kept)
    {
        string[] statuses = ["200", "206", "299", "301", "304", "400", "404", "599", "600", "000"];
        var answers = LambdaEvents.Run(LambdaEvents.Settings(Three, ("CISTERN_KEEP", keep)), [.. statuses.Select(status => LambdaEvents.Line(status, "/a"))]);

        Assert.Equal(statuses.Length, answers.Length);
        Assert.Equal(kept.Split(' '), statuses.Where((_, index) => answers[index].StartsWith($"{index} Ok ", StringComparison.Ordinal)));
        Assert.Equal(statuses.Length - kept.Split(' ').Length, answers.Count(answer => answer.EndsWith(" Dropped", StringComparison.Ordinal)));
    }

    [Fact]
    public void Errors_are_marked_and_keep_all_their_fields()
    {
        var answer = Assert.Single(LambdaEvents.Run(LambdaEvents.Settings(Three, ("CISTERN_KEEP", "errors")), LambdaEvents.Line("404", "/caf%C3%A9%20x?a=1")));

        Assert.Equal("""0 Ok {"timestamp":"1760000000.123","sc-status":"404","cs-uri-stem":"/caf%C3%A9%20x?a=1","type":"error"}""" + "\n", answer);
    }

    [Fact]
    public void Entries_have_the_ten_names_with_decoded_values()
    {
        var answer = Assert.Single(LambdaEvents.Run(LambdaEvents.Settings(("CISTERN_OUTPUT", "entries")), LambdaEvents.Event(Captured)));

        Assert.Equal(
            """0 Ok {"timestamp":"1671005351.148","host":"d2omsvnrx2yu4i.cloudfront.net","method":"GET","pathname":"/locales/en/common.json","query_params":"v=v1.2.0","status":200,"ip":"27.0.3.156","""
            + "\"userAgent\":\"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36\",\"bytes_sent\":2212}\n",
            answer);
    }

    [Fact]
    public void Lines_go_on_as_they_came_and_end_with_a_newline()
    {
        var line = Encoding.UTF8.GetString(Captured).TrimEnd('\n');

        Assert.Equal([$"0 Ok {line}\n", $"1 Ok {line}\n"], LambdaEvents.Run(LambdaEvents.Settings(), line, line + "\r\n"));
        Assert.Equal([$"0 Ok {line}\n"], LambdaEvents.Run(LambdaEvents.Settings(("CISTERN_KEEP", "success")), line));
    }

    [Fact]
    public void Each_line_of_a_record_is_judged_and_those_kept_are_joined() => Assert.Equal(
        [$"0 Ok {LambdaEvents.Line("200", "/a")}{LambdaEvents.Line("204", "/c")}", "1 Dropped"],
        LambdaEvents.Run(
            LambdaEvents.Settings(Three, ("CISTERN_KEEP", "success"), ("CISTERN_DROP_PATHS", "/health")),
            LambdaEvents.Line("200", "/a") + LambdaEvents.Line("404", "/b") + "\n" + LambdaEvents.Line("204", "/c") + LambdaEvents.Line("200", "/health"),
            LambdaEvents.Line("404", "/b") + LambdaEvents.Line("200", "/health?from=elb")));

    [Fact]
    public void A_line_that_cannot_be_read_fails_its_record_with_the_reason_in_the_log()
    {
        var log = new List<string>();
        var settings = LambdaEvents.Settings(Three, ("CISTERN_KEEP", "success"));
        byte[][] records =
        [
            [.. Encoding.UTF8.GetBytes(LambdaEvents.Line("200", "/a") + "1760000000.123\t200\n")],
            [.. Encoding.UTF8.GetBytes(LambdaEvents.Line("-", "/a"))],
            [.. Encoding.UTF8.GetBytes(LambdaEvents.Line("200", "no-path"))],
            [.. Encoding.UTF8.GetBytes(LambdaEvents.Line("200", "/b"))],
        ];

        Assert.Equal(
            ["0 ProcessingFailed", "1 ProcessingFailed", "2 ProcessingFailed", $"3 Ok {LambdaEvents.Line("200", "/b")}"], LambdaEvents.Run(settings, LambdaEvents.Event(records), log));
        Assert.Equal(3, log.Count);
        Assert.Contains(log, line => line.Contains("has 2 fields and CISTERN_FIELDS has 3", StringComparison.Ordinal));
        Assert.Contains(log, line => line.Contains("no sc-status", StringComparison.Ordinal));
        Assert.Contains(log, line => line.Contains("does not look like cs-uri-stem", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_list_lines_are_read_by_the_known_ones_and_no_other()
    {
        var settings = LambdaEvents.Settings(("CISTERN_KEEP", "success"));
        var known = LambdaEvents.Run(settings, LambdaEvents.Event(Captured, LambdaEvents.Fixture("cloudfront-realtime/own_all-71-fields.tsv")));

        Assert.All(known, answer => Assert.Contains(" Ok ", answer, StringComparison.Ordinal));
        Assert.Equal(["0 ProcessingFailed"], LambdaEvents.Run(settings, LambdaEvents.Event(LambdaEvents.Fixture("cloudfront-realtime/own_10-selected-fields.tsv"))));
    }

    [Fact]
    public void Selected_fields_are_read_by_their_list_in_whatever_order_it_is_written()
    {
        using var fields = JsonDocument.Parse(LambdaEvents.Fixture("cloudfront-realtime/own_10-selected-fields.fields.json"));
        var list = fields.RootElement.ValueKind == JsonValueKind.Array ? fields.RootElement : fields.RootElement.EnumerateObject().First(member => member.Value.ValueKind == JsonValueKind.Array).Value;
        var names = string.Join(' ', list.EnumerateArray().Select(name => name.GetString()).Reverse());
        var answer = Assert.Single(LambdaEvents.Run(
            LambdaEvents.Settings(("CISTERN_FIELDS", names), ("CISTERN_OUTPUT", "json")), LambdaEvents.Event(LambdaEvents.Fixture("cloudfront-realtime/own_10-selected-fields.tsv"))));

        Assert.Equal(2, answer.Trim().Split('\n').Length);
    }

    /// <summary>What the function writes, Cistern reads: the same rows as of the line itself, and the mark.</summary>
    [Theory]
    [InlineData("json")]
    [InlineData("entries")]
    public void What_is_written_is_read_by_Cistern(string output)
    {
        var line = Encoding.UTF8.GetString(Captured).Replace("\t200\t", "\t503\t", StringComparison.Ordinal);
        var written = Assert.Single(LambdaEvents.Run(LambdaEvents.Settings(("CISTERN_KEEP", "errors"), ("CISTERN_OUTPUT", output)), line))["0 Ok ".Length..];

        var before = Bodies.DecodeRow(Bodies.Any, line).ToDictionary();
        var after = Bodies.DecodeRow(Bodies.Any, written).ToDictionary();

        Assert.True(after.Remove("fields[type]", out var mark));
        Assert.Equal("error", mark);
        Assert.Equal(output == "json" ? before : before.Where(pair => _entryColumns.Contains(pair.Key)).ToDictionary(), after);
    }

    [Fact]
    public void A_control_message_is_dropped_and_log_events_go_on_as_they_came()
    {
        var control = LambdaEvents.Fixture("cloudwatch-logs/alloy_control-message.json.gz");
        var data = LambdaEvents.Fixture("cloudwatch-logs/alloy_data-message.json.gz");
        var two = LambdaEvents.Fixture("cloudwatch-logs/own_two-gzip-members.bin");
        var answer = new TransformFunction(LambdaEvents.Settings(("CISTERN_KEEP", "errors")), _ => { }).Transform(LambdaEvents.Event(control, data, two));

        using var document = JsonDocument.Parse(answer);
        var records = document.RootElement.GetProperty("records");
        Assert.Equal("Dropped", records[0].GetProperty("result").GetString());
        Assert.Equal(data, records[1].GetProperty("data").GetBytesFromBase64());
        Assert.Equal(two, records[2].GetProperty("data").GetBytesFromBase64());
    }

    [Fact]
    public void Of_a_record_with_both_only_the_control_message_goes()
    {
        var control = Inflate(LambdaEvents.Fixture("cloudwatch-logs/alloy_control-message.json.gz"));
        var data = Inflate(LambdaEvents.Fixture("cloudwatch-logs/alloy_data-message.json.gz"));
        byte[] packed = [.. LambdaEvents.Fixture("cloudwatch-logs/alloy_control-message.json.gz"), .. LambdaEvents.Fixture("cloudwatch-logs/alloy_data-message.json.gz")];

        Assert.Equal([$"0 Ok {data}\n"], LambdaEvents.Run(LambdaEvents.Settings(), control + data));
        using var document = JsonDocument.Parse(new TransformFunction(LambdaEvents.Settings(), _ => { }).Transform(LambdaEvents.Event(packed)));
        Assert.Equal(data + "\n", Inflate(document.RootElement.GetProperty("records")[0].GetProperty("data").GetBytesFromBase64()));
    }

    [Theory]
    [InlineData("metric-stream-json/own_two-lines.ndjson")]
    [InlineData("metric-stream-otlp10/own_two-messages.bin")]
    [InlineData("metric-stream-otlp07/victoriametrics_record-1.bin")]
    [InlineData("cloudfront-standard/own_v2-json.ndjson")]
    [InlineData("cloudfront-standard/awssolutions_cloudfront.log")]
    [InlineData("cloudfront-standard/awssolutions_synthetic_cloudfront.log.gz")]
    [InlineData("metric-stream-otlp10/own_truncated-varint.bin")]
    public void Anything_else_goes_on_unchanged(string fixture)
    {
        var data = LambdaEvents.Fixture(fixture);
        using var document = JsonDocument.Parse(new TransformFunction(LambdaEvents.Settings(("CISTERN_KEEP", "errors")), _ => { }).Transform(LambdaEvents.Event(data, [], [0x1F, 0x8B, 8, 0])));

        var records = document.RootElement.GetProperty("records");
        Assert.Equal(data, records[0].GetProperty("data").GetBytesFromBase64());
        Assert.Equal([], records[1].GetProperty("data").GetBytesFromBase64());
        Assert.Equal([0x1F, 0x8B, 8, 0], records[2].GetProperty("data").GetBytesFromBase64());
    }

    [Fact]
    public void The_real_event_is_answered_id_by_id()
    {
        var payload = LambdaEvents.Fixture("firehose-requests/ukhomeoffice_transform-lambda-event.json");
        using var real = JsonDocument.Parse(payload);
        using var answer = JsonDocument.Parse(new TransformFunction(LambdaEvents.Settings(), _ => { }).Transform(payload));

        Assert.Equal(
            [.. real.RootElement.GetProperty("records").EnumerateArray().Select(record => $"{record.GetProperty("recordId")} Ok {record.GetProperty("data")}")],
            answer.RootElement.GetProperty("records").EnumerateArray().Select(record => $"{record.GetProperty("recordId")} {record.GetProperty("result")} {record.GetProperty("data")}"));
    }

    [Fact]
    public void Data_that_is_not_base64_fails_that_record()
    {
        var payload = """{"more":[{"a":1}],"records":[{"recordId":"a","data":"%%"},{"recordId":"b"},7,{"data":"MQ=="},{"recordId":"c","data":"MQ==","kinesisRecordMetadata":{"recordId":"x","subsequenceNumber":""}}]}"""u8.ToArray();

        Assert.Equal(["a ProcessingFailed", "b ProcessingFailed", "c Ok 1"], LambdaEvents.Run(LambdaEvents.Settings(), payload));
    }

    /// <summary>Lines of few fields grow when they become JSON: what does not fit fails, smaller records behind it go on, and each is answered.</summary>
    [Fact]
    public void The_answer_stays_under_six_megabytes()
    {
        var log = new List<string>();
        var settings = LambdaEvents.Settings(Three, ("CISTERN_OUTPUT", "json"));
        var large = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(LambdaEvents.Line("200", "/a"), 30_000)));
        byte[][] records = [large, large, large, large, Encoding.UTF8.GetBytes(LambdaEvents.Line("200", "/b"))];

        var answer = new TransformFunction(settings, log.Add).Transform(LambdaEvents.Event(records));

        Assert.InRange(answer.Length, 4 << 20, ResponseWriter.BytesMax);
        var answers = LambdaEvents.Read(answer);
        Assert.Equal(5, answers.Length);
        Assert.Contains(answers, text => text.EndsWith("ProcessingFailed", StringComparison.Ordinal));
        Assert.StartsWith("4 Ok ", answers[4], StringComparison.Ordinal);
        Assert.Contains("the answer would be over 6291456 bytes", Assert.Single(log), StringComparison.Ordinal);
    }

    [Fact]
    public void Very_many_small_records_are_all_answered_within_the_limit()
    {
        var empty = Enumerable.Repeat(Array.Empty<byte>(), 60_000).ToArray();
        var answer = new TransformFunction(LambdaEvents.Settings(), _ => { }).Transform(LambdaEvents.Event(empty));

        Assert.InRange(answer.Length, 1, ResponseWriter.BytesMax);
        Assert.Equal(60_000, LambdaEvents.Read(answer).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Records":[]}""")]
    [InlineData("""{"records":[{"recordId":"1","data":"MQ=="}""")]
    public void An_event_that_is_not_Firehoses_is_an_error(string payload) => Assert.ThrowsAny<JsonException>(
        () => new TransformFunction(LambdaEvents.Settings(), _ => { }).Transform(Encoding.UTF8.GetBytes(payload)));

    private static string Inflate(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var text = new StreamReader(gzip);
        return text.ReadToEnd();
    }
}
