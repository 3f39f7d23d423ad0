using System.Numerics;
using System.Runtime.Intrinsics;

namespace Cistern.Formats.Text;

/// <summary>Walks over JSON text and checks it, without exceptions: input that is no JSON must not cost more than JSON does.</summary>
/// <remarks>
/// Values are handed out as they are written; <see cref="JsonEscapes"/> reads strings. The text need not be UTF-8: bytes above 0x7F pass within strings.
/// After a method returned false the place means nothing.
/// </remarks>
internal ref struct JsonScanner(ReadOnlySpan<byte> text)
{
    /// <summary>Deeper nesting is not read; one bit of a word is kept a level.</summary>
    public const int DepthMax = 64;

    private readonly ReadOnlySpan<byte> _text = text;

    /// <summary>How far the text is read.</summary>
    public int Place { get; set; }

    /// <summary>The byte at the place; 0, which no JSON has, at the end.</summary>
    public readonly byte Next => Place < _text.Length ? _text[Place] : (byte)0;

    public void SkipBlanks()
    {
        if (Place < _text.Length && _text[Place] > ' ')
        {
            return;
        }

        while (Place < _text.Length && _text[Place] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            Place++;
        }
    }

    /// <summary>Skips blanks and one character if it is this one.</summary>
    public bool TrySkip(byte character)
    {
        SkipBlanks();
        if (Next != character)
        {
            return false;
        }

        Place++;
        return true;
    }

    /// <summary>Reads the value at the place, which blanks may precede, as it is written.</summary>
    public bool TryReadValue(out ReadOnlySpan<byte> value)
    {
        SkipBlanks();
        var start = Place;
        var isWhole = TrySkipValue();
        value = isWhole ? _text[start..Place] : default;
        return isWhole;
    }

    /// <summary>Reads a string: what is between its quotes, and whether it holds escapes.</summary>
    public bool TryReadString(out ReadOnlySpan<byte> raw, out bool isEscaped)
    {
        raw = default;
        isEscaped = false;
        if (Next != '"')
        {
            return false;
        }

        var start = Place + 1;
        var at = start;
        while (true)
        {
            at = FindSpecial(_text, at);
            if (at == _text.Length)
            {
                return false;
            }

            if (_text[at] == '"')
            {
                raw = _text[start..at];
                Place = at + 1;
                return true;
            }

            var length = JsonEscapes.LengthOf(_text[at..]);
            if (length == 0)
            {
                return false; // A control character, or no escape.
            }

            at += length;
            isEscaped = true;
        }
    }

    /// <summary>Reads the name of a member, which blanks may precede, and the colon behind it.</summary>
    public bool TryReadName(out ReadOnlySpan<byte> raw, out bool isEscaped)
    {
        SkipBlanks();
        return TryReadString(out raw, out isEscaped) && TrySkip((byte)':');
    }

    private bool TrySkipValue()
    {
        var depth = 0;
        var objects = 0UL; // A bit a level: 1 for an object, 0 for an array.
        while (true)
        {
            SkipBlanks();
            var isEmpty = false;
            if (Next is (byte)'{' or (byte)'[')
            {
                var isObject = Next == '{';
                if (++depth > DepthMax || !TryEnter(isObject, out isEmpty))
                {
                    return false;
                }

                objects = (objects << 1) | (isObject ? 1UL : 0);
                if (!isEmpty)
                {
                    continue;
                }
            }
            else if (!TrySkipPlain())
            {
                return false;
            }

            if (!TryLeave(ref depth, ref objects, out var isWhole) || isWhole)
            {
                return isWhole;
            }
        }
    }

    // Goes into an object, up to its first value, or an array. An empty one is left at its end.
    private bool TryEnter(bool isObject, out bool isEmpty)
    {
        Place++;
        SkipBlanks();
        isEmpty = Next == (isObject ? (byte)'}' : (byte)']');
        return isEmpty || !isObject || TryReadName(out _, out _);
    }

    // Behind a value: to the next one, out of what ends here.
    private bool TryLeave(ref int depth, ref ulong objects, out bool isWhole)
    {
        while (true)
        {
            isWhole = depth == 0;
            if (isWhole)
            {
                return true;
            }

            SkipBlanks();
            var isObject = (objects & 1) != 0;
            var next = Next;
            Place++;
            if (next == ',')
            {
                return !isObject || TryReadName(out _, out _);
            }

            if (next != (isObject ? (byte)'}' : (byte)']'))
            {
                return false;
            }

            depth--;
            objects >>= 1;
        }
    }

    private bool TrySkipPlain() => Next switch
    {
        (byte)'"' => TryReadString(out _, out _),
        (byte)'t' => TrySkipWord("true"u8),
        (byte)'f' => TrySkipWord("false"u8),
        (byte)'n' => TrySkipWord("null"u8),
        _ => TrySkipNumber(),
    };

    private bool TrySkipWord(ReadOnlySpan<byte> word)
    {
        if (!_text[Place..].StartsWith(word))
        {
            return false;
        }

        Place += word.Length;
        return true;
    }

    private bool TrySkipNumber()
    {
        Place += Next == '-' ? 1 : 0;
        var isZero = Next == '0';
        var digits = SkipDigits();
        if (digits == 0 || (isZero && digits > 1))
        {
            return false;
        }

        if (Next == '.')
        {
            Place++;
            if (SkipDigits() == 0)
            {
                return false;
            }
        }

        if (Next is not ((byte)'e' or (byte)'E'))
        {
            return true;
        }

        Place++;
        Place += Next is (byte)'+' or (byte)'-' ? 1 : 0;
        return SkipDigits() > 0;
    }

    private int SkipDigits()
    {
        var start = Place;
        while (Place < _text.Length && (uint)(_text[Place] - '0') <= 9)
        {
            Place++;
        }

        return Place - start;
    }

    /// <summary>Where the next byte is that may not stand in a string as it is: its end, an escape, a control character.</summary>
    /// <remarks>32 bytes at a time: most strings are names and numbers that one step sees the end of, and JSON within JSON has an escape every few bytes.</remarks>
    private static int FindSpecial(ReadOnlySpan<byte> text, int at)
    {
        while (at + Vector256<byte>.Count <= text.Length)
        {
            var bytes = Vector256.Create(text[at..]);
            var found = Vector256.Equals(bytes, Vector256.Create((byte)'"')) | Vector256.Equals(bytes, Vector256.Create((byte)'\\')) | Vector256.LessThan(bytes, Vector256.Create((byte)' '));
            var places = found.ExtractMostSignificantBits();
            if (places != 0)
            {
                return at + BitOperations.TrailingZeroCount(places);
            }

            at += Vector256<byte>.Count;
        }

        while (at < text.Length && text[at] is not ((byte)'"' or (byte)'\\' or < (byte)' '))
        {
            at++;
        }

        return at;
    }
}
