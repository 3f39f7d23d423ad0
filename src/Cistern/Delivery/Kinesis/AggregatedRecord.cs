using System.Security.Cryptography;
using System.Text;
using Cistern.Formats.MetricStreams;

namespace Cistern.Delivery.Kinesis;

/// <summary>Splits what the Kinesis Producer Library joined: many records of users in one of Kinesis.</summary>
/// <remarks>
/// Four magic bytes, a protobuf message, and its MD5. The message: 1 a table of partition keys, 2 one of hash keys, 3 records of (1) the place of the key in the first table,
/// (2) of the hash key, (3) data. Data that is not exactly that is a record like any other, as the library's own readers take it. awslabs/amazon-kinesis-producer, aggregation-format.md.
/// </remarks>
internal static class AggregatedRecord
{
    /// <summary>Firehose does not split a record of more.</summary>
    public const int RecordsMax = 500;

    private const int KeyField = 1;
    private const int RecordField = 3;
    private const int RecordKeyField = 1;
    private const int RecordDataField = 3;

    private static ReadOnlySpan<byte> Magic => [0xF3, 0x89, 0x9A, 0xC2];

    /// <summary>Adds the records that are in this one; or itself, if it is no aggregated one.</summary>
    public static void AddTo(List<KinesisRecord> records, KinesisRecord record)
    {
        var before = records.Count;
        if (!IsAggregated(record.Data.Span) || !TrySplit(record, records))
        {
            records.RemoveRange(before, records.Count - before);
            records.Add(record);
        }
    }

    private static bool IsAggregated(ReadOnlySpan<byte> data) =>
        data.Length > Magic.Length + MD5.HashSizeInBytes && data.StartsWith(Magic) && data[^MD5.HashSizeInBytes..].SequenceEqual(Hash(data[Magic.Length..^MD5.HashSizeInBytes]));

    private static bool TrySplit(KinesisRecord record, List<KinesisRecord> records)
    {
        var message = record.Data[Magic.Length..^MD5.HashSizeInBytes];
        var keys = new List<string>();
        var count = 0;

        // Tables and records may come in any order.
        var reader = new WireReader(message.Span);
        while (reader.Next())
        {
            if (reader.IsBytes(KeyField))
            {
                keys.Add(Encoding.UTF8.GetString(reader.Bytes));
            }

            count += reader.IsBytes(RecordField) ? 1 : 0;
        }

        if (reader.IsBroken || count is 0 or > RecordsMax)
        {
            return false;
        }

        reader = new WireReader(message.Span);
        while (reader.Next())
        {
            if (reader.IsBytes(RecordField))
            {
                var start = reader.Place - reader.Bytes.Length;
                if (!TryAdd(record, message.Slice(start, reader.Bytes.Length), keys, records))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool TryAdd(KinesisRecord record, ReadOnlyMemory<byte> message, List<string> keys, List<KinesisRecord> records)
    {
        ReadOnlyMemory<byte>? data = null;
        ulong? key = null;
        var reader = new WireReader(message.Span);
        while (reader.Next())
        {
            if (reader.IsBytes(RecordDataField))
            {
                data = message.Slice(reader.Place - reader.Bytes.Length, reader.Bytes.Length);
            }
            else if (reader.Field == RecordKeyField && reader.Type == WireType.Varint)
            {
                key = reader.Number;
            }
        }

        if (reader.IsBroken || data is null || key is null || key >= (ulong)keys.Count)
        {
            return false;
        }

        records.Add(new KinesisRecord(record.Origin with { PartitionKey = keys[(int)key] }, data.Value));
        return true;
    }

    // The format's own check sum; nothing is kept secret by it.
#pragma warning disable CA5351
    private static byte[] Hash(ReadOnlySpan<byte> message) => MD5.HashData(message);
#pragma warning restore CA5351
}
