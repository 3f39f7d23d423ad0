using System.Text;

namespace Cistern.Commands.Aws.Packing;

/// <summary>Our Lambda function as a package, for one of the two runtimes that can run it.</summary>
internal sealed class FunctionPackage
{
    /// <summary>AWS's own .NET: the package holds our assemblies alone, and AWS mends the runtime.</summary>
    public const string Managed = "dotnet10";

    /// <summary>An operating system without .NET: the package carries the runtime of this machine.</summary>
    public const string Provided = "provided.al2023";

    // No program but the shell, because it may be all there is; what the user set counts more.
    private const string Starter = """
        #!/bin/sh
        # Starts the function with the .NET runtime that lies beside it.
        case "$0" in
          */*) here=${0%/*} ;;
          *) here=. ;;
        esac
        : "${DOTNET_EnableDiagnostics:=0}"
        export DOTNET_EnableDiagnostics
        exec "$here/dotnet/dotnet" exec "$here/bootstrap.dll"

        """;

    private FunctionPackage(string runtime, IReadOnlyList<string> architectures, PackageZip zip) => (Runtime, Architectures, Zip) = (runtime, architectures, zip);

    public string Runtime { get; }

    /// <summary>Those it runs on, as Lambda calls them.</summary>
    public IReadOnlyList<string> Architectures { get; }

    public PackageZip Zip { get; }

    /// <param name="runtime"><see cref="Managed"/> or <see cref="Provided"/>.</param>
    /// <param name="functionFolder">Where the function lies.</param>
    /// <param name="machine">What a package for <see cref="Provided"/> takes its .NET from.</param>
    public static FunctionPackage Make(string runtime, string functionFolder, MachineRuntime machine)
    {
        var function = FunctionFiles.Of(functionFolder);
        return runtime == Managed
            ? new FunctionPackage(runtime, ["x86_64", "arm64"], PackageZip.Write(function))
            : new FunctionPackage(runtime, [machine.Architecture], PackageZip.Write([new PackageFile("bootstrap", () => Encoding.UTF8.GetBytes(Starter.ReplaceLineEndings("\n")), IsExecutable: true), .. function, .. RuntimeFiles.Of(machine)]));
    }
}
