namespace Cistern.Formats.Deliveries;

/// <summary>One format that records come in.</summary>
/// <remarks>Input is untrusted: whatever the bytes, a format does not throw, and every item of a record goes to the sink as one row or one reject.</remarks>
internal interface IRecordFormat
{
    /// <summary>A new delivery: what an earlier one said of its lines holds no longer.</summary>
    void Begin(DeliveryContext context, RecordSink sink);

    /// <summary>Whether a record, which is not empty, is of this format by its first bytes and the address that it came in at.</summary>
    bool Claims(ReadOnlySpan<byte> record);

    void Decode(ReadOnlySpan<byte> record);
}
