using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cistern.Enrich.Kinds;
using Cistern.Enrich.Rules;
using Cistern.Ingest.Keys;

namespace Cistern.Enrich.Robots;

/// <summary>The robots.txt that a host had from a moment on, until its next one.</summary>
/// <param name="Host">In lower case, with the port if it is not the default.</param>
internal sealed record RobotsVersion(string Host, DateTimeOffset ValidFrom, byte[] Text)
{
    /// <summary>What tells versions apart.</summary>
    public string Summary => $"{Host} {ValidFrom:O} {Convert.ToHexString(SHA256.HashData(Text))}";
}

/// <summary>A file of such a version.</summary>
/// <param name="From">Since when it is in force, in whole seconds.</param>
internal sealed record RobotsFile(string Host, DateTimeOffset From, string Path, long Bytes);

/// <summary>Versions of robots.txt in the data folder: <c>rules/robots/HOST@20261120T000000Z.txt</c>, the file as the site had it.</summary>
internal static class RobotsFiles
{
    /// <summary>All versions together; what is listed holds them in memory.</summary>
    public const long BytesMax = 16 << 20;

    private const string Extension = ".txt";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    // More than anything reads, and no danger to memory.
    private const int FileBytesMax = 1 << 20;

    public static string FolderIn(string rulesFolder) => Path.Combine(rulesFolder, "robots");

    /// <summary>The file that holds a version.</summary>
    public static string PathOf(string rulesFolder, string host, DateTimeOffset validFrom) => Path.Combine(
        FolderIn(rulesFolder), $"{host}@{validFrom.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}{Extension}");

    /// <summary>The versions of a folder; a file that is none is a problem.</summary>
    public static IReadOnlyList<RobotsVersion> ReadAll(string rulesFolder, List<RuleProblem> problems)
    {
        var folder = FolderIn(rulesFolder);
        return !Directory.Exists(folder) ? []
            : [.. Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal).Select(path => Read(path, problems)).OfType<RobotsVersion>()];
    }

    /// <summary>By host, the newest first. Files whose names are of another form are left out.</summary>
    public static IReadOnlyList<RobotsFile> List(string rulesFolder)
    {
        var folder = new DirectoryInfo(FolderIn(rulesFolder));
        return !folder.Exists ? [] : [.. folder.EnumerateFiles("*" + Extension).Select(Read).OfType<RobotsFile>().OrderBy(file => file.Host, StringComparer.Ordinal).ThenByDescending(file => file.From)];
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

    private static RobotsVersion? Read(string path, List<RuleProblem> problems)
    {
        var name = Path.GetFileName(path);
        var parts = Path.GetFileNameWithoutExtension(path).Split('@');
        if (parts.Length != 2 || !HostText.IsNameWithPort(parts[0])
            || !DateTimeOffset.TryParseExact(parts[1], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from))
        {
            problems.Add(new RuleProblem(name, 0, "its name is not HOST@20261120T000000Z.txt, with the host in lower case and without a default port"));
            return null;
        }

        if (new FileInfo(path).Length <= FileBytesMax)
        {
            return new RobotsVersion(parts[0], from, File.ReadAllBytes(path));
        }

        problems.Add(new RuleProblem(name, 0, $"it has more than {FileBytesMax} bytes"));
        return null;
    }

    private static RobotsFile? Read(FileInfo file)
    {
        var parts = Path.GetFileNameWithoutExtension(file.Name).Split('@');
        return parts.Length == 2 && HostText.IsNameWithPort(parts[0])
            && DateTimeOffset.TryParseExact(parts[1], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from)
            ? new RobotsFile(parts[0], from, file.FullName, file.Length)
            : null;
    }
}
