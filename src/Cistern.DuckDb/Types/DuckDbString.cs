using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cistern.DuckDb;

/// <summary>DuckDB's 16 bytes of a VARCHAR or BLOB: up to 12 bytes of text in place, or four of them and a pointer to all.</summary>
/// <remarks>DuckDB compares these bytes as they are, so the ones that a short text leaves over are zero.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public readonly unsafe struct DuckDbString
{
    /// <summary>The longest text that is held in place.</summary>
    public const int MaxInline = 12;

    private const int PrefixLength = 4;

    [FieldOffset(0)]
    private readonly int _length;

    [FieldOffset(4)]
    private readonly InlineBytes _inline;

    [FieldOffset(8)]
    private readonly byte* _pointer;

    private DuckDbString(ReadOnlySpan<byte> inline)
    {
        _length = inline.Length;
        inline.CopyTo(_inline);
    }

    private DuckDbString(byte* data, int length)
    {
        _length = length;
        new ReadOnlySpan<byte>(data, PrefixLength).CopyTo(_inline);
        _pointer = data;
    }

    public int Length => _length;

    /// <summary>A text of at most <see cref="MaxInline"/> bytes, copied.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The text is longer: a mistake of the caller.</exception>
    public static DuckDbString Inline(ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaxInline, nameof(value));
        return new DuckDbString(value);
    }

    /// <summary>A text of any length, not copied if it is longer than <see cref="MaxInline"/>.</summary>
    /// <remarks>
    /// The memory must stay where it is, unchanged, until the scan and the query that reads it are both disposed. A VARCHAR must be
    /// valid UTF-8: DuckDB does not look again.
    /// </remarks>
    public static DuckDbString External(byte* data, int length) =>
        length <= MaxInline ? new DuckDbString(new ReadOnlySpan<byte>(data, length)) : new DuckDbString(data, length);

    // Taken by reference: the bytes in place lie inside the 16 bytes themselves.
    internal static ReadOnlySpan<byte> BytesOf(DuckDbString* value) =>
        new(value->_length <= MaxInline ? (byte*)value + PrefixLength : value->_pointer, value->_length);

    [InlineArray(MaxInline)]
    private struct InlineBytes
    {
        private byte _first;
    }
}
