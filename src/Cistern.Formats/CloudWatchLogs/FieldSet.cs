using System.Runtime.InteropServices;
using Cistern.Formats.Columns;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudWatchLogs;

/// <summary>The fields of one row while they are gathered: distinct keys, texts unescaped, and no more than a row may have.</summary>
/// <remarks>They are gathered here and not in the column, because a message may turn out not to be JSON at its last byte.</remarks>
internal sealed class FieldSet
{
    /// <summary>Fields of a row. A document with more is data and not a log line; its message is whole all the same.</summary>
    public const int CountMax = 100;

    /// <summary>The longest value. What is longer stands in the message.</summary>
    public const int ValueBytesMax = 2048;

    /// <summary>The longest key with the names before its dots.</summary>
    public const int KeyBytesMax = 256;

    // An escape is at most this many times as long as what it stands for.
    private const int EscapedMax = 6;

    private readonly Field[] _fields = new Field[CountMax];
    private readonly int[] _hashes = new int[CountMax];
    private byte[] _bytes = new byte[8 << 10];
    private int _length;

    public int Count { get; private set; }

    public void Clear() => (Count, _length) = (0, 0);

    /// <summary>Forgets the fields that were added since there were <paramref name="count"/>.</summary>
    public void Truncate(int count)
    {
        _length = count < Count ? _fields[count].Start : _length;
        Count = Math.Min(count, Count);
    }

    /// <summary>Adds a field. One whose key is there, and what is over a limit, is left out.</summary>
    /// <param name="key">The key; valid UTF-8 without NUL.</param>
    /// <param name="raw">The value, valid UTF-8, as it is written.</param>
    /// <param name="isEscaped">It holds escapes to be undone.</param>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> raw, bool isEscaped)
    {
        if (Count == CountMax || key.Length is 0 or > KeyBytesMax || raw.Length > (isEscaped ? ValueBytesMax * EscapedMax : ValueBytesMax))
        {
            return;
        }

        var hash = HashOf(key);
        if (Contains(hash, key))
        {
            return;
        }

        Room(key.Length + raw.Length);
        key.CopyTo(_bytes.AsSpan(_length));
        var target = _bytes.AsSpan(_length + key.Length, raw.Length);
        var length = isEscaped ? JsonEscapes.Unescape(raw, target) : raw.Length;
        if (length > ValueBytesMax)
        {
            return;
        }

        if (!isEscaped)
        {
            raw.CopyTo(target);
        }

        _fields[Count] = new Field(_length, key.Length, length);
        _hashes[Count++] = hash;
        _length += key.Length + length;
    }

    /// <summary>Makes them the fields of a row.</summary>
    public void WriteTo(MapColumn column, int row)
    {
        foreach (var field in _fields.AsSpan(0, Count))
        {
            var key = _bytes.AsSpan(field.Start, field.KeyLength);
            column.Add(row, key, _bytes.AsSpan(field.Start + field.KeyLength, field.ValueLength));
        }
    }

    private static int HashOf(ReadOnlySpan<byte> key)
    {
        var hash = key.Length;
        foreach (var character in key)
        {
            hash = (hash * 31) + character;
        }

        return hash;
    }

    private bool Contains(int hash, ReadOnlySpan<byte> key)
    {
        var from = 0;
        while (_hashes.AsSpan(from, Count - from).IndexOf(hash) is var found and >= 0)
        {
            var field = _fields[from + found];
            if (_bytes.AsSpan(field.Start, field.KeyLength).SequenceEqual(key))
            {
                return true;
            }

            from += found + 1;
        }

        return false;
    }

    private void Room(int bytes)
    {
        if (_bytes.Length - _length < bytes)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + bytes));
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Field(int Start, int KeyLength, int ValueLength);
}
