using System.Buffers;

namespace Cistern.Enrich.Naming;

/// <summary>What the shape of a user agent tells, whatever names it holds. All texts are lower case.</summary>
/// <remarks>
/// Browsers have one shape: <c>Mozilla/5.0 (system) engine product/version …</c>. A program that calls itself something else within it puts a word where browsers have none.
/// </remarks>
internal static class UserAgentShape
{
    // Older browsers, and add-ons of their time, ended in bare words themselves.
    private const int ModernMajor = 60;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    public static bool IsLetterOrDigit(byte value) => char.IsAsciiLetterOrDigit((char)value) || value >= 0x80;

    public static bool ClaimsBrowser(ReadOnlySpan<byte> text) => text.StartsWith("mozilla/"u8) || text.StartsWith("opera/"u8);

    /// <summary>No product with a version and no comment: <c>ipad</c>, <c>my script</c>.</summary>
    public static bool IsBare(ReadOnlySpan<byte> text) => !text.ContainsAny((byte)'/', (byte)'(');

    /// <summary>An address to write to: <c>name@example.org</c>.</summary>
    public static bool HasMailAddress(ReadOnlySpan<byte> text)
    {
        while (text.IndexOf((byte)'@') is var mark and >= 0)
        {
            if (mark > 0 && IsLetterOrDigit(text[mark - 1]) && IsDomain(text[(mark + 1)..]))
            {
                return true;
            }

            text = text[(mark + 1)..];
        }

        return false;
    }

    /// <summary>"compatible;" elsewhere than at the beginning of the system's comment, where the browsers of the nineties put it.</summary>
    public static bool HasLateCompatible(ReadOnlySpan<byte> text)
    {
        var from = 0;
        while (text[from..].IndexOf("compatible;"u8) is var found and >= 0)
        {
            if (!BeginsSystem(text[..(from + found)]))
            {
                return true;
            }

            from += found + 1;
        }

        return false;
    }

    /// <summary>A modern browser's last product, and a word without a version behind it: <c>… Safari/537.36 Wordy</c>.</summary>
    public static bool EndsInWord(ReadOnlySpan<byte> text)
    {
        var product = Math.Max(text.LastIndexOf(" safari/"u8), text.LastIndexOf(" firefox/"u8));
        if (product < 0 || MajorOf(text) < ModernMajor)
        {
            return false;
        }

        var rest = text[(product + 1)..];
        rest = rest[rest.IndexOf((byte)'/')..];
        var space = rest.IndexOf((byte)' ');
        return space > 0 && IsWord(rest[(space + 1)..]);
    }

    // 'mozilla/4.0 ('
    private static bool BeginsSystem(ReadOnlySpan<byte> before)
    {
        if (before is not [.., (byte)'('])
        {
            return false;
        }

        before = before[..^1].TrimEnd((byte)' ');
        return ClaimsBrowser(before[(before.LastIndexOfAny((byte)' ', (byte)';') + 1)..]);
    }

    private static bool IsWord(ReadOnlySpan<byte> word) =>
        !word.IsEmpty && char.IsAsciiLetter((char)word[0]) && word.IndexOfAnyExceptInRange((byte)'.', (byte)'z') < 0 && !word.Contains((byte)'/')
        && word.IndexOf("browser"u8) < 0 && word.IndexOf("chrome"u8) < 0;

    private static int MajorOf(ReadOnlySpan<byte> text)
    {
        var (chrome, firefox) = (text.IndexOf("chrome/"u8), text.IndexOf("firefox/"u8));
        var place = chrome >= 0 ? chrome + "chrome/".Length : firefox >= 0 ? firefox + "firefox/".Length : text.Length;
        var digits = text[place..];
        var length = digits.IndexOfAnyExcept(Digits) is var end and >= 0 ? end : digits.Length;
        return length is > 0 and < 6 ? int.Parse(digits[..length], System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    // A label, a point, and a letter behind it.
    private static bool IsDomain(ReadOnlySpan<byte> text)
    {
        var label = 0;
        while (label < text.Length && (IsLetterOrDigit(text[label]) || text[label] == '-'))
        {
            label++;
        }

        return label > 0 && label + 1 < text.Length && text[label] == '.' && char.IsAsciiLetter((char)text[label + 1]);
    }
}
