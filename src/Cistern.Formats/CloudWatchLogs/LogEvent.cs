using Cistern.Formats.Text;

namespace Cistern.Formats.CloudWatchLogs;

/// <summary>One entry of <c>logEvents</c>, its texts as they are written between quotes.</summary>
internal ref struct LogEvent
{
    private const long MillisecondsMax = 253_402_300_799_999; // The last millisecond of the year 9999.

    private bool _hasTime;
    private bool _hasMessage;

    public ReadOnlySpan<byte> Id { get; private set; }

    public ReadOnlySpan<byte> Message { get; private set; }

    public bool IsMessageEscaped { get; private set; }

    /// <summary>The object that a filter pattern or the system fields made; empty if there is none.</summary>
    public ReadOnlySpan<byte> ExtractedFields { get; private set; }

    public long Milliseconds { get; private set; }

    /// <summary>Reads the event at the place of a document that was checked before.</summary>
    /// <param name="reason">Why it cannot become a row; empty if it can.</param>
    public static LogEvent Read(ref JsonScanner json, out ReadOnlySpan<byte> reason)
    {
        var read = default(LogEvent);
        if (!json.TrySkip((byte)'{'))
        {
            json.TryReadValue(out _);
            reason = "log event is not a JSON object; it needs timestamp and message"u8;
            return read;
        }

        while (!json.TrySkip((byte)'}') && json.TryReadName(out var name, out _))
        {
            read.Take(name, ref json);
            json.TrySkip((byte)',');
        }

        reason = !read._hasTime ? "log event has no timestamp in milliseconds since 1970"u8
            : read._hasMessage ? default : "log event has no message that is a string"u8;
        return read;
    }

    private void Take(ReadOnlySpan<byte> name, ref JsonScanner json)
    {
        json.SkipBlanks();
        if (json.Next == '"')
        {
            TakeText(name, ref json);
            return;
        }

        json.TryReadValue(out var value);
        if (name.SequenceEqual("timestamp"u8))
        {
            _hasTime = Numbers.TryReadInteger(value, out var milliseconds) && milliseconds <= MillisecondsMax;
            Milliseconds = milliseconds;
        }
        else if (name.SequenceEqual("extractedFields"u8) && value is [(byte)'{', ..])
        {
            ExtractedFields = value;
        }
    }

    private void TakeText(ReadOnlySpan<byte> name, ref JsonScanner json)
    {
        json.TryReadString(out var raw, out var isEscaped);
        if (name.SequenceEqual("id"u8))
        {
            Id = raw;
        }
        else if (name.SequenceEqual("message"u8))
        {
            Message = raw;
            IsMessageEscaped = isEscaped;
            _hasMessage = true;
        }
    }
}
