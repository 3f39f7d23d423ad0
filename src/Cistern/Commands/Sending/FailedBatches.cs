using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Cistern.Delivery;
using Cistern.Delivery.Backup;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Sending;

/// <summary>Keeps batches that were given up, as Firehose keeps them in S3: one JSON object a record, so that a replay can read them.</summary>
internal sealed class FailedBatches(string folder, string streamName)
{
    /// <summary>Writes a batch to a file of its own and returns the path.</summary>
    public string Write(OutgoingDelivery delivery, DeliveryOutcome outcome)
    {
        Directory.CreateDirectory(folder);
        var stamp = outcome.EndedAt.UtcDateTime.ToString("yyyy-MM-dd-HH-mm-ss", CultureInfo.InvariantCulture);
        var path = Path.Combine(folder, $"{streamName}-1-{stamp}-{delivery.RequestId}");
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        using var body = OpenBody(delivery);
        using var document = JsonDocument.Parse(body);
        foreach (var record in document.RootElement.GetProperty("records").EnumerateArray())
        {
            WriteRecord(file, record.GetProperty("data").GetBytesFromBase64(), delivery, outcome);
        }

        return path;
    }

    private static void WriteRecord(Stream file, byte[] data, OutgoingDelivery delivery, DeliveryOutcome outcome)
    {
        var line = new ArrayBufferWriter<byte>();
        ErrorLine.Write(line, new FailedRecord
        {
            Type = ErrorOutputType.HttpEndpointFailed,
            Attempts = outcome.Attempts,
            Arrived = delivery.MadeAt,
            ErrorCode = outcome.Last.Error?.Code() ?? "",
            ErrorMessage = outcome.Last.Message,
            AttemptEnded = outcome.EndedAt,
            RawData = data,
        });
        file.Write(line.WrittenSpan);
    }

    private static Stream OpenBody(OutgoingDelivery delivery)
    {
        var body = new MemoryStream(delivery.Body.ToArray());
        return delivery.Gzip ? new GZipStream(body, CompressionMode.Decompress) : body;
    }
}
