using System.Buffers;

namespace Cistern.Formats.Deliveries;

/// <summary>Turns the body of a delivery into rows and rejects.</summary>
/// <remarks>
/// Holds scratch buffers, so one instance serves one delivery at a time and is kept for the next. Input is untrusted: whatever the bytes,
/// it does not throw, memory stays within a few times the body limit, and every line, entry or undecodable record ends as one row or one reject.
/// </remarks>
public sealed class DeliveryDecoder
{
    private readonly BodyReader _body = new();
    private readonly RecordDecoder _records = new();
    private readonly EnvelopeReader _envelope;
    private readonly EntriesReader _entries;

    public DeliveryDecoder()
    {
        _envelope = new EnvelopeReader(_body, _records);
        _entries = new EntriesReader(_body, _records);
    }

    /// <summary>After a fault: what is wrong and what to do about it, for the sender. Holds nothing of the body but its request id.</summary>
    public string? Detail { get; private set; }

    /// <summary>The request id that the body named, if it was reached.</summary>
    public string? RequestId { get; private set; }

    /// <summary>Decodes a body. After a fault what <paramref name="into"/> holds means nothing, and the caller clears it.</summary>
    public DeliveryFault? Decode(DeliveryContext context, ReadOnlySequence<byte> body, DecodedDelivery into)
    {
        (Detail, RequestId) = (null, null);
        _body.Open(body, context.Gzip, context.MaxInflatedBytes);
        _records.Begin(context, into);
        try
        {
            var fault = context.Framing switch
            {
                DeliveryFraming.Envelope => ReadEnvelope(context, into),
                DeliveryFraming.Entries => ReadEntries(into),
            };
            into.InflatedBytes = _body.Total;
            fault = IsCutGzip(fault, context) ? DeliveryFault.GzipBroken : fault;
            Detail = fault is { } found ? Detail ?? Explain(found, context) : null;
            return fault;
        }
        finally
        {
            _body.Close();
            _records.End();
        }
    }

    private DeliveryFault? ReadEnvelope(DeliveryContext context, DecodedDelivery into)
    {
        var fault = _envelope.Read(context, into);
        (Detail, RequestId) = (_envelope.Detail, _envelope.RequestId);
        return fault;
    }

    private DeliveryFault? ReadEntries(DecodedDelivery into)
    {
        var fault = _entries.Read(into);
        Detail = _entries.Detail;
        return fault;
    }

    // A cut body ends in rubbish, which is no JSON either. The sender must hear of the cut.
    private bool IsCutGzip(DeliveryFault? fault, DeliveryContext context)
    {
        if (!context.Gzip || fault != DeliveryFault.EnvelopeMalformed)
        {
            return false;
        }

        _body.Drain();
        if (_body.Fault != DeliveryFault.GzipBroken)
        {
            return false;
        }

        Detail = null;
        return true;
    }

    private static string Explain(DeliveryFault fault, DeliveryContext context) => fault switch
    {
        DeliveryFault.GzipBroken => "cannot inflate the body: not gzip, cut off, or a wrong check sum; send it whole, or without Content-Encoding",
        DeliveryFault.TooLarge => $"body is over {context.MaxInflatedBytes} bytes after decompression; send smaller batches or raise the limit",
        DeliveryFault.EnvelopeMalformed => "cannot read the body; send what the address expects",
        DeliveryFault.RequestIdDiffers => "the ids in header and body differ; send the same id in both",
    };
}
