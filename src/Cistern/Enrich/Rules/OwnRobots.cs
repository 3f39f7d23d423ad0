using System.Globalization;
using System.Text;
using Cistern.Enrich.Kinds;
using Cistern.Ingest.Keys;

namespace Cistern.Enrich.Rules;

/// <summary>A version of a host's robots.txt.</summary>
/// <param name="From">Since when it is in force, in whole seconds.</param>
internal sealed record OwnRobotsFile(string Host, DateTimeOffset From, string Path, long Bytes);

/// <summary>Versions of robots.txt in the data folder: <c>rules/robots/HOST@20261120T000000Z.txt</c>, the host in lower case, with its port if that is not the default.</summary>
internal static class OwnRobots
{
    /// <summary>All versions together; what is listed holds them in memory.</summary>
    public const long BytesMax = 16 << 20;

    private const string Extension = ".txt";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    public static string FolderIn(string rulesFolder) => System.IO.Path.Combine(rulesFolder, "robots");

    /// <summary>By host, the newest first. Files whose names are of another form are left out.</summary>
    public static IReadOnlyList<OwnRobotsFile> List(string rulesFolder)
    {
        var folder = new DirectoryInfo(FolderIn(rulesFolder));
        return !folder.Exists ? [] : [.. folder.EnumerateFiles("*" + Extension).Select(Read).OfType<OwnRobotsFile>().OrderBy(file => file.Host, StringComparer.Ordinal).ThenByDescending(file => file.From)];
    }

    /// <summary>Why a version cannot be added; null if it can.</summary>
    public static string? Check(string rulesFolder, string host, DateTimeOffset from, string text)
    {
        if (!HostText.IsNameWithPort(host) || (OperatingSystem.IsWindows() && host.Contains(':', StringComparison.Ordinal)))
        {
            return HostText.NameForm + "; a port only if it is neither 80 nor 443, and on Windows none at all";
        }

        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > RobotsTxt.BytesMax)
        {
            return $"it has more than {RobotsTxt.BytesMax} bytes, and no reader must read what is behind them; shorten it";
        }

        var path = PathOf(rulesFolder, host, from);
        var others = List(rulesFolder).Where(file => file.Path != path).ToArray();
        return others.Length >= RuleEditor.OwnMax || others.Sum(file => file.Bytes) + bytes > BytesMax
            ? $"{others.Length} versions are stored, and there can be {RuleEditor.OwnMax}, of {BytesMax} bytes together; remove old ones"
            : null;
    }

    /// <summary>Stores a version that was checked.</summary>
    public static void Write(string rulesFolder, string host, DateTimeOffset from, string text)
    {
        PrivateFile.CreateFolder(FolderIn(rulesFolder));
        PrivateFile.Replace(PathOf(rulesFolder, host, from), Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Deletes a version; says whether there was one.</summary>
    public static bool Remove(string rulesFolder, string host, DateTimeOffset from)
    {
        if (!HostText.IsNameWithPort(host) || !File.Exists(PathOf(rulesFolder, host, from)))
        {
            return false;
        }

        File.Delete(PathOf(rulesFolder, host, from));
        return true;
    }

    private static string PathOf(string rulesFolder, string host, DateTimeOffset from) =>
        System.IO.Path.Combine(FolderIn(rulesFolder), $"{host}@{from.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}{Extension}");

    private static OwnRobotsFile? Read(FileInfo file)
    {
        var parts = System.IO.Path.GetFileNameWithoutExtension(file.Name).Split('@');
        return parts.Length == 2 && HostText.IsNameWithPort(parts[0])
            && DateTimeOffset.TryParseExact(parts[1], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from)
            ? new OwnRobotsFile(parts[0], from, file.FullName, file.Length)
            : null;
    }
}
