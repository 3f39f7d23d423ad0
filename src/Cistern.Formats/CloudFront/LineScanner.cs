using System.Numerics;
using System.Runtime.Intrinsics;

namespace Cistern.Formats.CloudFront;

/// <summary>Finds the end of a line and every tab in it, in one pass.</summary>
/// <remarks>
/// Thirty-two bytes are compared at a time with tab and newline; the bits of the matches are the places. The same pass learns whether the
/// line holds NUL or a byte that is not ASCII, which spares the texts of almost every line a look of their own.
/// </remarks>
internal sealed class LineScanner
{
    private const byte Tab = (byte)'\t';
    private const byte Newline = (byte)'\n';
    private const byte Return = (byte)'\r';

    // More fields than any list may have: the rest is counted and not kept.
    private readonly int[] _ends = new int[256];
    private int _tabs;

    /// <summary>Where each field ends; meaningful for up to 255 fields.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Math.Min(FieldCount, _ends.Length));

    public int FieldCount => _tabs + 1;

    /// <summary>The line holds NUL or a byte that is not ASCII.</summary>
    public bool IsSuspect { get; private set; }

    /// <summary>Scans the first line of a text.</summary>
    /// <returns>The length of the line without its end.</returns>
    public int Scan(ReadOnlySpan<byte> text)
    {
        _tabs = 0;
        IsSuspect = false;
        var place = 0;
        var high = Vector256<byte>.Zero;
        var low = Vector256<byte>.AllBitsSet;
        while (place + Vector256<byte>.Count <= text.Length)
        {
            var bytes = Vector256.Create(text[place..]);
            var tabs = Vector256.Equals(bytes, Vector256.Create(Tab)).ExtractMostSignificantBits();
            var newlines = Vector256.Equals(bytes, Vector256.Create(Newline)).ExtractMostSignificantBits();
            if (newlines != 0)
            {
                break; // The rest of the line is shorter than a vector.
            }

            AddTabs(tabs, place);
            high |= bytes;
            low = Vector256.Min(low, bytes);
            place += Vector256<byte>.Count;
        }

        IsSuspect = high.ExtractMostSignificantBits() != 0 || Vector256.EqualsAny(low, Vector256<byte>.Zero);
        return End(text, ScanRest(text, place));
    }

    private void AddTabs(uint tabs, int place)
    {
        while (tabs != 0)
        {
            Add(place + BitOperations.TrailingZeroCount(tabs));
            tabs &= tabs - 1;
        }
    }

    private int ScanRest(ReadOnlySpan<byte> text, int place)
    {
        for (; place < text.Length && text[place] != Newline; place++)
        {
            var character = text[place];
            if (character == Tab)
            {
                Add(place);
            }

            IsSuspect |= character is 0 or >= 0x80;
        }

        return place;
    }

    private int End(ReadOnlySpan<byte> text, int length)
    {
        if (length > 0 && text[length - 1] == Return)
        {
            length--;
        }

        if (_tabs < _ends.Length)
        {
            _ends[_tabs] = length;
        }

        return length;
    }

    private void Add(int place)
    {
        if (_tabs < _ends.Length)
        {
            _ends[_tabs] = place;
        }

        _tabs++;
    }
}
