using System.Diagnostics;
using System.Text;
using Cistern.Commands;
using Cistern.Commands.Aws.Packing;
using Cistern.Delivery;
using Cistern.Delivery.Transform;
using Cistern.Delivery.Transform.Local;
using Cistern.Tests.Delivery.Transform;
using Cistern.Tests.Faults;
using Cistern.Tests.Journal;
using Cistern.Tests.Transform;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Commands.Aws.Packing;

/// <summary>Packages, unzipped into an empty folder and started as Lambda starts them, against our own Runtime API.</summary>
public sealed class FunctionPackageTests : IDisposable
{
    private const string Arn = "arn:aws:lambda:us-east-1:111122223333:function:own";

    private static readonly string FunctionFolder = Path.Combine(AppContext.BaseDirectory, "transform");

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_package_with_its_runtime_works_without_any_environment_and_uses_no_other_NET()
    {
        await UnzipAsync(FunctionPackage.Provided);

        await using var functions = Start($"exec env -i AWS_LAMBDA_RUNTIME_API=\"$AWS_LAMBDA_RUNTIME_API\" PATH=/nowhere CISTERN_FIELDS=timestamp,sc-status,cs-uri-stem CISTERN_KEEP=success \"{Unzipped}/bootstrap\"");
        await AssertWorksAsync(functions);

        var mapped = MappedFiles();
        Assert.Contains(mapped, file => file == $"{Unzipped}/dotnet/shared/Microsoft.NETCore.App/{Environment.Version}/libcoreclr.so");
        Assert.DoesNotContain(mapped, file => file.Contains("/shared/Microsoft.NETCore.App/", StringComparison.Ordinal) && !file.StartsWith(Unzipped, StringComparison.Ordinal));
    }

    // AWS's start script runs "dotnet exec" with the handler's assembly in the task's folder.
    [Fact]
    public async Task The_package_for_AWSs_own_NET_works_as_an_executable_assembly()
    {
        await UnzipAsync(FunctionPackage.Managed);
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";

        await using var functions = Start($"exec env -i AWS_LAMBDA_RUNTIME_API=\"$AWS_LAMBDA_RUNTIME_API\" PATH=\"$PATH\" CISTERN_FIELDS=timestamp,sc-status,cs-uri-stem CISTERN_KEEP=success {dotnet} exec \"{Unzipped}/{FunctionFiles.Assembly}\"");
        await AssertWorksAsync(functions);
    }

    [Theory]
    [InlineData("win-x64", "is not one for Linux")]
    [InlineData("osx-arm64", "is not one for Linux")]
    [InlineData("linux-musl-x64", "is built for musl")]
    [InlineData("alpine.3.22-x64", "is built for musl")]
    [InlineData("linux-riscv64", "is for another architecture")]
    public void A_runtime_that_Lambda_could_not_run_is_refused_with_what_to_do(string identifier, string why)
    {
        var machine = MachineRuntime.OfProcess() with { Identifier = identifier };

        var failure = Assert.Throws<CommandFailedException>(() => FunctionPackage.Make(FunctionPackage.Provided, FunctionFolder, machine));

        Assert.Contains($"cannot pack the .NET of this machine ({identifier}): it {why}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("use --runtime dotnet10", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["x86_64", "arm64"], FunctionPackage.Make(FunctionPackage.Managed, FunctionFolder, machine).Architectures);
    }

    [Fact]
    public void A_runtime_that_lies_among_the_programs_files_is_refused()
    {
        var failure = Assert.Throws<CommandFailedException>(() => RuntimeFiles.Of(new MachineRuntime("linux-x64", AppContext.BaseDirectory)));

        Assert.Contains("belongs to the program alone", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_runtime_that_wants_a_newer_glibc_than_Amazons_is_refused()
    {
        var runtime = Directory.CreateDirectory(Path.Combine(_folder, "shared/Microsoft.NETCore.App/10.0.0")).FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "host/fxr/10.0.0"));
        File.WriteAllText(Path.Combine(_folder, "dotnet"), "GLIBC_2.34");
        File.WriteAllText(Path.Combine(runtime, "libcoreclr.so"), "\0GLIBC_2.2.5\0GLIBC_2.38\0GLIBC_2.4");

        var failure = Assert.Throws<CommandFailedException>(() => RuntimeFiles.Of(new MachineRuntime("ubuntu.24.04-x64", runtime)));

        Assert.Contains("wants glibc 2.38 (libcoreclr.so), and Amazon Linux 2023 has 2.34", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_function_beside_the_program_that_is_said()
    {
        var failure = Assert.Throws<CommandFailedException>(() => FunctionFiles.Of(_folder));

        Assert.Contains("there is no function in", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_that_Lambda_would_not_take_is_refused()
    {
        var noise = new byte[51 << 20];
        Random.Shared.NextBytes(noise);

        var zipped = Assert.Throws<CommandFailedException>(() => PackageZip.Write([new PackageFile("a", () => noise)]));
        var unzipped = Assert.Throws<CommandFailedException>(() => PackageZip.Write([new PackageFile("a", () => new byte[251 << 20])]));

        Assert.Contains("zipped, and Lambda takes at most 50.0 MiB", zipped.Message, StringComparison.Ordinal);
        Assert.Contains("the package has 251.0 MiB unzipped, and Lambda takes at most 250.0 MiB", unzipped.Message, StringComparison.Ordinal);
    }

    private string Unzipped => Path.Combine(_folder, "task");

    // By the tool of others, which also looks at the modes.
    private async Task UnzipAsync(string runtime)
    {
        Requirement.Package("unzip", "unzip");
        var file = Path.Combine(_folder, "a.zip");
        await File.WriteAllBytesAsync(file, FunctionPackage.Make(runtime, FunctionFolder, MachineRuntime.OfProcess()).Zip.Bytes);
        using var unzip = Process.Start("unzip", ["-q", file, "-d", Unzipped]);
        await unzip.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, unzip.ExitCode);
    }

    private static LocalFunctions Start(string script)
    {
        var command = FunctionCommand.Parse($"own=sh -c '{script}'", out var problem);
        Assert.Null(problem);
        return new LocalFunctions([command!], new LocalSettings(), TimeProvider.System, NullLogger<LocalFunctions>.Instance);
    }

    private static async Task AssertWorksAsync(LocalFunctions functions)
    {
        string[] texts = [LambdaEvents.Line("200", "/a"), LambdaEvents.Line("404", "/a"), "1760000000.123\tcut", "something else"];
        IReadOnlyList<StreamRecord> records = TransformSamples.Records(texts);
        var answer = await functions.InvokeAsync(Arn, TransformEvent.Write(TransformSamples.Plan, Guid.NewGuid(), records), TestContext.Current.CancellationToken);

        Assert.True(answer.ErrorCode is null, $"{answer.ErrorCode} {answer.Message}");
        Assert.Equal(
            [$"Ok {texts[0]}", "Dropped", "Failed", "Ok something else"],
            TransformAnswer.Judge(records, answer).Records.Select(record => record.Result == RecordResult.Ok ? $"Ok {Encoding.UTF8.GetString(record.Data.Span)}" : $"{record.Result}"));
    }

    // Of the process that works in the unzipped folder.
    private List<string> MappedFiles()
    {
        var process = Directory.GetDirectories("/proc").First(process => int.TryParse(Path.GetFileName(process), out _) && ReadOrEmpty($"{process}/cmdline").Contains($"{Unzipped}/bootstrap.dll", StringComparison.Ordinal));
        return [.. ReadOrEmpty($"{process}/maps").Split('\n').Where(line => line.Contains('/', StringComparison.Ordinal)).Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..]).Distinct()];
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // It ended.
        }
    }
}
