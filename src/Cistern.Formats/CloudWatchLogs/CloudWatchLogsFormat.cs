using Cistern.Formats.Deliveries;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudWatchLogs;

/// <summary>Records of CloudWatch Logs: the documents that a subscription filter sends, or at the logs' own address the messages alone.</summary>
/// <remarks>
/// The way of a record: (1) documents follow each other with blanks or nothing between them; (2) each is read to its end before anything becomes of it;
/// (3) an event becomes a row or a reject, a control message is counted, a document that is none of CloudWatch's is one reject; (4) at the logs' own address
/// Firehose may have left only the messages (CloudWatchLogProcessing), so there a line, or an object, that is no document is a message.
/// </remarks>
internal sealed class CloudWatchLogsFormat : IRecordFormat
{
    private const int LookBytes = 256;

    // OpenTelemetry has a tag or a length among its first bytes. An escape is a terminal's colour.
    private const int BinaryBytes = 32;

    private readonly LogRowWriter _row = new();
    private RecordSink _sink = null!;
    private DeliveryRoute _route;
    private int _item;

    private static ReadOnlySpan<byte> Signal => "logs"u8;

    public void Begin(DeliveryContext context, RecordSink sink)
    {
        (_route, _sink) = (context.Route, sink);
        _row.Begin(context, sink);
    }

    /// <inheritdoc/>
    /// <remarks>Elsewhere than at the logs' own address one document in a record makes it ours: a member's name in quotes cannot stand within a string.</remarks>
    public bool Claims(ReadOnlySpan<byte> record) => _route switch
    {
        DeliveryRoute.Logs => true,
        DeliveryRoute.Any => Utf8Text.SkipMark(record).TrimStart(" \t\r\n"u8) is [(byte)'{', ..] && HasEnvelope(record),
        DeliveryRoute.CloudFront or DeliveryRoute.Metrics => false,
    };

    public void Decode(ReadOnlySpan<byte> record)
    {
        record = Utf8Text.SkipMark(record);
        _item = 0;
        if (IsBinary(record))
        {
            _sink.Reject(Signal, "record is neither JSON nor text; this address takes CloudWatch Logs, metric streams go to /ingester/kinesis/metrics"u8, record, item: null);
            return;
        }

        _row.BeginRecord(record);
        var place = 0;
        while (place < record.Length && !_sink.IsOverLimit)
        {
            place += DecodeItem(record[place..]);
        }
    }

    private static bool HasEnvelope(ReadOnlySpan<byte> record) =>
        record.IndexOf("\"logEvents\""u8) >= 0 || (record.IndexOf("\"messageType\""u8) >= 0 && record.IndexOf("_MESSAGE\""u8) >= 0);

    private static bool IsBinary(ReadOnlySpan<byte> record)
    {
        foreach (var character in record[..Math.Min(record.Length, BinaryBytes)])
        {
            if (character is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x1B))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Decodes what a text begins with, and says how long that is.</summary>
    private int DecodeItem(ReadOnlySpan<byte> rest)
    {
        var blanks = rest.IndexOfAnyExcept(" \t\r\n"u8);
        if (blanks < 0)
        {
            return rest.Length;
        }

        var item = rest[blanks..];
        if (item[0] == '{' && LogDocument.TryRead(item, out var document, out var length))
        {
            return blanks + DecodeDocument(document, item, length);
        }

        if (item[0] == '{' && (_route != DeliveryRoute.Logs || HasEnvelope(item[..Math.Min(item.Length, LookBytes)])))
        {
            length = BrokenLength(item);
            Reject("document is not JSON: it is cut, or spoiled"u8, item[..length].TrimEnd(" \t\r\n"u8));
            return blanks + length;
        }

        return DecodeLine(rest, blanks);
    }

    private int DecodeDocument(in LogDocument document, ReadOnlySpan<byte> item, int length)
    {
        if (document.IsEnvelope)
        {
            DecodeEnvelope(document, item[..length]);
            return length;
        }

        if (_route == DeliveryRoute.Logs && !document.IsMetric)
        {
            return DecodeMessage(item, length);
        }

        var reason = document.IsMetric
            ? "document is of a metric stream; it is kept: send metric streams to /ingester/kinesis/metrics, and not in one record with logs"u8
            : "document is not one of CloudWatch Logs: it has neither logEvents nor a messageType of theirs"u8;
        _sink.Reject(_route == DeliveryRoute.Logs ? Signal : "unknown"u8, reason, item[..length], _item++);
        return length;
    }

    // An object that text follows on its last line is the beginning of a line of text.
    private int DecodeMessage(ReadOnlySpan<byte> item, int length)
    {
        var behind = item[length..].TrimStart(" \t\r"u8);
        if (!behind.IsEmpty && behind[0] is not ((byte)'\n' or (byte)'{') && !item[..length].Contains((byte)'\n'))
        {
            return DecodeLine(item, blanks: 0);
        }

        _row.WriteLine(item[..length]);
        _item++;
        return length;
    }

    private void DecodeEnvelope(in LogDocument document, ReadOnlySpan<byte> text)
    {
        if (document.IsControl)
        {
            _sink.CountControl();
            _item++;
        }
        else if (!document.IsData)
        {
            Reject("document has log events and a messageType other than DATA_MESSAGE and CONTROL_MESSAGE"u8, text);
        }
        else if (!document.HasEvents)
        {
            Reject("document is a DATA_MESSAGE without a list of logEvents"u8, text);
        }
        else if (!_row.TryBeginDocument(document))
        {
            Reject("owner, logGroup, logStream, policyLevel or subscriptionFilters is over 4,096 bytes, longer than CloudWatch's names can be"u8, text);
        }
        else
        {
            DecodeEvents(document.LogEvents);
        }
    }

    private void DecodeEvents(ReadOnlySpan<byte> events)
    {
        var json = new JsonScanner(events);
        json.TrySkip((byte)'[');
        while (!json.TrySkip((byte)']') && json.Place < events.Length && !_sink.IsOverLimit)
        {
            var start = json.Place;
            var logged = LogEvent.Read(ref json, out var reason);
            if (reason.IsEmpty)
            {
                _row.WriteEvent(logged);
                _item++;
            }
            else
            {
                Reject(reason, events[start..json.Place]);
            }

            json.TrySkip((byte)',');
        }
    }

    // A line of text, with the blanks that it begins with.
    private int DecodeLine(ReadOnlySpan<byte> rest, int blanks)
    {
        var start = rest[..blanks].LastIndexOf((byte)'\n') + 1;
        var found = rest[blanks..].IndexOf((byte)'\n');
        var end = found < 0 ? rest.Length : blanks + found;
        var line = rest[start..end].TrimEnd("\r\n"u8);
        if (_route == DeliveryRoute.Logs)
        {
            _row.WriteLine(line);
            _item++;
        }
        else
        {
            _sink.Reject("unknown"u8, "line is no JSON document, in a record of CloudWatch Logs"u8, line, _item++);
        }

        return end;
    }

    private void Reject(ReadOnlySpan<byte> reason, ReadOnlySpan<byte> data) => _sink.Reject(Signal, reason, data, _item++);

    /// <summary>How long a document is that cannot be read: up to where the next one seems to begin, on a line of its own or right behind a brace.</summary>
    private static int BrokenLength(ReadOnlySpan<byte> item)
    {
        var place = 1;
        while (item[place..].IndexOf((byte)'{') is var found and >= 0)
        {
            place += found;
            if (item[place - 1] == '\n' || (item[place - 1] == '}' && place + 1 < item.Length && item[place + 1] == '"'))
            {
                return place;
            }

            place++;
        }

        return item.Length;
    }
}
