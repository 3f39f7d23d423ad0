using System.Runtime.InteropServices;

namespace Cistern.Commands.Aws.Packing;

/// <summary>The .NET that runs this program, and whether it can go into a package.</summary>
/// <param name="Identifier">Such as <c>linux-x64</c> or <c>linux-musl-arm64</c>.</param>
/// <param name="RuntimeFolder">Where the assemblies of .NET lie: <c>…/shared/Microsoft.NETCore.App/VERSION</c>, or the program's own folder if it carries its runtime.</param>
internal sealed record MachineRuntime(string Identifier, string RuntimeFolder)
{
    public static MachineRuntime OfProcess() => new(RuntimeInformation.RuntimeIdentifier, RuntimeEnvironment.GetRuntimeDirectory());

    /// <summary>The architecture as Lambda calls it.</summary>
    /// <exception cref="CommandFailedException">Lambda could not run this .NET.</exception>
    public string Architecture => Identifier switch
    {
        _ when Identifier.Contains("-musl-", StringComparison.Ordinal) || IsOf("alpine") => throw Refused("is built for musl, and Amazon Linux has glibc"),
        _ when IsOf("win") || IsOf("osx") || IsOf("freebsd") => throw Refused("is not one for Linux"),
        _ when Identifier.EndsWith("-x64", StringComparison.Ordinal) => "x86_64",
        _ when Identifier.EndsWith("-arm64", StringComparison.Ordinal) => "arm64",
        _ => throw Refused("is for another architecture than Lambda's x86_64 and arm64"),
    };

    public CommandFailedException Refused(string why) =>
        new($"cannot pack the .NET of this machine ({Identifier}): it {why}; use --runtime dotnet10, which needs none");

    // A portable .NET says linux-x64; one that a distribution built says its own name, such as ubuntu.24.04-x64.
    private bool IsOf(string system) => Identifier.StartsWith(system, StringComparison.Ordinal);
}
