namespace Cistern.Commands.Aws.Packing;

/// <summary>The files of <c>Cistern.Transform</c>, which lie beside the program.</summary>
internal static class FunctionFiles
{
    /// <summary>The assembly that is started, without its extension: what Lambda calls the handler.</summary>
    public const string Handler = "bootstrap";

    public const string Assembly = Handler + ".dll";

    // Without it dotnet does not know which framework the assembly wants.
    private const string Configuration = Handler + ".runtimeconfig.json";

    /// <param name="folder">Usually <c>transform/</c> beside the program.</param>
    /// <exception cref="CommandFailedException">They are not there.</exception>
    public static IReadOnlyList<PackageFile> Of(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Assembly)) || !File.Exists(Path.Combine(folder, Configuration)))
        {
            throw new CommandFailedException($"there is no function in {folder}; it belongs to the program as it is published, so take the folder transform/ from there");
        }

        return [.. Directory.EnumerateFiles(folder).Where(IsWanted).Select(path => PackageFile.Of(path, Path.GetFileName(path)))];
    }

    // Symbols and documentation are of no use there.
    private static bool IsWanted(string path) => Path.GetExtension(path) is ".dll" or ".json";
}
