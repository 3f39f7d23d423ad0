using System.IO.Compression;
using Cistern.Commands.Sending;
using Cistern.Delivery.Backup;

namespace Cistern.Replay;

/// <summary>The text of an object, whatever it is compressed with: told by its first bytes, because names and headers get lost and lie.</summary>
internal static class ObjectText
{
    private const int HeadBytes = 8;

    /// <summary>Opens the lines of an object, which is closed with them.</summary>
    /// <exception cref="InvalidDataException">The compression is damaged; reading on may find that, too.</exception>
    public static async Task<LineSource> OpenAsync(Stream content, int lineBytesMax, CancellationToken cancel)
    {
        var head = new byte[HeadBytes];
        var length = await content.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, cancel);
        content.Position = 0;
        var text = head is [0x1F, 0x8B, ..] && await HoldsGzipAsync(content, cancel)
            ? new GZipStream(content, CompressionMode.Decompress)
            : Decode(content, head.AsSpan(0, length));
        return await LineSource.OpenAsync(text, lineBytesMax, cancel); // One level of gzip it knows itself.
    }

    // A copy of an object may have been compressed again.
    private static async Task<bool> HoldsGzipAsync(Stream content, CancellationToken cancel)
    {
        try
        {
            await using var outer = new GZipStream(content, CompressionMode.Decompress, leaveOpen: true);
            var head = new byte[2];
            return await outer.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) == 2 && head is [0x1F, 0x8B];
        }
        catch (InvalidDataException)
        {
            return false; // Whoever reads on finds that, too.
        }
        finally
        {
            content.Position = 0;
        }
    }

    // No line of an error object begins with a NUL; the length of a block of Hadoop, below 16 MiB, does.
    private static Stream Decode(Stream content, ReadOnlySpan<byte> head) =>
        head.StartsWith("PK\u0003\u0004"u8) ? ZipText.Open(content)
        : head.SequenceEqual(SnappyBody.SnappyJavaMagic) ? SnappyText.SnappyJava(content)
        : head is [0, _, ..] ? SnappyText.Hadoop(content)
        : content;
}
