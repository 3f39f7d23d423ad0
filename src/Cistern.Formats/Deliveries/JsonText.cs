using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Cistern.Formats.Deliveries;

/// <summary>Strings of a <see cref="Utf8JsonReader"/> without its exceptions: an escape such as a lone <c>\ud800</c> is no text, not a crash.</summary>
internal static class JsonText
{
    private const int NameBytesMax = 64;

    /// <summary>Whether the string or property name is this one.</summary>
    public static bool Is(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        if (!json.ValueIsEscaped)
        {
            return json.ValueSpan.SequenceEqual(name);
        }

        Span<byte> scratch = stackalloc byte[NameBytesMax];
        return json.ValueSpan.Length <= NameBytesMax && TryCopy(ref json, scratch, out var length) && scratch[..length].SequenceEqual(name);
    }

    /// <summary>Copies the unescaped text; <paramref name="target"/> must be as long as the escaped one.</summary>
    public static bool TryCopy(ref Utf8JsonReader json, scoped Span<byte> target, out int length)
    {
        length = 0;
        try
        {
            length = json.CopyString(target);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // Not UTF-8, or half of a surrogate pair.
        }
    }

    public static bool TryGet(ref Utf8JsonReader json, [NotNullWhen(true)] out string? text)
    {
        text = null;
        try
        {
            text = json.GetString();
            return text is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
