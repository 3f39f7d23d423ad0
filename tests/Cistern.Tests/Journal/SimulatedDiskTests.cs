using Cistern.Journal;

namespace Cistern.Tests.Journal;

/// <summary>The simulation is worth only as much as what it forgets: these are its canaries.</summary>
public sealed class SimulatedDiskTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Crash_may_forget_every_single_thing_that_was_not_synced()
    {
        Assert.Equal(2, OutcomesOf(syncFile: false, syncFolder: true).Count(outcome => outcome is "" or "content"));
        Assert.Contains("no file", OutcomesOf(syncFile: true, syncFolder: false));
        Assert.Contains("content", OutcomesOf(syncFile: true, syncFolder: false));
        Assert.Equal(["content"], OutcomesOf(syncFile: true, syncFolder: true));
    }

    [Fact]
    public void Crash_may_undo_a_rename_and_a_deletion_until_the_folder_is_synced()
    {
        var outcomes = new HashSet<string>();
        for (var seed = 0; seed < 60; seed++)
        {
            using var scratch = new ScratchFolder();
            var disk = new SimulatedDisk(scratch, new Random(seed));
            AtomicFile.Replace(disk, Path.Combine(scratch, "a"), "old"u8.ToArray());
            AtomicFile.Replace(disk, Path.Combine(scratch, "c"), "c"u8.ToArray());
            using (var file = disk.Create(Path.Combine(scratch, "b")))
            {
                file.Write(["new"u8.ToArray()]);
                file.Sync();
            }

            disk.SyncDirectory(scratch);
            disk.Rename(Path.Combine(scratch, "b"), Path.Combine(scratch, "a"));
            disk.Delete(Path.Combine(scratch, "c"));
            disk.Crash();
            outcomes.Add(string.Join(" ", Directory.GetFiles(scratch).Order().Select(file => $"{Path.GetFileName(file)}={File.ReadAllText(file)}")));
        }

        Assert.Equal(["a=new", "a=new c=c", "a=old b=new", "a=old b=new c=c"], outcomes.Order());
    }

    [Fact]
    public void Handles_of_before_a_crash_are_dead()
    {
        var disk = new SimulatedDisk(_folder, new Random(1));
        using var file = disk.Create(Path.Combine(_folder, "a"));
        disk.Kill();

        Assert.Throws<DiskException>(() => file.Write(["x"u8.ToArray()]));
        Assert.Throws<DiskException>(file.Sync);
    }

    [Fact]
    public void File_that_something_else_wrote_survives_once_it_and_its_folder_are_synced()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            using var scratch = new ScratchFolder();
            var disk = new SimulatedDisk(scratch, new Random(seed));
            var folder = Path.Combine(scratch, "segments");
            disk.CreateDirectory(folder);
            disk.SyncDirectory(scratch);
            var path = Path.Combine(folder, "a.parquet");
            File.WriteAllText(path, "rows");
            disk.SyncFile(path);
            disk.SyncDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "never synced"), "rows");
            disk.Crash();

            Assert.Equal("rows", File.ReadAllText(path));
        }
    }

    [Fact]
    public void Sync_after_a_failed_sync_does_not_bring_lost_bytes_to_the_disk()
    {
        var lost = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            using var scratch = new ScratchFolder();
            var disk = new SimulatedDisk(scratch, new Random(seed));
            using var file = disk.Create(Path.Combine(scratch, "a"));
            disk.SyncDirectory(scratch);
            file.Write(["content"u8.ToArray()]);
            disk.Faults.FailAt = disk.Faults.Operations + 1;
            Assert.Throws<DiskException>(file.Sync);
            file.Sync();
            Assert.Equal("content", File.ReadAllText(Path.Combine(scratch, "a")));
            disk.Crash();
            lost += File.ReadAllText(Path.Combine(scratch, "a")) == "content" ? 0 : 1;
        }

        Assert.InRange(lost, 1, 59);
    }

    private static HashSet<string> OutcomesOf(bool syncFile, bool syncFolder)
    {
        var outcomes = new HashSet<string>();
        for (var seed = 0; seed < 60; seed++)
        {
            using var scratch = new ScratchFolder();
            var disk = new SimulatedDisk(scratch, new Random(seed));
            var path = Path.Combine(scratch, "a");
            using (var file = disk.Create(path))
            {
                file.Write(["con"u8.ToArray(), "tent"u8.ToArray()]);
                if (syncFile)
                {
                    file.Sync();
                }
            }

            if (syncFolder)
            {
                disk.SyncDirectory(scratch);
            }

            disk.Crash();
            outcomes.Add(File.Exists(path) ? File.ReadAllText(path) : "no file");
        }

        return outcomes;
    }
}
