using Cistern.Formats.Text;

namespace Cistern.Formats.CloudWatchLogs;

/// <summary>Takes the members of a JSON object apart into fields: nested names joined by dots, and the level that one of them names.</summary>
internal sealed class JsonFields
{
    /// <summary>Objects within objects. What lies deeper is one field, its JSON as text.</summary>
    public const int DepthMax = 8;

    private readonly byte[] _key = new byte[FieldSet.KeyBytesMax];
    private FieldSet _into = null!;
    private int _levelRank;

    /// <summary>The level that the last object named.</summary>
    public LogLevel Level { get; private set; }

    /// <summary>Adds the members of a text that is one JSON object, blanks around it allowed. False if it is none, and then nothing was added.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, FieldSet into)
    {
        (_into, Level, _levelRank) = (into, LogLevel.None, LevelRules.NoRank);
        var count = into.Count;
        var json = new JsonScanner(text);
        if (json.TrySkip((byte)'{') && TryReadMembers(ref json, prefix: 0, depth: 1))
        {
            json.SkipBlanks();
            if (json.Place == text.Length)
            {
                return true;
            }
        }

        into.Truncate(count);
        Level = LogLevel.None;
        return false;
    }

    private bool TryReadMembers(ref JsonScanner json, int prefix, int depth)
    {
        if (json.TrySkip((byte)'}'))
        {
            return true;
        }

        do
        {
            if (!json.TryReadName(out var raw, out var isEscaped))
            {
                return false;
            }

            json.SkipBlanks();
            var length = WriteKey(raw, isEscaped, prefix);
            if (!TryReadValue(ref json, length, depth))
            {
                return false;
            }
        }
        while (json.TrySkip((byte)','));

        return json.TrySkip((byte)'}');
    }

    // A key that is too long is no key, and its value is only skipped.
    private bool TryReadValue(ref JsonScanner json, int key, int depth)
    {
        if (json.Next == '{' && key > 0 && depth < DepthMax)
        {
            json.Place++;
            if (key < _key.Length)
            {
                _key[key] = (byte)'.';
            }

            return TryReadMembers(ref json, Math.Min(key + 1, _key.Length), depth + 1);
        }

        if (json.Next == '"')
        {
            if (!json.TryReadString(out var text, out var isEscaped))
            {
                return false;
            }

            Add(key, text, isEscaped);
            return true;
        }

        if (!json.TryReadValue(out var value))
        {
            return false;
        }

        if (!value.SequenceEqual("null"u8))
        {
            Add(key, value, isEscaped: false);
        }

        return true;
    }

    private void Add(int key, ReadOnlySpan<byte> raw, bool isEscaped)
    {
        var name = _key.AsSpan(0, key);
        _into.Add(name, raw, isEscaped);
        var rank = LevelRules.RankOf(name);
        if (rank < _levelRank && LevelRules.OfValue(raw) is var level and not LogLevel.None)
        {
            (Level, _levelRank) = (level, rank);
        }
    }

    /// <summary>Writes a name behind the names around it. 0 if that is too long.</summary>
    private int WriteKey(ReadOnlySpan<byte> raw, bool isEscaped, int prefix)
    {
        if (prefix == _key.Length || raw.Length > _key.Length - prefix)
        {
            return 0;
        }

        var target = _key.AsSpan(prefix);
        if (isEscaped)
        {
            return prefix + JsonEscapes.Unescape(raw, target);
        }

        raw.CopyTo(target);
        return prefix + raw.Length;
    }
}
