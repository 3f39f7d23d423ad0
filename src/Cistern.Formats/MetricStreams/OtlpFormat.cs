using Cistern.Formats.CloudFront;
using Cistern.Formats.Deliveries;

namespace Cistern.Formats.MetricStreams;

/// <summary>Metric streams in OpenTelemetry 0.7 and 1.0: a record holds several messages, each behind its own length.</summary>
/// <remarks>
/// The way of a record: (1) a length is read and compared with what is there; (2) the message is looked through to its end; (3) only then does it become rows.
/// The first message that is not whole ends the record: what lies behind a wrong length cannot be found. That and the rest is one reject, and replaying it brings
/// nothing twice. One whole message without a length, as a relay may send it, is taken too.
/// </remarks>
internal sealed class OtlpFormat : IRecordFormat
{
    private readonly OtlpReader _reader = new();
    private readonly MetricRejects _rejects = new();
    private readonly ReasonText _reason = new();
    private DeliveryRoute _route;

    private RecordSink _sink = null!;

    public void Begin(DeliveryContext context, RecordSink sink)
    {
        (_route, _sink) = (context.Route, sink);
        _reader.Open(context, sink, _rejects);
    }

    /// <summary>A length that fits, and within it the field of resource metrics, which fits too and begins with a resource or with metrics.</summary>
    public static bool LooksFramed(ReadOnlySpan<byte> record)
    {
        var place = 0;
        return WireReader.TryReadVarint32(record, ref place, out var length) && length <= (uint)(record.Length - place) && BeginsAsRequest(record.Slice(place, (int)length));
    }

    /// <summary>The record begins with a whole message behind its length.</summary>
    public static bool IsFramed(ReadOnlySpan<byte> record)
    {
        var place = 0;
        return LooksFramed(record) && WireReader.TryReadVarint32(record, ref place, out var length) && OtlpShape.IsRequest(record.Slice(place, (int)length));
    }

    /// <summary>At the address of metric streams all that <see cref="MetricJsonFormat"/> leaves; elsewhere what begins as such messages do.</summary>
    public bool Claims(ReadOnlySpan<byte> record) => _route == DeliveryRoute.Metrics || LooksFramed(record) || IsUnframed(record);

    public void Decode(ReadOnlySpan<byte> record)
    {
        _rejects.Begin(_sink);
        if (_route is not (DeliveryRoute.Any or DeliveryRoute.Metrics))
        {
            _rejects.AddRest(record, 0, MetricJsonFormat.ElsewhereReason);
            return;
        }

        DecodeMessages(record);
        _rejects.Flush(record);
        if (_rejects.Items == 0 && !_sink.IsOverLimit)
        {
            _rejects.AddRest(record, 0, "record holds no metric"u8);
        }
    }

    private void DecodeMessages(ReadOnlySpan<byte> record)
    {
        var place = 0;
        while (place < record.Length && !_sink.IsOverLimit)
        {
            var start = place;
            if (!TryFindMessage(record, ref place, out var length))
            {
                EndEarly(record, start);
                return;
            }

            DecodeMessage(record, place, length);
            place += length;
        }
    }

    private void DecodeMessage(ReadOnlySpan<byte> record, int place, int length)
    {
        var items = _rejects.Items;
        _reader.Read(record, place, length);
        if (length > 0 && _rejects.Items == items && !_sink.IsOverLimit)
        {
            _rejects.Add(record, place, length, "message holds no metric"u8);
        }
    }

    private bool TryFindMessage(ReadOnlySpan<byte> record, ref int place, out int length)
    {
        var start = place;
        length = 0;
        if (!WireReader.TryReadVarint32(record, ref place, out var said))
        {
            return _reason.Set($"cannot read the record from byte {start} on as OpenTelemetry metrics: the length of the message there is cut or has more than 32 bits");
        }

        if (said > (uint)(record.Length - place))
        {
            return _reason.Set($"cannot read the record from byte {start} on as OpenTelemetry metrics: the message there is longer than the {record.Length - place} bytes that are left");
        }

        length = (int)said;
        return OtlpShape.IsRequest(record.Slice(place, length))
            || _reason.Set($"cannot read the record from byte {start} on as OpenTelemetry metrics: the message there is cut, or no protobuf");
    }

    private void EndEarly(ReadOnlySpan<byte> record, int start)
    {
        if (start == 0 && IsUnframed(record))
        {
            DecodeMessage(record, 0, record.Length);
            return;
        }

        _rejects.AddRest(record, start, _reason.Text);
    }

    private static bool IsUnframed(ReadOnlySpan<byte> record) => BeginsAsRequest(record) && OtlpShape.IsRequest(record);

    private static bool BeginsAsRequest(ReadOnlySpan<byte> message)
    {
        var place = 1;
        return message.Length > 2 && message[0] == 0x0A && WireReader.TryReadVarint32(message, ref place, out var length)
            && length > 0 && length <= (uint)(message.Length - place) && message[place] is 0x0A or 0x12;
    }
}
