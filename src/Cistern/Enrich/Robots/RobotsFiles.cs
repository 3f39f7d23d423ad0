using System.Globalization;
using System.Security.Cryptography;
using Cistern.Enrich.Rules;

namespace Cistern.Enrich.Robots;

/// <summary>The robots.txt that a host had from a moment on, until its next one.</summary>
/// <param name="Host">In lower case, with the port if it is not the default.</param>
internal sealed record RobotsVersion(string Host, DateTimeOffset ValidFrom, byte[] Text)
{
    /// <summary>What tells versions apart.</summary>
    public string Summary => $"{Host} {ValidFrom:O} {Convert.ToHexString(SHA256.HashData(Text))}";
}

/// <summary>Versions of robots.txt in the data folder: <c>rules/robots/HOST@20261120T000000Z.txt</c>, the file as the site had it.</summary>
internal static class RobotsFiles
{
    private const string Extension = ".txt";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    // More than anything reads, and no danger to memory.
    private const int BytesMax = 1 << 20;

    public static string FolderIn(string rulesFolder) => Path.Combine(rulesFolder, "robots");

    /// <summary>The file that holds a version.</summary>
    public static string PathOf(string rulesFolder, string host, DateTimeOffset validFrom) => Path.Combine(
        FolderIn(rulesFolder), $"{host}@{validFrom.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}{Extension}");

    /// <summary>Whether a text is a host as versions are named by: in lower case, without a default port.</summary>
    public static bool IsHost(string host)
    {
        var colon = host.IndexOf(':', StringComparison.Ordinal);
        var (name, port) = colon < 0 ? (host, "") : (host[..colon], host[(colon + 1)..]);
        return Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4 && !name.Any(char.IsAsciiLetterUpper)
            && (colon < 0 || (ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is not (80 or 443)));
    }

    /// <summary>The versions of a folder; a file that is none is a problem.</summary>
    public static IReadOnlyList<RobotsVersion> ReadAll(string rulesFolder, List<RuleProblem> problems)
    {
        var folder = FolderIn(rulesFolder);
        return !Directory.Exists(folder) ? []
            : [.. Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal).Select(path => Read(path, problems)).OfType<RobotsVersion>()];
    }

    private static RobotsVersion? Read(string path, List<RuleProblem> problems)
    {
        var name = Path.GetFileName(path);
        var parts = Path.GetFileNameWithoutExtension(path).Split('@');
        if (parts.Length != 2 || !IsHost(parts[0])
            || !DateTimeOffset.TryParseExact(parts[1], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from))
        {
            problems.Add(new RuleProblem(name, 0, "its name is not HOST@20261120T000000Z.txt, with the host in lower case and without a default port"));
            return null;
        }

        if (new FileInfo(path).Length <= BytesMax)
        {
            return new RobotsVersion(parts[0], from, File.ReadAllBytes(path));
        }

        problems.Add(new RuleProblem(name, 0, $"it has more than {BytesMax} bytes"));
        return null;
    }
}
