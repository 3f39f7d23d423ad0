using Cistern.Formats.CloudFront;
using Cistern.Formats.MetricStreams;

namespace Cistern.Formats.Deliveries;

/// <summary>Finds the format of each record and has it decoded.</summary>
internal sealed class RecordDecoder
{
    /// <summary>Rows and rejects may take this many times the body limit: far above what logs need, far below what a hostile body could make.</summary>
    public const int DecodedBytesPerByte = 4;

    private readonly RecordSink _sink = new();
    private readonly CloudFrontFormat _cloudFront = new();

    // The registry. The first that claims a record has it.
    private readonly IRecordFormat[] _formats;

    public RecordDecoder() => _formats = [new UnreadFormat(), new MetricJsonFormat(), new OtlpFormat(), _cloudFront];

    public long MaxBytes => _sink.MaxBytes;

    public bool IsOverLimit => _sink.IsOverLimit;

    public void Begin(DeliveryContext context, DecodedDelivery into)
    {
        _sink.Begin(into, context.MaxInflatedBytes > long.MaxValue / DecodedBytesPerByte ? long.MaxValue : context.MaxInflatedBytes * DecodedBytesPerByte);
        foreach (var format in _formats)
        {
            format.Begin(context, _sink);
        }
    }

    public void Decode(ReadOnlySpan<byte> record, int index)
    {
        if (record.IsEmpty)
        {
            return; // Legal, and nothing.
        }

        _sink.BeginRecord(index);
        foreach (var format in _formats)
        {
            if (format.Claims(record))
            {
                format.Decode(record);
                return;
            }
        }

        _sink.Reject("unknown"u8, "record is of no format that is read here: CloudFront real-time or standard lines, JSON entries, or metric streams"u8, record, item: null);
    }

    /// <summary>Sets a record aside whose bytes were not reached.</summary>
    public void RejectRecord(ReadOnlySpan<byte> data, int index, ReadOnlySpan<byte> reason)
    {
        _sink.BeginRecord(index);
        _sink.Reject("unknown"u8, reason, data, item: null);
    }

    /// <summary>Decodes the JSON object that a text begins with, as an entry of its own.</summary>
    public JsonRead DecodeEntry(ReadOnlySpan<byte> text, bool isFinal, int index, out int consumed)
    {
        _sink.BeginRecord(index);
        return _cloudFront.DecodeEntry(text, isFinal, out consumed);
    }
}
