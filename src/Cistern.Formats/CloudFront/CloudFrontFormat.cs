using System.Buffers;
using Cistern.Formats.Deliveries;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>Records of CloudFront requests: tab-separated lines, with or without <c>#Fields</c>, and JSON objects, one or many a record.</summary>
/// <remarks>
/// The way of a record: (1) blank bytes between items are skipped; (2) an item is a JSON object, a directive or a line; (3) a directive says what the
/// lines behind it hold, in this record and the next ones of the delivery; (4) any other item becomes a row or a reject.
/// </remarks>
internal sealed class CloudFrontFormat : IRecordFormat
{
    private static readonly SearchValues<byte> TimeCharacters = SearchValues.Create("0123456789.-"u8);

    private readonly ReasonText _reason = new();
    private readonly LineScanner _scanner = new();
    private readonly RowWriter _row = new();
    private readonly JsonMembers _members = new();
    private readonly RejectRun _run = new();
    private readonly FieldListCache _lists = new();
    private readonly LineDecoder _lines;
    private readonly EntryDecoder _entries;
    private DeliveryRoute _route;
    private LinePlan? _plan;
    private RecordSink _sink = null!;

    public CloudFrontFormat()
    {
        _lines = new LineDecoder(_row, _scanner, _reason);
        _entries = new EntryDecoder(_row, _reason);
    }

    private static ReadOnlySpan<byte> Signal => "requests"u8;

    public void Begin(DeliveryContext context, RecordSink sink)
    {
        (_route, _sink) = (context.Route, sink);
        _row.Open(context, sink.Requests);
        _plan = context.CloudFrontFields.Length == 0 ? null : _lists.Configured(context.CloudFrontFields);
    }

    public bool Claims(ReadOnlySpan<byte> record)
    {
        var head = Utf8Text.SkipMark(record).TrimStart(" \r\n"u8);
        return _route == DeliveryRoute.CloudFront || head.IsEmpty || head[0] is (byte)'{' or (byte)'[' or (byte)'#' || IsLine(head);
    }

    public void Decode(ReadOnlySpan<byte> record)
    {
        record = Utf8Text.SkipMark(record);
        var isArray = record.TrimStart(" \t\r\n"u8) is [(byte)'[', ..];
        var item = 0;
        var place = 0;
        _run.Begin();
        while (place < record.Length && !_sink.IsOverLimit)
        {
            if (IsBlank(record[place], isArray))
            {
                place++;
                continue;
            }

            place += DecodeItem(record, place, item++);
        }

        _run.Flush(record, Signal, _sink);
    }

    /// <summary>Decodes the JSON object that a text begins with, as a record of its own.</summary>
    public JsonRead DecodeEntry(ReadOnlySpan<byte> text, bool isFinal, out int consumed)
    {
        var read = _members.Read(text, isFinal, out consumed);
        if (read != JsonRead.Object)
        {
            return read;
        }

        if (_entries.TryDecode(_members))
        {
            _sink.CountRow();
            return read;
        }

        _sink.Requests.AbandonRow();
        _sink.Reject(Signal, _reason.Text, text[..consumed], item: null);
        return read;
    }

    private static bool IsBlank(byte character, bool isArray) =>
        character is (byte)'\n' or (byte)'\r' or (byte)' ' || (isArray && character is (byte)'[' or (byte)']' or (byte)',' or (byte)'\t');

    // A time or a date, then a tab.
    private static bool IsLine(ReadOnlySpan<byte> head)
    {
        var end = head.IndexOfAnyExcept(TimeCharacters);
        return end > 0 && head[end] == '\t';
    }

    /// <summary>Decodes the item at a place and says how long it is.</summary>
    private int DecodeItem(ReadOnlySpan<byte> record, int place, int item)
    {
        var rest = record[place..];
        if (rest[0] == '{' && _members.Read(rest, isFinal: true, out var length) == JsonRead.Object)
        {
            End(_entries.TryDecode(_members), record, place, length, item, _entries.IsForeign);
            return length;
        }

        length = _scanner.Scan(rest);
        if (rest[0] == '#' && TryReadDirective(rest[..length]))
        {
            return length;
        }

        var isRow = rest[0] == '{' ? _reason.Set("line is not a JSON object: it is cut, or not JSON") : TryDecodeLine(rest[..length]);
        End(isRow, record, place, length, item, isForeign: false);
        return Math.Max(length, 1);
    }

    private bool TryDecodeLine(ReadOnlySpan<byte> line) => _plan is null ? _lines.TryGuess(line) : _lines.TryDecode(line, _plan);

    private void End(bool isRow, ReadOnlySpan<byte> record, int place, int length, int item, bool isForeign)
    {
        if (isRow)
        {
            _sink.CountRow();
            return;
        }

        _sink.Requests.AbandonRow();
        if (!_run.TryAdd(record, place, length, item))
        {
            _run.Flush(record, Signal, _sink);
            var isUnknown = isForeign && _route == DeliveryRoute.Any;
            _sink.Reject(isUnknown ? "unknown"u8 : Signal, _reason.Text, record.Slice(place, length), item);
        }
    }

    // Directives of the W3C format. Only the list of fields matters; a '#' line of any other kind is a line that cannot be read.
    private bool TryReadDirective(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("#Fields:"u8))
        {
            _plan = _lists.Stated(line["#Fields:".Length..]);
            return true;
        }

        return line.StartsWith("#Version:"u8) || line.StartsWith("#Software:"u8) || line.StartsWith("#Date:"u8)
            || line.StartsWith("#Start-Date:"u8) || line.StartsWith("#End-Date:"u8) || line.StartsWith("#Remark:"u8);
    }
}
