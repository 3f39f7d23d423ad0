using System.Text;

namespace Cistern.Store.Embedded.Hot;

internal static class Utf8
{
    /// <summary>The UTF-8 bytes of a text, in <paramref name="scratch"/> if they fit.</summary>
    public static ReadOnlySpan<byte> Bytes(string text, Span<byte> scratch) =>
        Encoding.UTF8.TryGetBytes(text, scratch, out var written) ? scratch[..written] : Encoding.UTF8.GetBytes(text);
}
