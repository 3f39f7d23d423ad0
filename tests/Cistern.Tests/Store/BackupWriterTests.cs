using Cistern.Journal;
using Cistern.Store.Embedded;
using Cistern.Tests.Faults;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Store;

/// <summary>What a backup shares with the store, and what it leaves when it fails.</summary>
public sealed class BackupWriterTests
{
    [Fact]
    public async Task On_the_same_file_system_files_of_rows_are_shared_and_nothing_else()
    {
        await using var open = new OpenStore();
        using var to = new ScratchFolder();
        await open.StoreAsync("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"));

        var done = await open.Store.BackUpAsync(Path.Combine(to, "copy"), CancellationToken.None);

        Assert.Equal((0, 2), (done.CopiedBytes, done.Rows));
        foreach (var file in Directory.GetFiles(done.Folder, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(file.EndsWith(".parquet", StringComparison.Ordinal) ? "2" : "1", (await LinksOfAsync(file)).Trim());
        }
    }

    [Fact]
    public async Task On_another_file_system_they_are_copied()
    {
        const string Memory = "/dev/shm";
        Assert.SkipUnless(Directory.Exists(Memory), $"needs a file system at {Memory}");
        await using var open = new OpenStore();
        await open.StoreAsync("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"));
        var to = Path.Combine(Memory, $"cistern-{Guid.NewGuid():N}");
        try
        {
            var done = await open.Store.BackUpAsync(to, CancellationToken.None);

            Assert.True(done.Bytes > 0 && done.CopiedBytes == done.Bytes, $"{done}");
            Assert.Equal(["d1"], (await StoredData.ReadAsync(to)).Deliveries.Keys);
            Assert.Equal(1, await open.CountAsync("requests"));
        }
        finally
        {
            Directory.Delete(to, recursive: true);
        }
    }

    [Fact]
    public async Task One_that_cannot_be_whole_leaves_nothing()
    {
        await using var open = new OpenStore();
        using var to = new ScratchFolder();
        await open.StoreAsync("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"));
        open.Maintenance.Seal();
        var lost = Directory.GetFiles(new DataFolder(open.Folder).SegmentsOf("requests")).Single();
        File.Move(lost, lost + ".away");

        var problem = await Assert.ThrowsAnyAsync<IOException>(() => open.Store.BackUpAsync(Path.Combine(to, "copy"), CancellationToken.None));
        Assert.Contains(lost, problem.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(to));

        // What a process that was killed left is in nobody's way.
        File.Move(lost + ".away", lost);
        Directory.CreateDirectory(Path.Combine(to, "copy.unfinished", "segments"));
        await open.Store.BackUpAsync(Path.Combine(to, "copy"), CancellationToken.None);
        Assert.Equal(["copy"], Directory.GetFileSystemEntries(to).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Files_stay_as_long_as_a_backup_of_them_is_written()
    {
        await using var open = new OpenStore(new EmbeddedSettings { CompactFiles = 2 });
        foreach (var id in new[] { "d1", "d2" })
        {
            await open.StoreAsync(id, TestDeliveries.Line(DateTimeOffset.UtcNow, id));
            open.Maintenance.Seal();
        }

        var asked = open.Maintenance.AskForImage();
        open.Maintenance.TakeImages();
        string[] files;
        using (var image = await asked)
        {
            files = [.. image.Segments.Values.SelectMany(segments => segments).Select(segment => segment.Path)];
            while (open.Maintenance.Compact())
            {
            }

            Assert.True(files.Length >= 4);
            Assert.All(files, file => Assert.True(File.Exists(file), file));
        }

        Assert.All(files, file => Assert.False(File.Exists(file), file));
        Assert.Equal(2, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task A_store_that_is_closed_makes_none()
    {
        await using var open = new OpenStore();
        using var to = new ScratchFolder();
        open.Store.Abandon();

        await Assert.ThrowsAnyAsync<IOException>(() => open.Store.BackUpAsync(Path.Combine(to, "copy"), CancellationToken.None));
        Assert.Empty(Directory.GetFileSystemEntries(to));
        open.Reopen();
    }

    private static async Task<string> LinksOfAsync(string file) => (await Deploy.ToolProcess.RunAsync("stat", ["--format=%h", file], "/")).Output;
}
