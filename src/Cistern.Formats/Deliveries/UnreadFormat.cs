namespace Cistern.Formats.Deliveries;

/// <summary>Records of kinds that are known by their first bytes and not decoded on this version: kept whole, with a reason that names them.</summary>
internal sealed class UnreadFormat : IRecordFormat
{
    private const int LookBytes = 256;

    private RecordSink _sink = null!;

    public void Begin(DeliveryContext context, RecordSink sink) => _sink = sink;

    public bool Claims(ReadOnlySpan<byte> record) => !Describe(record).IsEmpty;

    public void Decode(ReadOnlySpan<byte> record) => _sink.Reject("unknown"u8, Describe(record), record, item: null);

    private static ReadOnlySpan<byte> Describe(ReadOnlySpan<byte> record)
    {
        if (record.StartsWith("\u001f"u8) && record.Length > 1 && record[1] == 0x8B)
        {
            return "record is gzip: CloudWatch Logs are not decoded on this version; the record is kept and can be replayed on a later one"u8;
        }

        var head = record[..Math.Min(record.Length, LookBytes)].TrimStart(" \r\n\t"u8);
        return head is [(byte)'{', ..] && head.IndexOf("\"messageType\""u8) >= 0 && head.IndexOf("_MESSAGE\""u8) >= 0
            ? "record is of CloudWatch Logs, which are not decoded on this version; it is kept and can be replayed on a later one"u8
            : default;
    }
}
