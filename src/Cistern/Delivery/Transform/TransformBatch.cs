using Cistern.Ingest;

namespace Cistern.Delivery.Transform;

/// <summary>How many records fit into one event of a function.</summary>
/// <remarks>Counts what <see cref="TransformEvent"/> writes. Texts of others, which may need escapes, count as if every character did.</remarks>
internal static class TransformBatch
{
    /// <summary>Lambda's limit of an event, and of an answer.</summary>
    public const int BytesMax = 6 << 20;

    // The braces, names, commas and numbers of an event and of each record; the longest number has 20 characters.
    private const int HeadBytes = 200;
    private const int RecordBytes = 100;
    private const int KinesisBytes = 200;
    private const int EscapedBytes = 6;

    /// <summary>The number of records from the first on that fit; 0 if not even the first does, which no event can hold then.</summary>
    public static int Fits(StreamPlan plan, IReadOnlyList<StreamRecord> records)
    {
        var bytes = HeadBytesOf(plan);
        var count = 0;
        while (count < records.Count && bytes + BytesOf(records[count]) <= BytesMax)
        {
            bytes += BytesOf(records[count++]);
        }

        return count;
    }

    /// <summary>The bytes that an event has besides its records.</summary>
    public static long HeadBytesOf(StreamPlan plan) =>
        HeadBytes + (EscapedBytes * (long)(plan.Arn.Length + StreamArn.RegionOf(plan.Arn).Length + (plan.Kinesis?.StreamArn.Length ?? 0)));

    /// <summary>The most bytes that a record takes in an event.</summary>
    public static long BytesOf(StreamRecord record)
    {
        var data = Base64Bytes(record.Data.Length);
        return record.Kinesis is { } origin
            ? data + RecordBytes + KinesisBytes + (EscapedBytes * (long)(RecordIds.Of(record).Length + origin.ShardId.Length + origin.PartitionKey.Length + origin.SequenceNumber.Length))
            : data + RecordBytes + RecordIds.PutCharacters;
    }

    private static long Base64Bytes(long bytes) => (bytes + 2) / 3 * 4;
}
