using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cistern.Ingest;

namespace Cistern.Delivery.Transform;

/// <summary>Writes what a function gets: the records of one batch, as Firehose's Lambda event.</summary>
internal static class TransformEvent
{
    // Base64 has '+', which the usual encoder would write in six bytes.
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="invocationId">New for each batch, and the same when a batch is tried again.</param>
    /// <param name="records">As many as <see cref="TransformBatch.Fits"/> says.</param>
    public static ReadOnlyMemory<byte> Write(StreamPlan plan, Guid invocationId, IReadOnlyList<StreamRecord> records)
    {
        var expected = TransformBatch.HeadBytesOf(plan) + records.Sum(TransformBatch.BytesOf);
        var buffer = new ArrayBufferWriter<byte>((int)Math.Min(expected, Array.MaxLength));
        using var json = new Utf8JsonWriter(buffer, _options);
        json.WriteStartObject();
        json.WriteString("invocationId"u8, invocationId);
        json.WriteString("deliveryStreamArn"u8, plan.Arn);
        json.WriteString("region"u8, StreamArn.RegionOf(plan.Arn));
        if (plan.Kinesis is { } source)
        {
            json.WriteString("sourceKinesisStreamArn"u8, source.StreamArn);
        }

        json.WriteStartArray("records"u8);
        foreach (var record in records)
        {
            Write(json, record);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, StreamRecord record)
    {
        json.WriteStartObject();
        json.WriteString("recordId"u8, RecordIds.Of(record));
        json.WriteNumber("approximateArrivalTimestamp"u8, record.Arrived.ToUnixTimeMilliseconds());
        json.WriteBase64String("data"u8, record.Data.Span);
        if (record.Kinesis is { } origin)
        {
            Write(json, origin);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, KinesisOrigin origin)
    {
        json.WriteStartObject("kinesisRecordMetadata"u8);
        json.WriteString("shardId"u8, origin.ShardId);
        json.WriteString("partitionKey"u8, origin.PartitionKey);
        json.WriteString("sequenceNumber"u8, origin.SequenceNumber);
        json.WriteNumber("subsequenceNumber"u8, 0);
        json.WriteNumber("approximateArrivalTimestamp"u8, origin.Arrived.ToUnixTimeMilliseconds());
        json.WriteEndObject();
    }
}
