using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Cistern.Formats.Deliveries;

/// <summary>Reads Firehose's envelope, <c>{"requestId","timestamp","records":[{"data":"base64"}]}</c>, record by record.</summary>
/// <remarks>
/// Members come in any order, and unknown ones are skipped. A record goes to the record decoder as soon as its text is there; so rows
/// may exist when a fault is found later, and the caller throws them away.
/// </remarks>
internal sealed class EnvelopeReader(BodyReader body, RecordDecoder records)
{
    // 9999-12-31: a timestamp beyond is not in milliseconds.
    private const long MillisecondsMax = 253_402_300_799_999;
    private const int KeptBytes = 4 << 20;
    private const string Shape = "send the object that Firehose sends: requestId, timestamp, and records as an array of objects with base64 data";

    private JsonReaderState _state;
    private byte[] _base64 = [];
    private byte[] _record = [];
    private DeliveryContext _context = null!;
    private DecodedDelivery _into = null!;
    private bool _hasRecords;

    public string? RequestId { get; private set; }

    public string? Detail { get; private set; }

    public DeliveryFault? Read(DeliveryContext context, DecodedDelivery into)
    {
        (_context, _into) = (context, into);
        (RequestId, Detail, _hasRecords, _state) = (null, null, false, default);
        var json = new Utf8JsonReader(ReadOnlySpan<byte>.Empty, isFinalBlock: false, _state);
        try
        {
            return ReadRoot(ref json);
        }
        catch (JsonException broken)
        {
            return Malformed($"body is not JSON at line {broken.LineNumber + 1}, byte {broken.BytePositionInLine}");
        }
        finally
        {
            TrimScratch();
        }
    }

    private DeliveryFault? ReadRoot(ref Utf8JsonReader json)
    {
        if (!Next(ref json) || json.TokenType != JsonTokenType.StartObject)
        {
            return body.Fault ?? Malformed("body is not a JSON object");
        }

        while (Next(ref json) && json.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadMember(ref json) is { } fault)
            {
                return fault;
            }
        }

        // Read to the end, so that garbage behind the object and a wrong check sum of the last gzip block are found.
        while (body.Fault is null && Next(ref json))
        {
        }

        return body.Fault ?? CheckMembers();
    }

    private DeliveryFault? CheckMembers() => (RequestId, _hasRecords) switch
    {
        (null, _) => Malformed("body has no requestId"),
        (_, false) => Malformed("body has no records"),
        _ => null,
    };

    private DeliveryFault? ReadMember(ref Utf8JsonReader json)
    {
        if (JsonText.Is(ref json, "requestId"u8))
        {
            return ReadRequestId(ref json);
        }

        if (JsonText.Is(ref json, "records"u8))
        {
            return ReadRecords(ref json);
        }

        return JsonText.Is(ref json, "timestamp"u8) ? ReadTimestamp(ref json) : Skip(ref json);
    }

    private DeliveryFault? ReadRequestId(ref Utf8JsonReader json)
    {
        if (!Next(ref json))
        {
            return body.Fault;
        }

        if (json.TokenType != JsonTokenType.String || !JsonText.TryGet(ref json, out var id))
        {
            return Malformed("requestId is not a string");
        }

        RequestId = id;
        if (_context.RequestId is null || string.Equals(id, _context.RequestId, StringComparison.Ordinal))
        {
            return null;
        }

        Detail = $"requestId '{Short(id)}' in the body differs from '{Short(_context.RequestId)}' in the header X-Amz-Firehose-Request-Id; send the same id in both";
        return DeliveryFault.RequestIdDiffers;
    }

    // Only the screen wants the timestamp. A strange one is no reason to send the data back.
    private DeliveryFault? ReadTimestamp(ref Utf8JsonReader json)
    {
        if (!Next(ref json))
        {
            return body.Fault;
        }

        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var sentAt) && sentAt is >= 0 and <= MillisecondsMax)
        {
            _into.SentAt = sentAt;
        }

        return SkipRest(ref json);
    }

    private DeliveryFault? ReadRecords(ref Utf8JsonReader json)
    {
        if (_hasRecords)
        {
            return Malformed("body has records twice");
        }

        if (!Next(ref json) || json.TokenType != JsonTokenType.StartArray)
        {
            return body.Fault ?? Malformed("records is not an array");
        }

        _hasRecords = true;
        while (Next(ref json) && json.TokenType != JsonTokenType.EndArray)
        {
            if (ReadRecord(ref json) is { } fault)
            {
                return fault;
            }
        }

        return body.Fault;
    }

    private DeliveryFault? ReadRecord(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return Malformed($"record {_into.Records} is not an object");
        }

        var hasData = false;
        while (Next(ref json) && json.TokenType == JsonTokenType.PropertyName)
        {
            var isData = JsonText.Is(ref json, "data"u8);
            if ((isData ? ReadData(ref json, hasData) : Skip(ref json)) is { } fault)
            {
                return fault;
            }

            hasData |= isData;
        }

        if (body.Fault is null && !hasData)
        {
            return Malformed($"record {_into.Records} has no data");
        }

        _into.Records++;
        return body.Fault;
    }

    private DeliveryFault? ReadData(ref Utf8JsonReader json, bool again)
    {
        if (!Next(ref json) || json.TokenType != JsonTokenType.String || again)
        {
            return body.Fault ?? Malformed($"record {_into.Records} has data that is not one string");
        }

        DecodeRecord(Unescaped(ref json));
        return records.IsOverLimit ? TooManyRows() : null;
    }

    private DeliveryFault TooManyRows()
    {
        Detail = $"decoded rows take more than {records.MaxBytes} bytes, {RecordDecoder.DecodedBytesPerByte} times the body limit; send smaller batches or raise the limit";
        return DeliveryFault.TooLarge;
    }

    private void DecodeRecord(ReadOnlySpan<byte> text)
    {
        Grow(ref _record, Base64.GetMaxDecodedFromUtf8Length(text.Length));
        if (Base64.DecodeFromUtf8(text, _record, out _, out var length) == OperationStatus.Done)
        {
            records.Decode(_record.AsMemory(0, length), _into.Records);
            return;
        }

        // A retry would bring the same text again, so it is kept rather than refused.
        records.RejectRecord(text, _into.Records, "record is not base64; its text is kept as it came"u8);
    }

    // Base64 needs no escapes, but JSON allows them, and some writers escape every '/'.
    private ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader json)
    {
        if (!json.ValueIsEscaped)
        {
            return json.ValueSpan;
        }

        Grow(ref _base64, json.ValueSpan.Length);
        return JsonText.TryCopy(ref json, _base64, out var length) ? _base64.AsSpan(0, length) : json.ValueSpan;
    }

    private DeliveryFault? Skip(ref Utf8JsonReader json) => Next(ref json) ? SkipRest(ref json) : body.Fault;

    private DeliveryFault? SkipRest(ref Utf8JsonReader json)
    {
        if (json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return null;
        }

        var depth = json.CurrentDepth;
        while (Next(ref json) && json.CurrentDepth > depth)
        {
        }

        return body.Fault;
    }

    /// <summary>The next token, reading more of the body where needed. False at the end of the body or after a fault of it.</summary>
    private bool Next(ref Utf8JsonReader json)
    {
        while (!json.Read())
        {
            if (body.Fault is not null || json.IsFinalBlock)
            {
                return false;
            }

            _state = json.CurrentState;
            body.Consume((int)json.BytesConsumed);
            if (!body.Refill())
            {
                return false;
            }

            json = new Utf8JsonReader(body.Window, body.Ended, _state);
        }

        return true;
    }

    private DeliveryFault Malformed(string what)
    {
        Detail = $"{what}; {Shape}";
        return DeliveryFault.EnvelopeMalformed;
    }

    private void TrimScratch()
    {
        _base64 = _base64.Length > KeptBytes ? [] : _base64;
        _record = _record.Length > KeptBytes ? [] : _record;
    }

    private static string Short(string id) => id.Length <= 80 ? id : id[..80] + "…";

    private static void Grow(ref byte[] scratch, int bytes)
    {
        if (scratch.Length < bytes)
        {
            scratch = new byte[Math.Max(16 << 10, bytes + (bytes / 4))];
        }
    }
}
