using System.Text;
using Cistern.Formats.ErrorObjects;

namespace Cistern.Tests.Formats.ErrorObjects;

public sealed class ErrorObjectReaderTests
{
    [Fact]
    public void The_line_of_a_failed_transformation_that_was_seen_for_real_is_read()
    {
        var record = Assert.Single(Read(Fixture("ukhomeoffice_processing-failed.ndjson")));
        Assert.Equal("Lambda.FunctionError", record.ErrorCode);
        Assert.Equal("The Lambda function was successfully invoked but it returned an error result.", record.ErrorMessage);
        Assert.Equal((4, 1741088912364, 1741089007666), (record.Attempts, record.Arrived!.Value.ToUnixTimeMilliseconds(), record.AttemptEnded!.Value.ToUnixTimeMilliseconds()));
        Assert.Equal("arn:aws:lambda:eu-west-2:000000000000:function:cw2splunk-transformation-lambda:$LATEST", record.LambdaArn);
        Assert.True(record is { IsSource: true, WasCut: false });
        Assert.Equal("1F8B", Convert.ToHexString(record.Data.Span[..2]));
    }

    [Fact]
    public void The_line_of_another_destination_that_was_seen_for_real_is_read()
    {
        var record = Assert.Single(Read(Fixture("ukhomeoffice_splunk-failed.ndjson")));
        Assert.Equal(("Splunk.InvalidToken", 5L, false), (record.ErrorCode, record.Attempts, record.IsSource));
        Assert.StartsWith("{index: mbtp_secopsit_testenv_ops", Encoding.UTF8.GetString(record.Data.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Failed_deliveries_are_read()
    {
        var records = Read(Fixture("own_http-endpoint-failed.ndjson"));
        Assert.Equal(["own record one\n", "own record two\n"], records.Select(record => Encoding.UTF8.GetString(record.Data.Span)));
        Assert.Equal(["HttpEndpoint.DestinationException", "HttpEndpoint.RequestTimeout"], records.Select(record => record.ErrorCode));
        Assert.Contains("503: {\"requestId\":\"0c0f7c2e", records[0].ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("own record three", Encoding.UTF8.GetString(Assert.Single(Read(Fixture("own_processing-failed.ndjson"))).Data.Span));
    }

    [Theory]
    [InlineData("""{"attemptsMade":"4","arrivalTimestamp":"1760000000123","errorCode":"Lambda.X","errorMessage":"m","attemptEndingTimestamp":"1760000000124","rawData":"YQ==","lambdaArn":"arn:x"}""")]
    [InlineData("""{"attemptsMade":4,"arrivalTimestamp":1760000000123,"ErrorCode":"Lambda.X","ErrorMessage":"m","attemptEndingTimestamp":1760000000124,"rawData":"YQ==","LambdaARN":"arn:x","sequenceNumber":"4","dataCatalogTable":{"a":[1,{}]}}""")]
    [InlineData("""  { "rawData" : "YQ\u003d=" , "lastErrorCode" : "Lambda.X" , "lastErrorMessage" : "m", "attemptsMade": 4, "arrivalTimestamp":1760000000123, "attemptEndingTimestamp":1760000000124, "lambdaArn":"arn:x", "esDocumentId":null }  """)]
    public void The_shapes_of_the_guide_and_of_other_destinations_are_read_alike(string line)
    {
        var record = Assert.Single(Read(line));
        Assert.Equal(("Lambda.X", "m", 4L, "arn:x", "a"), (record.ErrorCode, record.ErrorMessage, record.Attempts, record.LambdaArn, Encoding.UTF8.GetString(record.Data.Span)));
        Assert.Equal((1760000000123, 1760000000124), (record.Arrived!.Value.ToUnixTimeMilliseconds(), record.AttemptEnded!.Value.ToUnixTimeMilliseconds()));
        Assert.False(record.WasCut);
    }

    [Fact]
    public void A_message_whose_quotes_are_not_escaped_hides_nothing()
    {
        const string Line = """{"attemptsMade":5,"arrivalTimestamp":1760000000123,"errorCode":"HttpEndpoint.DestinationException","errorMessage":"status code. 413: {"requestId": "43b8e724", "message": "x"}","attemptEndingTimestamp":1760000000124,"rawData":"YQ==","subsequenceNumber":0,"dataId":"4.0"}""";
        var record = Assert.Single(Read(Line));
        Assert.True(record.WasCut);
        Assert.Equal(("HttpEndpoint.DestinationException", 5L, "a"), (record.ErrorCode, record.Attempts, Encoding.UTF8.GetString(record.Data.Span)));
        Assert.Equal("""status code. 413: {"requestId": "43b8e724", "message": "x"}""", record.ErrorMessage);
        Assert.Equal(1760000000123, record.Arrived!.Value.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void So_is_one_of_a_function()
    {
        const string Line = """{"rawData":"YQ==","errorCode":"Lambda.FunctionError","errorMessage":"it said "no"","attemptsMade":4,"arrivalTimestamp":1760000000123,"attemptEndingTimestamp":1760000000124,"lambdaARN":"arn:x"}""";
        var record = Assert.Single(Read(Line));
        Assert.Equal(("it said \"no\"", 4L, "arn:x", true), (record.ErrorMessage, record.Attempts, record.LambdaArn, record.WasCut));
    }

    // A destination's answer stands in the message; it must not choose what is replayed.
    [Theory]
    [InlineData("""{"attemptsMade":1,"errorMessage":"x","rawData":"ZXZpbA==","y":"","attemptEndingTimestamp":2,"rawData":"YQ=="}""")]
    [InlineData("""{"attemptsMade":1,"errorMessage":"{"rawData":"ZXZpbA=="}","attemptEndingTimestamp":2,"rawData":"YQ=="}""")]
    [InlineData("""{"rawData":"YQ==","errorMessage":"x","rawData":"ZXZpbA==","attemptsMade":1}""")]
    [InlineData("""{"rawData":"YQ==","errorMessage":"{"rawData":"ZXZpbA=="}","attemptsMade":1}""")]
    public void A_message_cannot_put_another_record_in_the_place_of_the_true_one(string line) =>
        Assert.Equal("a", Encoding.UTF8.GetString(Assert.Single(Read(line)).Data.Span));

    [Fact]
    public void Documents_behind_each_other_are_read_and_a_bad_one_among_them_is_told()
    {
        var records = Read("""{"rawData":"YQ=="} {"rawData":"!"}{"rawData":"Yg=="}""", out var reasons);
        Assert.Equal(["a", "b"], records.Select(record => Encoding.UTF8.GetString(record.Data.Span)));
        Assert.Equal("its rawData is not base64", Assert.Single(reasons));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(" \t\r\n", "")]
    [InlineData("a line of a log", "neither JSON nor")]
    [InlineData("{}", "no rawData")]
    [InlineData("""{"messageType":"DATA_MESSAGE"}""", "no rawData")]
    [InlineData("""{"rawData":5}""", "not base64")]
    [InlineData("""{"rawData":{"a":"b"}}""", "not base64")]
    [InlineData("""{"rawData":"YQ=""", "neither JSON nor")]
    [InlineData("""{"rawData":"Y"}""", "not base64")]
    [InlineData("""{"a":1,"rawData":"YQ==","b":""", "")]
    public void What_is_no_record_is_told(string line, string reason)
    {
        var records = Read(line, out var reasons);
        Assert.Equal(reason.Length > 0 ? 1 : 0, reasons.Count);
        Assert.All(reasons, told => Assert.Contains(reason, told, StringComparison.Ordinal));
        Assert.True(records.Count == 0 || records[0].WasCut);
    }

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        var deep = $$"""{"attemptsMade":1,"x":{{new string('[', 100_000)}},"errorMessage":"{{new string('m', 50_000)}}\u00e","attemptEndingTimestamp":1,"rawData":"YQ=="}""";
        var record = Assert.Single(Read(deep));
        Assert.True(record is { WasCut: true, ErrorMessage.Length: ErrorObjectReader.MessageBytesMax });
        var whole = $$"""{"errorMessage":"{{string.Concat(Enumerable.Repeat("\\u00e9", 5_000))}}","rawData":"YQ=="}""";
        Assert.Matches("^é+$", Assert.Single(Read(whole)).ErrorMessage);
    }

    [Fact]
    public void Spoiled_lines_never_throw()
    {
        string[] files = ["ukhomeoffice_processing-failed.ndjson", "ukhomeoffice_splunk-failed.ndjson", "own_http-endpoint-failed.ndjson"];
        byte[][] lines = [.. files.SelectMany(file => Fixture(file).Split('\n')).Where(line => line.Length > 0).Select(Encoding.UTF8.GetBytes)];
        Mutations.Run(Environment.TickCount, 20_000, lines, line => Read(line, out _));
    }

    private static string Fixture(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures/s3-backup", name));

    private static List<ErrorRecord> Read(string text)
    {
        var records = Read(text, out var reasons);
        Assert.Empty(reasons);
        return records;
    }

    private static List<ErrorRecord> Read(string text, out List<string> reasons)
    {
        var records = new List<ErrorRecord>();
        reasons = [];
        foreach (var line in text.Split('\n'))
        {
            records.AddRange(Read(Encoding.UTF8.GetBytes(line), out var ofLine));
            reasons.AddRange(ofLine);
        }

        return records;
    }

    private static List<ErrorRecord> Read(byte[] line, out List<string> reasons)
    {
        var reader = new ErrorObjectReader();
        var records = new List<ErrorRecord>();
        reasons = [];
        ReadOnlySpan<byte> rest = line;
        while (!rest.IsEmpty)
        {
            if (reader.TryRead(ref rest, out var record, out var reason))
            {
                records.Add(record! with { Data = record!.Data.ToArray() });
            }
            else if (reason.Length > 0)
            {
                reasons.Add(reason);
            }
        }

        return records;
    }
}
