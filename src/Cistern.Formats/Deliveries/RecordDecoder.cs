using Cistern.Formats.CloudFront;
using Cistern.Formats.CloudWatchLogs;
using Cistern.Formats.MetricStreams;

namespace Cistern.Formats.Deliveries;

/// <summary>Finds the format of each record and has it decoded.</summary>
internal sealed class RecordDecoder
{
    /// <summary>Rows and rejects may take this many times the body limit: far above what logs need, far below what a hostile body could make.</summary>
    public const int DecodedBytesPerByte = 4;

    private readonly RecordSink _sink = new();
    private readonly RecordInflater _inflater = new();
    private readonly CloudFrontFormat _cloudFront = new();

    // The registry. The first that claims a record has it.
    private readonly IRecordFormat[] _formats;

    public RecordDecoder() => _formats = [new CloudWatchLogsFormat(), new MetricJsonFormat(), new OtlpFormat(), _cloudFront];

    public long MaxBytes => _sink.MaxBytes;

    public bool IsOverLimit => _sink.IsOverLimit;

    public void Begin(DeliveryContext context, DecodedDelivery into)
    {
        _sink.Begin(into, context.MaxInflatedBytes > long.MaxValue / DecodedBytesPerByte ? long.MaxValue : context.MaxInflatedBytes * DecodedBytesPerByte);
        _inflater.Begin(context.MaxInflatedBytes);
        foreach (var format in _formats)
        {
            format.Begin(context, _sink);
        }
    }

    /// <summary>Gives back what the delivery needed beyond the usual.</summary>
    public void End() => _inflater.End();

    /// <summary>Decodes a record, inflating it first if it is gzip: any format may come compressed.</summary>
    public void Decode(ReadOnlyMemory<byte> record, int index)
    {
        _sink.BeginRecord(index);
        var content = record.Span;
        if (!GzipEnd.IsGzip(content))
        {
            DecodeContent(content, content);
        }
        else if (_inflater.TryInflate(record, out content, out var reason))
        {
            DecodeContent(content, record.Span);
        }
        else
        {
            _sink.Reject("unknown"u8, reason, record.Span, item: null);
        }
    }

    private void DecodeContent(ReadOnlySpan<byte> content, ReadOnlySpan<byte> record)
    {
        if (content.IsEmpty)
        {
            return; // Legal, and nothing.
        }

        foreach (var format in _formats)
        {
            if (format.Claims(content))
            {
                format.Decode(content);
                return;
            }
        }

        _sink.Reject("unknown"u8, "record is of no format that is read here: CloudFront real-time or standard lines, JSON entries, CloudWatch Logs, or metric streams"u8, record, item: null);
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
