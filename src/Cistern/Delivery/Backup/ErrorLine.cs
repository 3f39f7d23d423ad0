using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cistern.Delivery.Backup;

/// <summary>Writes the lines of error objects: one JSON document a record, with the members in Firehose's order.</summary>
/// <remarks>
/// AWS documents <c>processing-failed</c> with another order, numbers as texts and <c>lambdaArn</c>; this is what the service was seen to write. AWS's
/// sample of <c>http-endpoint-failed</c> does not escape quotes in <c>errorMessage</c>; here a line is always JSON.
/// </remarks>
internal static class ErrorLine
{
    // Not for HTML: only what JSON must escape is escaped.
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the record's line, its newline included.</summary>
    public static void Write(IBufferWriter<byte> target, FailedRecord record)
    {
        using (var json = new Utf8JsonWriter(target, _options))
        {
            json.WriteStartObject();
            if (record.Type is ErrorOutputType.ProcessingFailed or ErrorOutputType.DecompressionFailed)
            {
                WriteProcessing(json, record);
            }
            else
            {
                WriteDelivery(json, record);
            }

            json.WriteEndObject();
        }

        target.Write("\n"u8);
    }

    private static void WriteDelivery(Utf8JsonWriter json, FailedRecord record)
    {
        json.WriteNumber("attemptsMade"u8, record.Attempts);
        json.WriteNumber("arrivalTimestamp"u8, record.Arrived.ToUnixTimeMilliseconds());
        json.WriteString("errorCode"u8, record.ErrorCode);
        json.WriteString("errorMessage"u8, record.ErrorMessage);
        json.WriteNumber("attemptEndingTimestamp"u8, record.AttemptEnded.ToUnixTimeMilliseconds());
        json.WriteBase64String("rawData"u8, record.RawData.Span);
        if (record.DataId is { } id)
        {
            json.WriteNumber("subsequenceNumber"u8, SubsequenceIn(id));
            json.WriteString("dataId"u8, id);
        }
    }

    private static void WriteProcessing(Utf8JsonWriter json, FailedRecord record)
    {
        json.WriteBase64String("rawData"u8, record.RawData.Span);
        json.WriteString("errorCode"u8, record.ErrorCode);
        json.WriteString("errorMessage"u8, record.ErrorMessage);
        json.WriteNumber("attemptsMade"u8, record.Attempts);
        json.WriteNumber("arrivalTimestamp"u8, record.Arrived.ToUnixTimeMilliseconds());
        json.WriteNumber("attemptEndingTimestamp"u8, record.AttemptEnded.ToUnixTimeMilliseconds());
        if (record.LambdaArn is { } arn)
        {
            json.WriteString("lambdaARN"u8, arn);
        }
    }

    // SEQUENCE.SUBSEQUENCE
    private static long SubsequenceIn(string dataId) =>
        long.TryParse(dataId.AsSpan(dataId.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && dataId.Contains('.') ? number : 0;
}
