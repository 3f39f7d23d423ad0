using System.Diagnostics;
using Cistern.Journal;

namespace Cistern.Tests.Journal;

public sealed class FileDiskTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly FileDisk _disk = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void File_grows_at_its_end_and_can_be_cut_and_overwritten()
    {
        var path = PathOf("a");
        using (var file = _disk.Create(path))
        {
            file.Write(["one "u8.ToArray(), "two "u8.ToArray()]);
            file.Write(["three"u8.ToArray()]);
            Assert.Equal(13, file.Length);
            file.Rewrite(4, "TWO"u8.ToArray());
            Assert.Throws<ArgumentOutOfRangeException>(() => file.Rewrite(11, "too long"u8.ToArray()));
            file.Sync();
        }

        using (var file = _disk.OpenAppend(path))
        {
            Assert.Equal(13, file.Length);
            file.Truncate(8);
            file.Write(["end"u8.ToArray()]);
            file.Sync();
        }

        Assert.Equal("one TWO end", File.ReadAllText(path));
        Assert.Equal("one TWO end"u8.ToArray(), _disk.ReadAllBytes(path));
    }

    [Fact]
    public void Gathered_write_takes_more_parts_than_one_system_call_does()
    {
        var parts = Enumerable.Range(0, 5000).Select(part => (ReadOnlyMemory<byte>)BitConverter.GetBytes(part)).ToList();
        using (var file = _disk.Create(PathOf("a")))
        {
            file.Write(parts);
        }

        Assert.Equal(parts.SelectMany(part => part.ToArray()), File.ReadAllBytes(PathOf("a")));
    }

    [Fact]
    public void Reader_fills_the_buffer_up_to_the_end_of_the_file()
    {
        File.WriteAllText(PathOf("a"), "0123456789");
        using var reader = _disk.OpenRead(PathOf("a"));
        var buffer = new byte[4];

        Assert.Equal(10, reader.Length);
        Assert.Equal(4, reader.Read(3, buffer));
        Assert.Equal("3456"u8.ToArray(), buffer);
        Assert.Equal(2, reader.Read(8, buffer));
        Assert.Equal(0, reader.Read(10, buffer));
    }

    [Fact]
    public void Names_are_renamed_linked_listed_and_deleted()
    {
        _disk.CreateDirectory(PathOf("folder/below"));
        File.WriteAllText(PathOf("folder/a"), "a");
        File.WriteAllText(PathOf("folder/b"), "bb");

        _disk.Rename(PathOf("folder/a"), PathOf("folder/b"));
        _disk.Link(PathOf("folder/b"), PathOf("folder/c"));
        _disk.SyncFile(PathOf("folder/c"));
        _disk.SyncDirectory(PathOf("folder"));

        var entries = _disk.List(PathOf("folder")).OrderBy(entry => entry.Name).ToList();
        Assert.Equal([new("b", false, 1), new("below", true, 0), new("c", false, 1)], entries);
        _disk.Delete(PathOf("folder/b"));
        _disk.Delete(PathOf("folder/b"));
        Assert.False(_disk.Exists(PathOf("folder/b")));
        Assert.Equal("a", File.ReadAllText(PathOf("folder/c")));
        _disk.Rename(PathOf("folder"), PathOf("renamed"));
        Assert.True(_disk.Exists(PathOf("renamed/below")));
        Assert.InRange(_disk.FreeBytes(_folder), 1, long.MaxValue);
    }

    [Fact]
    public void Failures_name_the_operation_and_the_file()
    {
        var missing = PathOf("nowhere/a");

        AssertNames("create", missing, () => _disk.Create(missing));
        AssertNames("open", missing, () => _disk.OpenAppend(missing));
        AssertNames("open", missing, () => _disk.OpenRead(missing));
        AssertNames("read", missing, () => _disk.ReadAllBytes(missing));
        AssertNames("sync the folder", missing, () => _disk.SyncDirectory(missing));
        AssertNames("link", missing, () => _disk.Link(missing, PathOf("b")));
        AssertNames("rename", missing, () => _disk.Rename(missing, PathOf("b")));
        AssertNames("list", missing, () => _disk.List(missing));
    }

    [Fact]
    public void Full_disk_is_told_from_a_broken_one()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full, which Linux has");
        using var full = _disk.OpenAppend("/dev/full");

        Assert.True(Assert.Throws<DiskException>(() => full.Write(["a"u8.ToArray()])).IsFull);
    }

    [Fact]
    public void Atomic_replacement_leaves_only_the_new_content()
    {
        AtomicFile.Replace(_disk, PathOf("a"), "old content"u8.ToArray());
        AtomicFile.Replace(_disk, PathOf("a"), "new"u8.ToArray());

        Assert.Equal("new", File.ReadAllText(PathOf("a")));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Atomic_replacement_leaves_the_old_or_the_new_content_wherever_it_crashes()
    {
        for (var round = 0; round < 100; round++)
        {
            using var scratch = new ScratchFolder();
            var disk = new SimulatedDisk(scratch, new Random(round));
            var path = Path.Combine(scratch, "a");
            AtomicFile.Replace(disk, path, "old"u8.ToArray());
            disk.Faults.CrashAt = disk.Faults.Operations + 1 + (round % 6);
            var replaced = Record.Exception(() => AtomicFile.Replace(disk, path, "new content"u8.ToArray())) is null;
            disk.Faults.Heal();
            disk.Crash();

            var content = File.ReadAllText(path);
            Assert.True(content == "new content" || (content == "old" && !replaced), $"round {round}: '{content}'");
        }
    }

    [Fact]
    public void Data_folder_has_one_owner_and_says_who_it_is()
    {
        var folder = new DataFolder(PathOf("data"));
        using (DataFolderLock.Take(folder, "cistern serve", DateTimeOffset.UnixEpoch))
        {
            var refused = Assert.Throws<DataFolderInUseException>(() => DataFolderLock.Take(folder, "cistern import", DateTimeOffset.UnixEpoch));
            Assert.Contains($"process {Environment.ProcessId} (cistern serve, since 1970-01-01 00:00:00Z)", refused.Message, StringComparison.Ordinal);
            Assert.Contains(folder.Root, refused.Message, StringComparison.Ordinal);
        }

        using var next = DataFolderLock.Take(folder, "cistern import", DateTimeOffset.UnixEpoch);
    }

    // flock is the program of util-linux, which every Debian has; it ends the lock with itself, like a process that is killed.
    [Fact]
    public async Task Lock_of_another_process_holds_until_that_ends()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "needs /usr/bin/flock (Debian package util-linux)");
        var folder = new DataFolder(_folder);
        using var other = Process.Start(new ProcessStartInfo("/usr/bin/flock", [folder.Lock, "sleep", "30"]))!;
        try
        {
            Assert.True(SpinWait.SpinUntil(() => IsLocked(folder), TimeSpan.FromSeconds(20)));
        }
        finally
        {
            other.Kill(entireProcessTree: true);
            await other.WaitForExitAsync();
        }

        Assert.True(SpinWait.SpinUntil(() => !IsLocked(folder), TimeSpan.FromSeconds(20)));
    }

    private static bool IsLocked(DataFolder folder)
    {
        try
        {
            DataFolderLock.Take(folder, "test", DateTimeOffset.UnixEpoch).Dispose();
            return false;
        }
        catch (DataFolderInUseException)
        {
            return true;
        }
    }

    private static void AssertNames(string operation, string path, Action action)
    {
        var failure = Assert.Throws<DiskException>(action);
        Assert.StartsWith($"cannot {operation}", failure.Message, StringComparison.Ordinal);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsFull);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
