using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;
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
                    var count = File.Exists(path) ? int.Parse(File.ReadAllText(path)) : 0;
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
        var time = new Cistern.Tests.Ingest.ManualTime();
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
    public void A_folder_that_is_read_only_says_so_at_once()
    {
        const string ReadOnly = "/sys/kernel";
        Assert.SkipUnless(OperatingSystem.IsLinux() && IsReadOnly(ReadOnly), "no file system of this machine is mounted read-only");
        var started = TimeProvider.System.GetTimestamp();

        var error = Assert.Throws<KeyFileException>(() => new KeyStore(new LocalFolder(ReadOnly), TimeProvider.System).Create(new NewKey { Name = "any" }));

        Assert.Contains("mounted read-only", error.Message, StringComparison.Ordinal);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(8)); // Less than one waits for a lock.
    }

    private static bool IsReadOnly(string folder) => File.ReadLines("/proc/mounts").Select(line => line.Split(' ')).Any(mount => folder.StartsWith(mount[1] + "/", StringComparison.Ordinal) && mount[1] == "/sys" && mount[3].Split(',').Contains("ro"));
}
