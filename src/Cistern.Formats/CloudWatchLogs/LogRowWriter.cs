using System.Text.Unicode;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudWatchLogs;

/// <summary>Writes events and lines as rows of <c>logs</c>.</summary>
internal sealed class LogRowWriter
{
    // A Lambda line has time, request id and level before its third tab; they never take longer.
    private const int PrefixBytesMax = 128;
    private const int PrefixTabs = 3;
    private const int MicrosecondsPerMillisecond = 1000;

    private static readonly int Time = Tables.Logs.PlaceOf("time");
    private static readonly int Account = Tables.Logs.PlaceOf("account");
    private static readonly int Region = Tables.Logs.PlaceOf("region");
    private static readonly int LogGroup = Tables.Logs.PlaceOf("log_group");
    private static readonly int LogStream = Tables.Logs.PlaceOf("log_stream");
    private static readonly int EventId = Tables.Logs.PlaceOf("event_id");
    private static readonly int Level = Tables.Logs.PlaceOf("level");
    private static readonly int Message = Tables.Logs.PlaceOf("message");
    private static readonly int Fields = Tables.Logs.PlaceOf("fields");
    private static readonly int Filters = Tables.Logs.PlaceOf("filters");
    private static readonly int PolicyLevel = Tables.Logs.PlaceOf("policy_level");

    private readonly DocumentTexts _document = new();
    private readonly FieldSet _fields = new();
    private readonly JsonFields _json = new();
    private readonly JsonScratch _scratch = new();
    private readonly JsonScratch _valueScratch = new();
    private RecordSink _sink = null!;
    private byte[] _region = [];
    private long _received;
    private bool _isUtf8;

    private ColumnBatch Batch => _sink.Logs;

    public void Begin(DeliveryContext context, RecordSink sink)
    {
        _sink = sink;
        _received = context.Received;
        _region = System.Text.Encoding.UTF8.GetBytes(context.Region);
    }

    /// <summary>Looks once whether all of a record is UTF-8, so that not every text of it has to be looked at.</summary>
    public void BeginRecord(ReadOnlySpan<byte> record) => _isUtf8 = Utf8.IsValid(record);

    /// <summary>Takes what the events of a document share. False if a name is longer than CloudWatch allows.</summary>
    public bool TryBeginDocument(in LogDocument document) => _document.TryRead(document);

    public void WriteEvent(in LogEvent logged)
    {
        var row = Batch.RowCount;
        Batch.Values<long>(Time).Set(row, logged.Milliseconds * MicrosecondsPerMillisecond);
        _fields.Clear();
        WriteExtracted(logged.ExtractedFields, row);
        SetIfAny(Account, row, _document.Owner);
        SetIfAny(Region, row, _region);
        SetIfAny(LogGroup, row, _document.LogGroup);
        SetIfAny(LogStream, row, _document.LogStream);
        SetIfAny(EventId, row, logged.Id.Contains((byte)'\\') || !_isUtf8 ? _scratch.Read(logged.Id, isEscaped: true) : logged.Id);
        SetIfAny(Filters, row, _document.Filters);
        SetIfAny(PolicyLevel, row, _document.PolicyLevel);
        WriteMessage(row, logged.Message, logged.IsMessageEscaped);
        End(row);
    }

    /// <summary>Writes a message that came without its envelope.</summary>
    public void WriteLine(ReadOnlySpan<byte> line)
    {
        var row = Batch.RowCount;
        Batch.Values<long>(Time).Set(row, _received * MicrosecondsPerMillisecond);
        _fields.Clear();
        SetIfAny(Region, row, _region);
        WriteMessage(row, _scratch.Sound(line), isEscaped: false);
        End(row);
    }

    private void End(int row)
    {
        _fields.WriteTo((MapColumn)Batch[Fields], row);
        Batch.EndRow();
        _sink.CountRow();
    }

    // A column keeps the value that was set first, so what the system fields say goes before what the document says.
    private void SetIfAny(int column, int row, ReadOnlySpan<byte> value)
    {
        var texts = Batch.Text(column);
        if (!value.IsEmpty && texts.Count <= row)
        {
            texts.Set(row, value);
        }
    }

    private void WriteExtracted(ReadOnlySpan<byte> fields, int row)
    {
        var json = new JsonScanner(fields);
        if (!json.TrySkip((byte)'{'))
        {
            return;
        }

        while (!json.TrySkip((byte)'}') && json.TryReadName(out var name, out var isEscaped) && json.TryReadValue(out var value))
        {
            WriteExtracted(isEscaped || !_isUtf8 ? _scratch.Read(name, isEscaped) : name, value, row);
            json.TrySkip((byte)',');
        }
    }

    private void WriteExtracted(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int row)
    {
        var text = _valueScratch.Read(value);
        if (name.SequenceEqual("@aws.account"u8))
        {
            SetIfAny(Account, row, text);
        }
        else if (name.SequenceEqual("@aws.region"u8))
        {
            SetIfAny(Region, row, text);
        }
        else if (!value.SequenceEqual("null"u8))
        {
            _fields.Add(name, text, isEscaped: false);
        }
    }

    private void WriteMessage(int row, ReadOnlySpan<byte> raw, bool isEscaped)
    {
        var messages = Batch.Text(Message);
        if (!_isUtf8)
        {
            raw = _scratch.Read(raw, isEscaped);
            isEscaped = false;
        }

        var target = messages.Reserve(row, raw.Length);
        var length = raw.Length;
        if (isEscaped)
        {
            length = JsonEscapes.Unescape(raw, target);
        }
        else
        {
            raw.CopyTo(target);
        }

        ReadOnlySpan<byte> message = target[..length].TrimEnd("\r\n"u8);
        messages.Commit(row, message.Length);
        SetIfAny(Level, row, LevelRules.NameOf(ReadLevel(message)));
    }

    /// <summary>Takes a JSON message apart, also one behind the prefix that Lambda's runtimes write, and finds the level.</summary>
    private LogLevel ReadLevel(ReadOnlySpan<byte> message)
    {
        var start = FindObject(message);
        if (start < 0 || !_json.TryRead(message[start..], _fields))
        {
            return LevelRules.OfText(message);
        }

        return _json.Level == LogLevel.None && start > 0 ? LevelRules.OfText(message[..start]) : _json.Level;
    }

    // The place of the '{' that the message, or what is behind three tabs, begins with; -1 if there is none.
    private static int FindObject(ReadOnlySpan<byte> message)
    {
        var start = message.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0 || message[^1] is not ((byte)'}' or (byte)' ' or (byte)'\t'))
        {
            return -1;
        }

        if (message[start] == '{' || message[start] is not ((byte)'[' or (>= (byte)'0' and <= (byte)'9')))
        {
            return message[start] == '{' ? start : -1;
        }

        var head = message[..Math.Min(message.Length, PrefixBytesMax)];
        var place = 0;
        for (var tabs = 0; tabs < PrefixTabs; tabs++)
        {
            var tab = head[place..].IndexOf((byte)'\t');
            if (tab < 0)
            {
                return -1;
            }

            place += tab + 1;
        }

        return place < message.Length && message[place] == '{' ? place : -1;
    }
}
