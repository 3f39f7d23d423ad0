using System.Diagnostics;
using System.Globalization;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;
using Cistern.Tests.Ingest;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Operations.Shared;

public sealed class LocalFolderTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Changes_under_one_lock_go_one_after_the_other()
    {
        var path = Path.Combine(_scratch, "deep", "file");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            // Each has opened the folder for itself, as processes have.
            var folder = new LocalFolder(Path.Combine(_scratch, "deep"));
            for (var number = 0; number < 20; number++)
            {
                folder.Change("a.lock", () =>
                {
                    var count = File.Exists(path) ? int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture) : 0;
                    File.WriteAllText(path, $"{count + 1}");
                    return count;
                });
            }
        })));

        Assert.Equal("160", File.ReadAllText(path));
    }

    [Fact]
    public async Task What_is_made_once_is_made_once()
    {
        var made = 0;
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => new LocalFolder(_scratch).GetOrCreate("once", () =>
        {
            Interlocked.Increment(ref made);
            return Guid.NewGuid().ToByteArray();
        }))));

        Assert.Equal(1, made);
        Assert.Single(keys.Select(Convert.ToHexString).Distinct());
    }

    [Fact]
    public void Two_servers_on_one_folder_forget_no_use_of_a_key()
    {
        var time = new ManualTime();
        var (one, other) = (new KeyUses(new LocalFolder(_scratch), time), new KeyUses(new LocalFolder(_scratch), time));
        one.Note("first");
        one.Note("both");
        time.Advance(TimeSpan.FromSeconds(5));
        other.Note("second");
        other.Note("both");

        other.Write();
        one.Write();

        var uses = KeyUses.Read(_scratch);
        Assert.Equal(["both", "first", "second"], uses.Keys.Order());
        Assert.Equal(time.GetUtcNow(), uses["both"]);
    }

    [Fact]
    public async Task A_folder_that_is_mounted_read_only_can_be_read_and_says_why_it_is_not_changed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && (await MountedReadOnlyAsync("true")).ExitCode == 0, "nothing can be mounted here");
        new KeyStore(new LocalFolder(_scratch), TimeProvider.System).Create(new NewKey { Name = "kept" });

        var (listed, changed) = (await MountedReadOnlyAsync("\"$2\" keys list --data \"$1\""), await MountedReadOnlyAsync("\"$2\" keys create --data \"$1\" --name other"));

        Assert.Equal(0, listed.ExitCode);
        Assert.Contains("kept", listed.Text, StringComparison.Ordinal);
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("mounted read-only; change its files where they come from", changed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_that_have_one_folder_mounted_know_each_others_keys()
    {
        await using var one = await TestServer.StartAsync(settings => settings with { SharedFolder = _scratch });
        await using var other = await TestServer.StartAsync(settings => settings with { SharedFolder = _scratch });

        var key = new KeyStore(new LocalFolder(_scratch), TimeProvider.System).Create(new NewKey { Name = "both" }).Secret!.Reveal();

        Assert.Equal((200, 200), ((await one.PostAsync("a", TestDeliveries.Body("a", ["line\n"]), key)).Status, (await other.PostAsync("b", TestDeliveries.Body("b", ["line\n"]), key)).Status));
        Assert.Equal(401, (await one.PostAsync("c", TestDeliveries.Body("c", ["line\n"]), one.Key)).Status); // Of the data folder, which counts no more.
    }

    // In a namespace of its own, which needs no rights. $1 is the folder, $2 the program.
    private async Task<(int ExitCode, string Text)> MountedReadOnlyAsync(string command)
    {
        string[] arguments = ["-rm", "sh", "-c", $"mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && {command}", "sh", _scratch, Path.Combine(AppContext.BaseDirectory, "cistern")];
        using var process = Process.Start(new ProcessStartInfo("unshare", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, string.Concat(text));
    }
}
