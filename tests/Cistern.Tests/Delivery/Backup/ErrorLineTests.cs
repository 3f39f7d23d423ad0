using System.Buffers;
using System.Text;
using System.Text.Json;
using Cistern.Delivery;
using Cistern.Delivery.Backup;

namespace Cistern.Tests.Delivery.Backup;

public sealed class ErrorLineTests
{
    [Fact]
    public void A_failed_delivery_has_the_members_of_AWS_in_their_order() => Assert.Equal(
        """{"attemptsMade":5,"arrivalTimestamp":1760000000123,"errorCode":"HttpEndpoint.DestinationException","errorMessage":"503: {\"requestId\":\"0c0f\"}","attemptEndingTimestamp":1760000301050,"rawData":"b3duIHJlY29yZCBvbmUK","subsequenceNumber":0,"dataId":"49600000000000000000000000000000000000000000000000000001.0"}""" + "\n",
        Write(Sample(ErrorOutputType.HttpEndpointFailed) with { DataId = "49600000000000000000000000000000000000000000000000000001.0" }));

    [Fact]
    public void A_failed_transformation_has_the_order_that_was_seen_for_real()
    {
        var arn = "arn:aws:lambda:eu-west-2:000000000000:function:cw2splunk-transformation-lambda:$LATEST";
        var real = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures/s3-backup/ukhomeoffice_processing-failed.ndjson"));
        using var document = JsonDocument.Parse(real);
        var root = document.RootElement;
        var record = new FailedRecord
        {
            Type = ErrorOutputType.ProcessingFailed,
            Attempts = root.GetProperty("attemptsMade").GetInt32(),
            Arrived = DateTimeOffset.FromUnixTimeMilliseconds(root.GetProperty("arrivalTimestamp").GetInt64()),
            ErrorCode = root.GetProperty("errorCode").GetString()!,
            ErrorMessage = root.GetProperty("errorMessage").GetString()!,
            AttemptEnded = DateTimeOffset.FromUnixTimeMilliseconds(root.GetProperty("attemptEndingTimestamp").GetInt64()),
            RawData = root.GetProperty("rawData").GetBytesFromBase64(),
            LambdaArn = arn,
        };
        Assert.Equal(real.TrimEnd('\n') + "\n", Write(record));
    }

    [Fact]
    public void A_failed_decompression_names_no_function() =>
        Assert.EndsWith("\"attemptEndingTimestamp\":1760000301050}\n", Write(Sample(ErrorOutputType.DecompressionFailed)), StringComparison.Ordinal);

    [Fact]
    public void What_no_destination_takes_looks_like_a_failed_delivery() =>
        Assert.StartsWith("{\"attemptsMade\":5,\"arrivalTimestamp\"", Write(Sample(ErrorOutputType.DestinationUnsupported)), StringComparison.Ordinal);

    [Theory]
    [InlineData("quotes \" and \\ and\nlines\r\n\u0000\t")]
    [InlineData("ü € 😀 \u2028 <script>&+'")]
    [InlineData("half a pair \uD83D, the other half \uDE00")]
    public void Any_message_stays_on_one_line_of_JSON(string message)
    {
        var line = Write(Sample(ErrorOutputType.HttpEndpointFailed) with { ErrorMessage = message, RawData = new byte[] { 0xFB, 0xFF, 0xFE } });
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain('\r', line);
        Assert.Contains("\"rawData\":\"+//+\"", line, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(line);
        var expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(message));
        Assert.Equal(expected, document.RootElement.GetProperty("errorMessage").GetString());
    }

    private static FailedRecord Sample(ErrorOutputType type) => new()
    {
        Type = type,
        Attempts = 5,
        Arrived = DateTimeOffset.FromUnixTimeMilliseconds(1760000000123),
        ErrorCode = "HttpEndpoint.DestinationException",
        ErrorMessage = "503: {\"requestId\":\"0c0f\"}",
        AttemptEnded = DateTimeOffset.FromUnixTimeMilliseconds(1760000301050),
        RawData = "own record one\n"u8.ToArray(),
    };

    private static string Write(FailedRecord record)
    {
        var target = new ArrayBufferWriter<byte>();
        ErrorLine.Write(target, record);
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }
}
