namespace Cistern.Formats.Deliveries;

/// <summary>What is put behind gzip data so that a cut is noticed.</summary>
/// <remarks>
/// <see cref="System.IO.Compression.GZipStream"/> takes data that ends too early for whole. So it is followed by a gzip member of our own whose text
/// must come out last: after a cut the inflater eats that member as data, behind rubbish it does not look for a member, and the text does not appear.
/// </remarks>
internal static class GzipEnd
{
    // The gzip form (fixed Huffman code) of Text.
    private static readonly byte[] _member =
    [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4B, 0xCD, 0x4B, 0xD1, 0xCD, 0x4F,
        0xD3, 0x4D, 0xCA, 0x4F, 0xA9, 0xE4, 0x02, 0x00, 0xB2, 0xF7, 0xEA, 0xE9, 0x0C, 0x00, 0x00, 0x00,
    ];

    public static ReadOnlyMemory<byte> Member => _member;

    public static ReadOnlySpan<byte> Text => "end-of-body\n"u8;

    /// <summary>Whether data begins as gzip does.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> data) => data is [0x1F, 0x8B, ..];
}
