using System.Buffers;
using System.Buffers.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>CloudFront's request ids: 40 bytes in base64-url with padding.</summary>
/// <remarks>
/// The bytes are kept only if they give back exactly the text, so that nobody who looks for an id as CloudFront wrote it misses it. Readers
/// make the text with <see cref="Encode"/>'s rule: base64, '-' for '+', '_' for '/', padded with '='.
/// </remarks>
public static class RequestIds
{
    private const int TextMax = 256;

    /// <summary>The bytes of an id, if they stand for no other text; <paramref name="target"/> is as long as the text.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> target, out int length)
    {
        length = 0;
        if (text.IsEmpty || text.Length > TextMax || text.Length % 4 != 0)
        {
            return false;
        }

        Span<byte> again = stackalloc byte[TextMax];
        return Base64Url.DecodeFromUtf8(text, target, out _, out length) == OperationStatus.Done
            && again[..Encode(target[..length], again)].SequenceEqual(text);
    }

    /// <summary>The text of an id that is kept as bytes.</summary>
    public static int Encode(ReadOnlySpan<byte> id, Span<byte> target)
    {
        var length = Base64Url.EncodeToUtf8(id, target);
        while (length % 4 != 0)
        {
            target[length++] = (byte)'=';
        }

        return length;
    }
}
