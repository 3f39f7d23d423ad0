using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Cistern.Dashboard;

/// <summary>Where the dashboard's files are.</summary>
internal sealed record WebFolder(string Path);

/// <summary>One file of the dashboard, with the forms in which it can be sent.</summary>
/// <param name="Brotli">Null if the build made none; so for gzip.</param>
/// <param name="Tag">The beginning of its SHA-256, for ETags.</param>
internal sealed record WebFile(string ContentType, byte[] Plain, byte[]? Brotli, byte[]? Gzip, string Tag);

/// <summary>The dashboard's files, read whole at the start: what is served is a table in memory, and no address of a request ever becomes a path of the disk.</summary>
internal sealed class WebFiles
{
    private const int TagDigits = 16;

    // The dashboard has some hundred KB. More is another folder, named by mistake.
    private const long BytesMax = 32 << 20;

    private static readonly EnumerationOptions AllBelow = new() { RecurseSubdirectories = true, MaxRecursionDepth = 4, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".woff2"] = "font/woff2",
        [".json"] = "application/json",
        [".webmanifest"] = "application/manifest+json",
        [".txt"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private WebFiles(FrozenDictionary<string, WebFile> byAddress, string? problem) => (ByAddress, Problem) = (byAddress, problem);

    /// <summary>Files by the address that they are served at, <c>/assets/index-1a2b.js</c> for instance.</summary>
    public FrozenDictionary<string, WebFile> ByAddress { get; }

    /// <summary>Why there is no dashboard, or null.</summary>
    public string? Problem { get; }

    /// <summary>The page that the program in the browser starts from.</summary>
    public WebFile? Index => ByAddress.GetValueOrDefault("/index.html");

    public static WebFiles Read(string folder)
    {
        try
        {
            var bytes = ReadAll(folder);
            return bytes.ContainsKey("/index.html") ? new WebFiles(FilesOf(bytes), null) : Without($"{folder} has no index.html");
        }
        catch (DirectoryNotFoundException)
        {
            return Without($"there is no folder {folder}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Without($"cannot read {folder}: {error.Message}");
        }
    }

    private static WebFiles Without(string problem) => new(FrozenDictionary<string, WebFile>.Empty, problem);

    private static Dictionary<string, byte[]> ReadAll(string folder)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var left = BytesMax;
        foreach (var path in Directory.EnumerateFiles(folder, "*", AllBelow))
        {
            left -= new FileInfo(path).Length;
            if (left < 0)
            {
                throw new IOException($"it holds more than {BytesMax >> 20} MiB, and a dashboard does not");
            }

            files["/" + Path.GetRelativePath(folder, path).Replace('\\', '/')] = File.ReadAllBytes(path);
        }

        return files;
    }

    private static FrozenDictionary<string, WebFile> FilesOf(Dictionary<string, byte[]> bytes) =>
        bytes.Where(file => Types.ContainsKey(Path.GetExtension(file.Key))).ToFrozenDictionary(
            file => file.Key,
            file => new WebFile(
                Types[Path.GetExtension(file.Key)],
                file.Value,
                bytes.GetValueOrDefault(file.Key + ".br"),
                bytes.GetValueOrDefault(file.Key + ".gz"),
                Convert.ToHexStringLower(SHA256.HashData(file.Value))[..TagDigits]),
            StringComparer.Ordinal);
}
