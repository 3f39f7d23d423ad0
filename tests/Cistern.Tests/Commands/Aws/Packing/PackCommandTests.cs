using System.IO.Compression;
using System.Security.Cryptography;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Commands.Aws.Packing;

public sealed class PackCommandTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dotnet10")]
    [InlineData("provided.al2023")]
    public async Task The_same_files_make_the_same_bytes_and_the_hash_is_printed_as_Lambda_shows_it(string runtime)
    {
        var (first, second) = (In("first.zip"), In("second.zip"));
        var run = await PackAsync(first, runtime);
        await PackAsync(second, runtime);

        var bytes = await File.ReadAllBytesAsync(first, TestContext.Current.CancellationToken);
        Assert.Equal(Convert.ToBase64String(SHA256.HashData(bytes)), run.Out.Trim());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(second, TestContext.Current.CancellationToken));
        Assert.Equal(["first.zip", "second.zip"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_package_for_AWSs_own_NET_holds_our_assemblies_alone()
    {
        var run = await PackAsync(In("a.zip"), "dotnet10");

        using var zip = ZipFile.OpenRead(In("a.zip"));
        Assert.Equal(["Cistern.Formats.dll", "bootstrap.deps.json", "bootstrap.dll", "bootstrap.runtimeconfig.json"], zip.Entries.Select(entry => entry.FullName));
        Assert.All(zip.Entries, entry => Assert.Equal("100644", Convert.ToString(entry.ExternalAttributes >>> 16, 8)));
        Assert.Contains("--runtime dotnet10 --handler bootstrap", run.Error, StringComparison.Ordinal);
        Assert.Contains($"--zip-file fileb://{In("a.zip")}", run.Error, StringComparison.Ordinal);
        Assert.Contains("Variables={CISTERN_KEEP=success,CISTERN_DROP_PATHS=\"/health,static\"}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_that_carries_the_runtime_can_be_started_and_stays_within_Lambdas_bounds()
    {
        await PackAsync(In("a.zip"), "provided.al2023");

        using var zip = ZipFile.OpenRead(In("a.zip"));
        var modes = zip.Entries.ToDictionary(entry => entry.FullName, entry => Convert.ToString(entry.ExternalAttributes >>> 16, 8));
        Assert.Equal(("100755", "100755", "100644"), (modes["bootstrap"], modes["dotnet/dotnet"], modes["bootstrap.dll"]));
        Assert.Equal(["bootstrap", "dotnet/dotnet"], modes.Where(mode => mode.Value == "100755").Select(mode => mode.Key).Order());
        Assert.All(zip.Entries, entry => Assert.Equal(new DateTime(1980, 1, 1), entry.LastWriteTime.DateTime));
        Assert.InRange(new FileInfo(In("a.zip")).Length, 1, 50 << 20);
        Assert.InRange(zip.Entries.Sum(entry => entry.Length), 1, 250 << 20);
        Assert.DoesNotContain(modes.Keys, name => name.Contains("createdump", StringComparison.Ordinal) || name.Contains("mscordaccore", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_package_that_is_there_is_replaced_and_one_that_cannot_be_written_is_said()
    {
        await File.WriteAllTextAsync(In("a.zip"), "old", TestContext.Current.CancellationToken);
        await PackAsync(In("a.zip"), "dotnet10");
        var run = await CommandRun.RunAsync(["aws", "function", "--out", In("nowhere/a.zip")]);

        Assert.True(new FileInfo(In("a.zip")).Length > 1000);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"cistern aws function: cannot write {In("nowhere/a.zip")}", run.Error, StringComparison.Ordinal);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private static async Task<CommandRun> PackAsync(string path, string runtime)
    {
        var run = await CommandRun.RunAsync(["aws", "function", "--out", path, "--runtime", runtime]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }
}
