using System.Buffers;

namespace Cistern.Formats.Deliveries;

/// <summary>Records of kinds that are known by their first bytes and not decoded on this version: kept whole, with a reason that names them.</summary>
internal sealed class UnreadFormat : IRecordFormat
{
    private const int LookBytes = 256;

    // A protobuf message has a tag or a length among its first bytes; a line that is spoiled later on is still a line.
    private const int BinaryBytes = 32;

    // No log line has a control character but tab and line ends.
    private static readonly SearchValues<byte> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (byte)code).Except([(byte)'\t', (byte)'\n', (byte)'\r'])]);

    private RecordSink _sink = null!;

    public void Begin(DeliveryContext context, RecordSink sink) => _sink = sink;

    public bool Claims(ReadOnlySpan<byte> record) => !Describe(record).IsEmpty;

    public void Decode(ReadOnlySpan<byte> record) => _sink.Reject("unknown"u8, Describe(record), record, item: null);

    private static ReadOnlySpan<byte> Describe(ReadOnlySpan<byte> record)
    {
        var head = record[..Math.Min(record.Length, LookBytes)].TrimStart(" \r\n\t"u8);
        if (head is [(byte)'{', ..])
        {
            return DescribeJson(head);
        }

        return head[..Math.Min(head.Length, BinaryBytes)].ContainsAny(Controls)
            ? "record is binary: OpenTelemetry metric streams are not decoded on this version; the record is kept and can be replayed on a later one"u8
            : default;
    }

    private static ReadOnlySpan<byte> DescribeJson(ReadOnlySpan<byte> head) => head.IndexOf("\"metric_stream_name\""u8) >= 0
        ? "record is a metric stream in JSON, which is not decoded on this version; it is kept and can be replayed on a later one"u8
        : default;
}
