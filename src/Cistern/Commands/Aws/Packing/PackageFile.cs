namespace Cistern.Commands.Aws.Packing;

/// <summary>One file of a package.</summary>
/// <param name="Name">Its path in the package, with slashes.</param>
/// <param name="Read">Reads it whole.</param>
/// <param name="IsExecutable">Whether it is started as a program.</param>
internal sealed record PackageFile(string Name, Func<byte[]> Read, bool IsExecutable = false)
{
    public static PackageFile Of(string path, string name, bool isExecutable = false) => new(name, () => File.ReadAllBytes(path), isExecutable);
}
