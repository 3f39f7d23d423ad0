using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Cistern.Formats.CloudFront;
using Cistern.Formats.Deliveries;
using Cistern.Formats.Text;

namespace Cistern.Formats.MetricStreams;

/// <summary>Metric streams in JSON: one object a metric and minute, one a line or behind each other.</summary>
/// <remarks>
/// Lines as CloudWatch writes them are read by <see cref="MetricJsonLine"/>, which knows their order. Any other line is read by <see cref="MetricJsonReader"/>, which takes
/// all that JSON allows; both give the same row of the same line. An object that is no metric, and a line that is no object, is set aside alone.
/// </remarks>
internal sealed class MetricJsonFormat : IRecordFormat
{
    private readonly MetricRow _row = new();
    private readonly ReasonText _reason = new();
    private readonly MetricRejects _rejects = new();
    private readonly MetricJsonLine _line;
    private readonly MetricJsonReader _reader;
    private DeliveryRoute _route;
    private RecordSink _sink = null!;

    public MetricJsonFormat()
    {
        _line = new MetricJsonLine(_row);
        _reader = new MetricJsonReader(_row, _reason);
    }

    /// <summary>Why a metric is set aside at an address of another signal.</summary>
    public static ReadOnlySpan<byte> ElsewhereReason =>
        "record is of a metric stream, which this address does not take: let the delivery stream post to /ingester/kinesis/metrics, or to /firehose"u8;

    private static ReadOnlySpan<byte> Blanks => " \t\r\n"u8;

    private static ReadOnlySpan<byte> FirstMember => "metric_stream_name"u8;

    public void Begin(DeliveryContext context, RecordSink sink)
    {
        (_route, _sink) = (context.Route, sink);
        var region = Encoding.UTF8.GetBytes(context.Region);
        _row.Open(sink.Metrics);
        _line.Open(region);
        _reader.Open(region);
    }

    /// <summary>At the address of metric streams every object, and text that holds one; elsewhere what names a metric stream in its first object.</summary>
    /// <remarks>A brace is also the length of a message of 123 bytes, and a line end the tag behind it: what is framed is no JSON.</remarks>
    public bool Claims(ReadOnlySpan<byte> record)
    {
        var head = Utf8Text.SkipMark(record).TrimStart(Blanks);
        var isObject = head is [(byte)'{', ..] && head[1..].TrimStart(Blanks) is [(byte)'"' or (byte)'}', ..] && !OtlpFormat.IsFramed(record);
        return _route == DeliveryRoute.Metrics ? isObject || HoldsMetric(record) : isObject && NamesMetricStream(head);
    }

    public void Decode(ReadOnlySpan<byte> record)
    {
        _rejects.Begin(_sink);
        if (_route is not (DeliveryRoute.Any or DeliveryRoute.Metrics))
        {
            _rejects.AddRest(record, 0, ElsewhereReason);
            return;
        }

        // Looked at once for the whole record, so that the lines need not look.
        var isText = Utf8.IsValid(record);
        var place = record.Length - Utf8Text.SkipMark(record).Length;
        while (place < record.Length && !_sink.IsOverLimit)
        {
            place += record[place] is (byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'\t' ? 1 : DecodeItem(record, place, isText);
        }

        _rejects.Flush(record);
    }

    // A first line that is cut must not take the others with it.
    private static bool HoldsMetric(ReadOnlySpan<byte> record) => !OtlpFormat.LooksFramed(record) && record.IndexOf("{\"metric_stream_name\""u8) >= 0;

    private static bool NamesMetricStream(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf(FirstMember) < 0)
        {
            return false;
        }

        var json = new Utf8JsonReader(text, isFinalBlock: true, default);
        try
        {
            while (json.Read() && (json.TokenType != JsonTokenType.EndObject || json.CurrentDepth > 0))
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1 && JsonText.Is(ref json, FirstMember))
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // Cut before the name was reached.
        }

        return false;
    }

    /// <summary>Decodes the item at a place and says how long it is.</summary>
    private int DecodeItem(ReadOnlySpan<byte> record, int place, bool isText)
    {
        var rest = record[place..];
        if (isText && _line.TryRead(rest, out var length))
        {
            _rejects.CountRow(record);
            return length;
        }

        _row.Abandon();
        if (_reader.TryRead(rest, out length))
        {
            _rejects.CountRow(record);
            return length;
        }

        _row.Abandon();
        _rejects.Add(record, place, length, _reason.Text);
        return length;
    }
}
