using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Cistern.Commands.Aws.Packing;

/// <summary>The files of an installed .NET that a program needs to run where there is none.</summary>
/// <remarks>
/// In the package as in an installation, because the host finds its parts by their places: <c>dotnet/dotnet</c>, <c>dotnet/host/fxr/VERSION/</c>,
/// <c>dotnet/shared/Microsoft.NETCore.App/VERSION/</c>. All assemblies go along: which of them code asks for by name at run time nobody can tell from outside.
/// </remarks>
internal static partial class RuntimeFiles
{
    private const string Framework = "Microsoft.NETCore.App";
    private const string Dependencies = Framework + ".deps.json";

    // Amazon Linux 2023, of which provided.al2023 is made, has glibc 2.34.
    private const int GlibcMinorMax = 34;

    // For debuggers, dumps and tracing, and collectors that only a variable chooses.
    private static readonly string[] LeftOut = ["createdump", "libmscordaccore.so", "libmscordbi.so", "libcoreclrtraceptprovider.so", "libclrgc.so", "libclrgcexp.so"];

    private static readonly string[] LicenceNames = ["LICENSE.txt", "ThirdPartyNotices.txt"];

    /// <exception cref="CommandFailedException">It cannot be packed; the sentence says what to do instead.</exception>
    public static IReadOnlyList<PackageFile> Of(MachineRuntime runtime)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(runtime.RuntimeFolder));
        var root = Path.GetFullPath(Path.Combine(folder, "..", "..", ".."));
        var host = Path.Combine(root, "dotnet");
        if (Path.GetFileName(Path.GetDirectoryName(folder)) != Framework || !File.Exists(host))
        {
            throw runtime.Refused("belongs to the program alone and is no installation of .NET");
        }

        var resolver = FindResolver(root, Path.GetFileName(folder)) ?? throw runtime.Refused($"has no host/fxr in {root}");
        PackageFile[] files = [PackageFile.Of(host, "dotnet/dotnet", isExecutable: true), .. FilesOf(root, resolver), .. FilesOf(root, folder), .. Licences(root)];
        CheckGlibc(runtime, files);
        return files;
    }

    // The one of the same version, else the newest: a host runs every framework that is not newer.
    private static string? FindResolver(string root, string version)
    {
        var folder = Path.Combine(root, "host", "fxr");
        var same = Path.Combine(folder, version);
        if (Directory.Exists(same))
        {
            return same;
        }

        return Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).MaxBy(VersionOf) : null;
    }

    private static Version VersionOf(string path) => Version.TryParse(Path.GetFileName(path).Split('-')[0], out var version) ? version : new Version(0, 0);

    private static IEnumerable<PackageFile> FilesOf(string root, string folder) =>
        from path in Directory.EnumerateFiles(folder)
        let name = Path.GetFileName(path)
        where !LeftOut.Contains(name) && Path.GetExtension(name) is not (".pdb" or ".xml")
        select new PackageFile($"dotnet/{Path.GetRelativePath(root, path).Replace('\\', '/')}", name == Dependencies ? () => WithoutLeftOut(path) : () => File.ReadAllBytes(path));

    private static IEnumerable<PackageFile> Licences(string root) =>
        from name in LicenceNames
        let path = Path.Combine(root, name)
        where File.Exists(path)
        select PackageFile.Of(path, $"dotnet/{name}");

    // The host wants every file that is listed.
    private static byte[] WithoutLeftOut(string path)
    {
        var list = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        var natives = list["targets"]!.AsObject().SelectMany(target => target.Value!.AsObject()).Select(library => library.Value!["native"]).OfType<JsonObject>();
        foreach (var native in natives)
        {
            foreach (var name in native.Select(file => file.Key).Where(file => LeftOut.Contains(Path.GetFileName(file))).ToArray())
            {
                native.Remove(name);
            }
        }

        return Encoding.UTF8.GetBytes(list.ToJsonString());
    }

    // A .NET that a distribution built wants that distribution's glibc, and would not start.
    private static void CheckGlibc(MachineRuntime runtime, IEnumerable<PackageFile> files)
    {
        foreach (var file in files.Where(file => file.IsExecutable || file.Name.EndsWith(".so", StringComparison.Ordinal)))
        {
            var minor = GlibcMinorOf(file.Read());
            if (minor > GlibcMinorMax)
            {
                throw runtime.Refused(string.Create(CultureInfo.InvariantCulture, $"wants glibc 2.{minor} ({Path.GetFileName(file.Name)}), and Amazon Linux 2023 has 2.{GlibcMinorMax}"));
            }
        }
    }

    /// <summary>The newest version of glibc 2 that a library names; 0 if none.</summary>
    internal static int GlibcMinorOf(byte[] library) =>
        GlibcVersion().Matches(Encoding.Latin1.GetString(library)).Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();

    [GeneratedRegex(@"GLIBC_2\.(\d{1,3})")]
    private static partial Regex GlibcVersion();
}
