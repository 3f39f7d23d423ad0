using Cistern.Delivery.Backup;
using Cistern.Journal;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Delivery.Backup;

public sealed class FolderObjectStoreTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private string Root => Path.Combine(_folder, "buckets");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_object_is_a_file_with_its_bytes()
    {
        var store = new FolderObjectStore(Root, new FileDisk());
        Assert.Null(await PutAsync(store, "backup", "errors/2026/shop-1.gz", "one"));
        Assert.Equal("one", File.ReadAllText(Path.Combine(Root, "backup/errors/2026/shop-1.gz")));
        Assert.Null(await PutAsync(store, "backup", "errors/2026/shop-1.gz", "two"));
        using var reader = new StreamReader(await store.OpenAsync("backup", "errors/2026/shop-1.gz", default));
        Assert.Equal("two", await reader.ReadToEndAsync());
        Assert.Empty(Directory.GetFiles(Path.Combine(Root, ".unfinished")));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../../outside")]
    [InlineData("..")]
    [InlineData("a/./b")]
    [InlineData("/etc/outside")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("")]
    [InlineData("nul\0byte")]
    public async Task No_key_leads_out_of_its_bucket(string key)
    {
        var store = new FolderObjectStore(Root, new FileDisk());
        var failure = await PutAsync(store, "backup", key, "x");
        Assert.Equal("S3.InvalidPrefixConfigurationException", failure!.Code);
        Assert.Contains("cannot be a file", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FolderObjectStore.FindProblem("backup", key), failure.Message);
        Assert.Equal("S3.NoSuchBucket", (await Assert.ThrowsAsync<ObjectStoreException>(() => store.OpenAsync("backup", key, default))).Failure.Code);
        Directory.CreateDirectory(Path.Combine(Root, "backup"));
        Assert.Equal("S3.NoSuchKey", (await Assert.ThrowsAsync<ObjectStoreException>(() => store.OpenAsync("backup", key, default))).Failure.Code);
        Assert.Empty(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData(".unfinished")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("/tmp")]
    [InlineData("a\0")]
    [InlineData("a\\b")]
    public async Task No_bucket_is_another_folder(string bucket)
    {
        var store = new FolderObjectStore(Root, new FileDisk());
        Assert.Equal("S3.NoSuchBucket", (await PutAsync(store, bucket, "key", "x"))!.Code);
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.OpenAsync(bucket, "key", default));
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.ListAsync(bucket, "", null, default));
    }

    [Fact]
    public async Task Very_long_names_fail_with_a_sentence()
    {
        var store = new FolderObjectStore(Root, new FileDisk());
        Assert.Contains("over 255 bytes", (await PutAsync(store, "backup", "a/" + new string('b', 256), "x"))!.Message, StringComparison.Ordinal);
        Assert.Contains("over 255 bytes", (await PutAsync(store, "backup", new string('ü', 128), "x"))!.Message, StringComparison.Ordinal);
        Assert.Contains("over 1024 bytes", (await PutAsync(store, "backup", string.Join('/', Enumerable.Repeat("abcdefghi", 103)), "x"))!.Message, StringComparison.Ordinal);
        Assert.NotNull(await PutAsync(store, new string('b', 256), "x", "x"));
    }

    [Fact]
    public async Task A_name_that_is_a_file_and_a_folder_fails_with_the_path()
    {
        var store = new FolderObjectStore(Root, new FileDisk());
        Assert.Null(await PutAsync(store, "backup", "a", "x"));
        var failure = await PutAsync(store, "backup", "a/b", "x");
        Assert.Equal("S3.InternalError", failure!.Code);
        Assert.Contains(Path.Combine(Root, "backup"), failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a/")]
    [InlineData("a/b")]
    [InlineData("b/x/y")]
    [InlineData("none")]
    public async Task A_listing_comes_in_pages_in_the_order_of_keys(string prefix)
    {
        string[] keys = ["a", "a-b", "a/b/1", "a/b/2", "a/b-1", "a/c", "a0", "b/x/y/z", "b/x/yy", "c"];
        var taken = keys.Where(key => key != "a").ToArray(); // A file system cannot have it beside a/…
        var store = new FolderObjectStore(Root, new FileDisk(), pageSize: 2);
        foreach (var key in taken)
        {
            Assert.Null(await PutAsync(store, "backup", key, key));
        }

        Assert.Null(await PutAsync(store, "other", "a/elsewhere", "x"));
        var listed = await ListAllAsync(store, "backup", prefix);
        Assert.Equal(taken.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal), listed.Select(found => found.Key));
        Assert.All(listed, found => Assert.Equal(found.Key.Length, found.Bytes));
    }

    [Fact]
    public async Task A_missing_bucket_is_named()
    {
        var store = new FolderObjectStore(Root, new FileDisk());
        var problem = await Assert.ThrowsAsync<ObjectStoreException>(() => store.ListAsync("nowhere", "", null, default));
        Assert.Equal("S3.NoSuchBucket", problem.Failure.Code);
        Assert.Contains("nowhere", problem.Message, StringComparison.Ordinal);
    }

    // Every operation of a put fails once, and the power goes in each: what was answered as stored is there, whole.
    [Fact]
    public async Task What_was_stored_survives_the_loss_of_power_wherever_it_comes()
    {
        for (var at = 1; at < 40; at++)
        {
            using var folder = new ScratchFolder();
            var disk = new SimulatedDisk(folder, new Random(at));
            var store = new FolderObjectStore(Path.Combine(folder, "buckets"), disk);
            Assert.Null(await PutAsync(store, "backup", "a/one", "the first"));
            var begun = disk.Faults.Operations;
            disk.Faults.FailAt = begun + at;
            var failure = await PutAsync(store, "backup", "a/b/c/two", "the second");
            disk.Faults.Heal();
            if (failure is not null)
            {
                failure = await PutAsync(store, "backup", "a/b/c/two", "the second");
            }

            Assert.Null(failure);
            disk.Faults.CrashAt = disk.Faults.Operations + at;
            var third = await PutAsync(store, "backup", "a/b/d/three", "the third");
            disk.Crash();
            disk.Faults.Heal();

            var again = new FolderObjectStore(Path.Combine(folder, "buckets"), disk);
            var found = (await ListAllAsync(again, "backup", "")).Select(entry => entry.Key).ToList();
            Assert.Equal(["a/b/c/two", "a/one"], found.Where(key => !key.EndsWith("three", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            Assert.True(third is not null || found.Contains("a/b/d/three"), $"the third was stored and is gone: crash at {at}");
            foreach (var (key, text) in new[] { ("a/one", "the first"), ("a/b/c/two", "the second"), ("a/b/d/three", "the third") }.Where(pair => found.Contains(pair.Item1)))
            {
                using var reader = new StreamReader(await again.OpenAsync("backup", key, default));
                Assert.Equal(text, await reader.ReadToEndAsync());
            }
        }
    }

    [Fact]
    public async Task A_full_disk_is_a_failure_and_leaves_nothing_behind()
    {
        var disk = new SimulatedDisk(_folder, new Random(1));
        var store = new FolderObjectStore(Root, disk);
        disk.Faults.SpaceBytes = 100;
        var failure = await store.PutAsync(new NewObject("backup", "large", new byte[1000], null), default);
        Assert.Equal("S3.InternalError", failure!.Code);
        Assert.Contains("no space left", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
        disk.Faults.SpaceBytes = null;
        Assert.Null(await store.PutAsync(new NewObject("backup", "large", new byte[1000], null), default));
    }

    internal static async Task<List<StoredObject>> ListAllAsync(IObjectSource source, string bucket, string prefix)
    {
        var all = new List<StoredObject>();
        string? after = null;
        do
        {
            var page = await source.ListAsync(bucket, prefix, after, default);
            all.AddRange(page.Objects);
            after = page.Next;
        }
        while (after is not null);
        return all;
    }

    private static Task<ObjectFailure?> PutAsync(FolderObjectStore store, string bucket, string key, string text) =>
        store.PutAsync(new NewObject(bucket, key, System.Text.Encoding.UTF8.GetBytes(text), null), default);
}
