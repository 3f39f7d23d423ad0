using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Cistern.Delivery.Buffer;

/// <summary>The journal entry of one put: see docs/format/stream-journal.md, which must change with this file. Little-endian throughout.</summary>
/// <remarks>
/// Header: version (1 byte), arrival in milliseconds since 1970 (8), count of records (4), and for records of a Kinesis stream what Kinesis knows of each. Body: the
/// length of each record (4 bytes each), then the records behind each other.
/// </remarks>
internal static class PutEntry
{
    private const byte Version = 1;
    private const int FixedHeaderBytes = 13;

    public static int BodyBytes(int count, long dataBytes) => checked((int)(dataBytes + ((long)count * sizeof(int))));

    public static byte[] WriteHeader(DateTimeOffset arrived, int count, IReadOnlyList<KinesisOrigin>? origins)
    {
        using var header = new MemoryStream(FixedHeaderBytes);
        using var writer = new BinaryWriter(header, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(arrived.ToUnixTimeMilliseconds());
        writer.Write(count);
        foreach (var origin in (origins ?? []).Take(count))
        {
            writer.Write(origin.ShardId);
            writer.Write(origin.PartitionKey);
            writer.Write(origin.SequenceNumber);
            writer.Write(origin.Arrived.ToUnixTimeMilliseconds());
        }

        writer.Flush();
        return header.ToArray();
    }

    public static void WriteBody(IReadOnlyList<ReadOnlyMemory<byte>> records, int count, Span<byte> body)
    {
        var data = body[(count * sizeof(int))..];
        for (var index = 0; index < count; index++)
        {
            var record = records[index].Span;
            BinaryPrimitives.WriteInt32LittleEndian(body[(index * sizeof(int))..], record.Length);
            record.CopyTo(data);
            data = data[record.Length..];
        }
    }

    /// <summary>Reads the arrival and the count of records from an entry's header.</summary>
    public static (DateTimeOffset Arrived, int Count) ReadHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length < FixedHeaderBytes || header[0] != Version)
        {
            throw new InvalidDataException($"a stream's journal has an entry of version {(header.IsEmpty ? 0 : header[0])}, this program reads version {Version}");
        }

        return (DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(header[1..])), BinaryPrimitives.ReadInt32LittleEndian(header[9..]));
    }

    /// <summary>Reads an entry's records; they share one array, and keep it.</summary>
    public static List<StreamRecord> Read(long sequence, ReadOnlySpan<byte> header, ReadOnlySequence<byte> body)
    {
        var (arrived, count) = ReadHeader(header);
        var origins = header.Length > FixedHeaderBytes ? ReadOrigins(header[FixedHeaderBytes..], count) : null;
        var bytes = body.ToArray();
        var records = new List<StreamRecord>(count);
        var start = count * sizeof(int);
        for (var index = 0; index < count; index++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(index * sizeof(int)));
            records.Add(new StreamRecord
            {
                Entry = sequence,
                Index = index,
                IsLastOfEntry = index == count - 1,
                Arrived = arrived,
                Data = bytes.AsMemory(start, length),
                Kinesis = origins?[index],
            });
            start += length;
        }

        return records;
    }

    private static KinesisOrigin[] ReadOrigins(ReadOnlySpan<byte> bytes, int count)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
        var origins = new KinesisOrigin[count];
        for (var index = 0; index < count; index++)
        {
            origins[index] = new KinesisOrigin(reader.ReadString(), reader.ReadString(), reader.ReadString(), DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()));
        }

        return origins;
    }
}
