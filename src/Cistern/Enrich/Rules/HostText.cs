using System.Globalization;

namespace Cistern.Enrich.Rules;

/// <summary>Names of hosts as rules hold them: lower case, without a point at the end; those of other scripts in their <c>xn--</c> form.</summary>
internal static class HostText
{
    public const string NameForm = "write a host's name such as www.example.com, names of other scripts in their xn-- form";

    private const int LengthMax = 253;
    private const int LabelMax = 63;

    /// <summary>Letters, digits, '-' and '_' between points: what it passes is no path, and what reads the files takes it.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= LengthMax && Uri.CheckHostName(text) is (UriHostNameType.Dns or UriHostNameType.IPv4)
        && text.Split('.').All(label => label.Length is > 0 and <= LabelMax && label.All(IsPart) && label[0] != '-' && label[^1] != '-');

    /// <summary>The same, with a port behind ':' that is not the default one.</summary>
    public static bool IsNameWithPort(string text)
    {
        var parts = text.Split(':');
        return IsName(parts[0]) && parts.Length switch
        {
            1 => true,
            2 => ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is not (0 or 80 or 443) && parts[1][0] != '0',
            _ => false,
        };
    }

    private static bool IsPart(char letter) => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '_';
}
