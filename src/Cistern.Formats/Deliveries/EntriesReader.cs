using System.Buffers;
using Cistern.Formats.CloudFront;

namespace Cistern.Formats.Deliveries;

/// <summary>Reads a body without envelope: one JSON entry, an array of entries, or one a line.</summary>
internal sealed class EntriesReader(BodyReader body, RecordDecoder records)
{
    private const string Shape = "send one JSON object, an array of objects, or one object a line";

    private static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t\r\n"u8);
    private static readonly SearchValues<byte> ArrayBlanks = SearchValues.Create(" \t\r\n,[]"u8);

    private bool _isArray;

    public string? Detail { get; private set; }

    public DeliveryFault? Read(DecodedDelivery into)
    {
        Detail = null;
        _isArray = false;
        if (!SkipBlanks())
        {
            return body.Fault ?? Malformed("body is empty");
        }

        if (body.Window[0] is not ((byte)'{' or (byte)'['))
        {
            return Malformed("body is not JSON");
        }

        _isArray = body.Window[0] == '[';
        while (SkipBlanks() && !records.IsOverLimit)
        {
            if (!TryReadEntry(into))
            {
                return body.Fault;
            }
        }

        return body.Fault ?? (records.IsOverLimit ? DeliveryFault.TooLarge : null);
    }

    private bool TryReadEntry(DecodedDelivery into)
    {
        while (true)
        {
            var read = records.DecodeEntry(body.Window, body.Ended, into.Records, out var consumed);
            if (read == JsonRead.Malformed)
            {
                return TryRejectLine(into);
            }

            if (read == JsonRead.Object)
            {
                body.Consume(consumed);
                into.Records++;
                return true;
            }

            if (!body.Refill())
            {
                return false;
            }
        }
    }

    // What is no JSON ends with its line, so that entries on other lines are read.
    private bool TryRejectLine(DecodedDelivery into)
    {
        int end;
        while ((end = body.Window.IndexOf((byte)'\n')) < 0 && !body.Ended)
        {
            if (!body.Refill())
            {
                return false;
            }
        }

        end = end < 0 ? body.Window.Length : end;
        records.RejectRecord(body.Window[..end], into.Records, "entry is not a JSON object; send one JSON object, an array of objects, or one object a line"u8);
        body.Consume(end);
        into.Records++;
        return true;
    }

    /// <summary>Goes to the next entry. False at the end of the body or after a fault of it.</summary>
    private bool SkipBlanks()
    {
        while (true)
        {
            var window = body.Window;
            var place = window.IndexOfAnyExcept(_isArray ? ArrayBlanks : Blanks);
            body.Consume(place < 0 ? window.Length : place);
            if (place >= 0)
            {
                return true;
            }

            if (body.Ended || !body.Refill())
            {
                return false;
            }
        }
    }

    private DeliveryFault Malformed(string what)
    {
        Detail = $"{what}; {Shape}";
        return DeliveryFault.EnvelopeMalformed;
    }
}
