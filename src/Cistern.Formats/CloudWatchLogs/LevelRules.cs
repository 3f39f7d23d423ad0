using System.Text;

namespace Cistern.Formats.CloudWatchLogs;

/// <summary>Which level a message has: a table of words, a list of member names, and the places where a word means a level.</summary>
/// <remarks>
/// A message says its level near its beginning or not at all: only the first <see cref="LookBytes"/> are looked at, by hand and without expressions, because
/// this runs for every row. A word in running text ("no error", "the INFO page") is no level, so case, neighbours and the words before it count.
/// In this order: (1) lines of the Lambda platform; (2) syslog's <c>&lt;11&gt;</c> and klog's <c>E1123 </c>; (3) the first word of the table that stands
/// as a level does, or behind <c>level=</c>.
/// </remarks>
internal static class LevelRules
{
    /// <summary>The rank of a member that names no level.</summary>
    public const int NoRank = int.MaxValue;

    private const int LookBytes = 256;
    private const int WordBytesMax = 13;
    private const int LongestMember = 13;

    // The level stands behind a time, a host, a thread, a logger. Behind more plain words than that the message itself has begun.
    private const int WordsBeforeMax = 3;

    private static readonly Word[][] _words = ByLength(
        // Anywhere in a prefix, in capitals; in any case in brackets, behind level= and in JSON.
        new("FATAL", LogLevel.Fatal), new("CRITICAL", LogLevel.Fatal), new("CRIT", LogLevel.Fatal), new("EMERG", LogLevel.Fatal),
        new("EMERGENCY", LogLevel.Fatal), new("PANIC", LogLevel.Fatal), new("ALERT", LogLevel.Fatal),
        new("ERROR", LogLevel.Error), new("ERR", LogLevel.Error), new("SEVERE", LogLevel.Error),
        new("WARN", LogLevel.Warn), new("WARNING", LogLevel.Warn),
        new("INFO", LogLevel.Info), new("INFORMATION", LogLevel.Info), new("INFORMATIONAL", LogLevel.Info), new("NOTICE", LogLevel.Info),
        new("DEBUG", LogLevel.Debug), new("TRACE", LogLevel.Trace), new("VERBOSE", LogLevel.Trace),
        // Serilog's and .NET's short words: they could be anything, so only before ']' or, as .NET's console writes them, as "fail:" at the beginning.
        new("FTL", LogLevel.Fatal, IsShort: true), new("FAIL", LogLevel.Error, IsShort: true), new("WRN", LogLevel.Warn, IsShort: true), new("INF", LogLevel.Info, IsShort: true),
        new("DBG", LogLevel.Debug, IsShort: true), new("DBUG", LogLevel.Debug, IsShort: true), new("VRB", LogLevel.Trace, IsShort: true), new("TRCE", LogLevel.Trace, IsShort: true));

    // Names of members that hold the level, in any case. Where a message has several the first of them counts.
    private static readonly byte[][] _members = [.. new[] { "level", "severity", "loglevel", "log.level", "log_level", "levelname", "severitytext", "severity_text", "lvl", "@l" }
        .Select(Encoding.ASCII.GetBytes)];

    private static readonly byte[][] _names = [.. new[] { "", "trace", "debug", "info", "warn", "error", "fatal" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>The name that is stored.</summary>
    public static ReadOnlySpan<byte> NameOf(LogLevel level) => _names[(int)level];

    /// <summary>Whether a member of a JSON message holds its level: the smaller, the rather.</summary>
    public static int RankOf(ReadOnlySpan<byte> member)
    {
        if (member.Length > LongestMember)
        {
            return NoRank;
        }

        for (var rank = 0; rank < _members.Length; rank++)
        {
            if (member.Length == _members[rank].Length && Ascii.EqualsIgnoreCase(member, _members[rank]))
            {
                return rank;
            }
        }

        return NoRank;
    }

    /// <summary>The level that a value names: a word in any case, or a number as pino and bunyan have them (10 trace to 60 fatal, their own ones between).</summary>
    public static LogLevel OfValue(ReadOnlySpan<byte> value)
    {
        value = value.Trim(" "u8);
        if (value.Length == 2 && value[0] is >= (byte)'1' and <= (byte)'6' && char.IsAsciiDigit((char)value[1]))
        {
            return (LogLevel)(value[0] - '0');
        }

        return Find(value)?.Level ?? LogLevel.None;
    }

    /// <summary>The level of a message that is text.</summary>
    public static LogLevel OfText(ReadOnlySpan<byte> message)
    {
        var head = message[..Math.Min(message.Length, LookBytes)];
        if (head.IsEmpty)
        {
            return LogLevel.None;
        }

        var level = OfPlatform(head, message);
        level = level == LogLevel.None ? OfCode(head) : level;
        return level == LogLevel.None ? OfWords(head) : level;
    }

    // What Lambda itself writes. The status of a REPORT line stands behind its figures.
    private static LogLevel OfPlatform(ReadOnlySpan<byte> head, ReadOnlySpan<byte> message)
    {
        const int reportBytes = 1024;
        switch (head[0])
        {
            case (byte)'R' when head.StartsWith("REPORT RequestId:"u8):
            case (byte)'I' when head.StartsWith("INIT_REPORT "u8):
                return IsFailed(message[..Math.Min(message.Length, reportBytes)]) ? LogLevel.Error : LogLevel.Info;
            case (byte)'S' when head.StartsWith("START RequestId:"u8):
            case (byte)'E' when head.StartsWith("END RequestId:"u8):
            case (byte)'I' when head.StartsWith("INIT_START "u8):
                return LogLevel.Info;
            case >= (byte)'0' and <= (byte)'9' when head.IndexOf(" Task timed out after "u8) >= 0:
                return LogLevel.Error;
            default:
                return LogLevel.None;
        }
    }

    private static bool IsFailed(ReadOnlySpan<byte> report)
    {
        var status = report.IndexOf("Status: "u8);
        return status >= 0 && (report[(status + "Status: ".Length)..].StartsWith("error"u8) || report[(status + "Status: ".Length)..].StartsWith("timeout"u8));
    }

    private static LogLevel OfCode(ReadOnlySpan<byte> head) => head[0] switch
    {
        (byte)'<' => OfPriority(head),
        (byte)'I' or (byte)'W' or (byte)'E' or (byte)'F' => OfKlog(head),
        _ => LogLevel.None,
    };

    // syslog: <facility * 8 + severity>.
    private static LogLevel OfPriority(ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'>');
        if (end is < 2 or > 4 || !Text.Numbers.TryReadInteger(head[1..end], out var priority) || priority > 191)
        {
            return LogLevel.None;
        }

        return (priority & 7) switch
        {
            <= 2 => LogLevel.Fatal,
            3 => LogLevel.Error,
            4 => LogLevel.Warn,
            7 => LogLevel.Debug,
            _ => LogLevel.Info,
        };
    }

    // klog: the level's letter, month and day, a time: "E1123 10:01:02.123456".
    private static LogLevel OfKlog(ReadOnlySpan<byte> head)
    {
        if (head.Length < 8 || head[1..5].ContainsAnyExceptInRange((byte)'0', (byte)'9') || head[5] != ' ' || !char.IsAsciiDigit((char)head[6]))
        {
            return LogLevel.None;
        }

        return head[0] switch
        {
            (byte)'F' => LogLevel.Fatal,
            (byte)'E' => LogLevel.Error,
            (byte)'W' => LogLevel.Warn,
            _ => LogLevel.Info,
        };
    }

    private static LogLevel OfWords(ReadOnlySpan<byte> head)
    {
        var plain = 0;
        var place = 0;
        while (place < head.Length && plain <= WordsBeforeMax)
        {
            if (!char.IsAsciiLetter((char)head[place]))
            {
                place++;
                continue;
            }

            var start = place;
            while (place < head.Length && char.IsAsciiLetter((char)head[place]))
            {
                place++;
            }

            var before = start == 0 ? (byte)' ' : head[start - 1];
            var after = place == head.Length ? (byte)' ' : head[place];
            if (Find(head[start..place]) is { } word && Stands(word, head[..start], head[start..place], before, after))
            {
                return word.Level;
            }

            plain += IsBlank(before) && IsBlank(after) ? 1 : 0;
        }

        return LogLevel.None;
    }

    private static bool Stands(Word word, ReadOnlySpan<byte> start, ReadOnlySpan<byte> text, byte before, byte after)
    {
        if (!IsAlone(before, after))
        {
            return false;
        }

        var isBracketed = after == ']' && before is (byte)'[' or (byte)':' or (byte)' ';
        var isOpening = start.IsEmpty && after == ':';
        return isBracketed || isOpening || IsValue(start) || (!word.IsShort && before != '=' && IsLoud(text, after));
    }

    // level=error, lvl="warn".
    private static bool IsValue(ReadOnlySpan<byte> start)
    {
        var key = start is [.., (byte)'"'] ? start[..^1] : start;
        if (key is not [.., (byte)'='])
        {
            return false;
        }

        key = key[..^1];
        key = key[(key.LastIndexOfAny(" \t"u8) + 1)..];
        return RankOf(key) != NoRank;
    }

    // "ERROR", or "Error:" as exceptions are printed.
    private static bool IsLoud(ReadOnlySpan<byte> text, byte after) =>
        !text[1..].ContainsAnyExceptInRange((byte)'A', (byte)'Z')
            ? text[0] < 'a'
            : text[0] < 'a' && after == ':' && !text[1..].ContainsAnyExceptInRange((byte)'a', (byte)'z');

    private static bool IsAlone(byte before, byte after) =>
        (IsBlank(before) || before is (byte)'[' or (byte)'(' or (byte)'<' or (byte)'|' or (byte)':' or (byte)'=' or (byte)'"' or (byte)']' or (byte)'*')
        && (IsBlank(after) || after is (byte)']' or (byte)')' or (byte)'>' or (byte)'|' or (byte)':' or (byte)',' or (byte)'[' or (byte)'"' or (byte)'*');

    private static bool IsBlank(byte character) => character is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';

    private static Word? Find(ReadOnlySpan<byte> text)
    {
        if (text.Length > WordBytesMax)
        {
            return null;
        }

        foreach (var word in _words[text.Length])
        {
            if (Ascii.EqualsIgnoreCase(text, word.Utf8))
            {
                return word;
            }
        }

        return null;
    }

    private static Word[][] ByLength(params ReadOnlySpan<Word> words)
    {
        var byLength = new Word[WordBytesMax + 1][];
        foreach (ref var list in byLength.AsSpan())
        {
            list = [];
        }

        foreach (var word in words)
        {
            byLength[word.Utf8.Length] = [.. byLength[word.Utf8.Length], word];
        }

        return byLength;
    }

    private sealed class Word(string text, LogLevel level, bool IsShort = false)
    {
        public byte[] Utf8 { get; } = Encoding.ASCII.GetBytes(text);

        public LogLevel Level => level;

        public bool IsShort { get; } = IsShort;
    }
}
