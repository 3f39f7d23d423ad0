using System.Security.Cryptography;
using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Kinesis;
using Google.Protobuf;

namespace Cistern.Tests.Delivery.Kinesis;

/// <summary>Records joined as the Kinesis Producer Library's format says, written by Google's protobuf.</summary>
public sealed class AggregatedRecordTests
{
    private static readonly KinesisOrigin Origin = new("shardId-000000000000", "a", "49635675801952128003396914033285311334825079587865624578", DateTimeOffset.UnixEpoch);

    /// <summary>Keys are in a table, each once; the records name their places.</summary>
    public static byte[] Join(params (string Key, string Text)[] records)
    {
        var keys = records.Select(record => record.Key).Distinct().ToList();
        return Seal(Message(output =>
        {
            foreach (var key in keys)
            {
                output.WriteTag(1, WireFormat.WireType.LengthDelimited);
                output.WriteString(key);
            }

            foreach (var (key, text) in records)
            {
                output.WriteTag(3, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(Record((ulong)keys.IndexOf(key), text)));
            }
        }));
    }

    [Fact]
    public void Each_record_comes_out_under_its_own_key()
    {
        var split = Split(Join(("k1", "one"), ("k2", "two"), ("k1", ""), ("k1", new string('x', 100_000))));

        Assert.Equal(["k1:one", "k2:two", "k1:", "k1:" + new string('x', 100_000)], split.Select(Text));
        Assert.All(split, record => Assert.Equal((Origin.ShardId, Origin.SequenceNumber), (record.Origin.ShardId, record.Origin.SequenceNumber)));
    }

    [Fact]
    public void Five_hundred_are_split_and_more_are_not()
    {
        Assert.Equal(500, Split(Join([.. Enumerable.Range(0, 500).Select(number => ("k", $"{number}"))])).Count);
        Assert.Single(Split(Join([.. Enumerable.Range(0, 501).Select(number => ("k", $"{number}"))])));
    }

    [Fact]
    public void What_is_no_joined_record_stays_one()
    {
        var whole = Join(("k1", "one"), ("k2", "two"));
        byte[][] others =
        [
            [], [0xF3, 0x89, 0x9A, 0xC2], Encoding.UTF8.GetBytes("plain"), whole[1..], whole[..^1], [.. whole[..10], 7, .. whole[11..]],
            Seal([]), Seal([0x0A]), Seal([0x0A, 1, (byte)'k']),
            Seal(Message(output => Add(output, Record(0, "no table")))),
            Seal(Message(output => { AddKey(output); Add(output, Record(1, "no such key")); })),
            Seal(Message(output => { AddKey(output); Add(output, Record(ulong.MaxValue, "no such key")); })),
            Seal(Message(output => { AddKey(output); Add(output, Record(0, "good")); Add(output, [0x08, 0x00]); })),
            Seal(Message(output => { AddKey(output); Add(output, Record(0, "good")); Add(output, [0x1A, 0x7F]); })),
        ];

        Assert.All(others, data => Assert.Equal(data, Assert.Single(Split(data)).Data.ToArray()));
    }

    [Fact]
    public void The_table_may_stand_behind_the_records() => Assert.Equal(
        ["k:late"], Split(Seal(Message(output => { Add(output, Record(0, "late")); AddKey(output); }))).Select(Text));

    private static List<KinesisRecord> Split(byte[] data)
    {
        var records = new List<KinesisRecord>();
        AggregatedRecord.AddTo(records, new KinesisRecord(Origin, data));
        return records;
    }

    private static string Text(KinesisRecord record) => $"{record.Origin.PartitionKey}:{Encoding.UTF8.GetString(record.Data.Span)}";

    private static byte[] Record(ulong key, string text) => Message(output =>
    {
        output.WriteTag(1, WireFormat.WireType.Varint);
        output.WriteUInt64(key);
        output.WriteTag(3, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFromUtf8(text));
    });

    private static void AddKey(CodedOutputStream output)
    {
        output.WriteTag(1, WireFormat.WireType.LengthDelimited);
        output.WriteString("k");
    }

    private static void Add(CodedOutputStream output, byte[] record)
    {
        output.WriteTag(3, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(record));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            write(output);
        }

        return buffer.ToArray();
    }

    // The format's own check sum.
#pragma warning disable CA5351
    private static byte[] Seal(byte[] message) => [0xF3, 0x89, 0x9A, 0xC2, .. message, .. MD5.HashData(message)];
#pragma warning restore CA5351
}
