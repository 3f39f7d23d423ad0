using Cistern.DuckDb;
using Cistern.Enrich.Rules;
using Cistern.Journal;
using Cistern.Store.Embedded;
using Cistern.Tests.Enrich;
using Cistern.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using ManualTime = Cistern.Tests.Ingest.ManualTime;

namespace Cistern.Tests.Faults;

/// <summary>Seal and join at each amount of free space, from none to enough: wherever they fail, nothing is lost or left behind, and the next one works.</summary>
public sealed class FullDiskStepTests
{
    private const int DiskMiB = 8;
    private const int StepBytes = 4 << 10;
    private const int StepsMax = 200;
    private const int Lines = 40;

    [Fact]
    public async Task A_seal_that_finds_the_disk_full_leaves_nothing_behind_and_works_when_there_is_space()
    {
        using var disk = SmallDisk.Mount(DiskMiB);
        await using var store = Open(disk);
        await StoreAsync(store, "sealed");

        var failures = FillAndTry(disk, store.Maintenance.Seal);

        Assert.InRange(failures, 2, StepsMax - 1);
        Assert.Equal(Lines, await CountAsync(store));
        Assert.Empty(StoredData.Orphans(disk.Data));
    }

    [Fact]
    public async Task A_join_that_finds_the_disk_full_leaves_nothing_behind_and_works_when_there_is_space()
    {
        using var disk = SmallDisk.Mount(DiskMiB);
        await using var store = Open(disk);
        for (var number = 0; number < 2; number++)
        {
            await StoreAsync(store, $"joined-{number}");
            store.Maintenance.Seal();
        }

        var failures = FillAndTry(disk, store.Maintenance.Compact);

        Assert.InRange(failures, 2, StepsMax - 1);
        Assert.Equal(2 * Lines, await CountAsync(store));
        Assert.Empty(StoredData.Orphans(disk.Data));
    }

    // A step that rewrites tells what failed instead of failing itself: nothing waits for it.
    [Fact]
    public async Task A_file_that_is_rewritten_on_a_full_disk_stays_as_it_was_until_there_is_space()
    {
        using var disk = SmallDisk.Mount(DiskMiB);
        using var files = new RulesFolder();
        var (rules, time, failures) = (files.Open(), new ManualTime(), 0);
        await using var store = Open(disk, rules, time);
        await StoreAsync(store, "stored");
        store.Maintenance.Seal();
        files.Write("agents.tsv", "# version: 2026-12-01", "X11\ttoken\tWindow\tExample Inc\ttraining");
        Assert.True(rules.ReloadIfChanged());
        store.Reclassify();

        for (; store.GetRules().Running && failures < StepsMax; failures++)
        {
            disk.MakeRoom();
            disk.FillUpTo((long)failures * StepBytes);
            time.Advance(TimeSpan.FromMinutes(2));
            store.Maintenance.Reclassify(() => true);
            Assert.Empty(StoredData.Orphans(disk.Data));
            Assert.Equal(Lines, await CountAsync(store));
            Assert.True(store.GetRules().Failed is not null || store.GetRules().Rows.Share is null);
            time.Advance(TimeSpan.FromMinutes(2));
            store.Maintenance.Reclassify(() => true);
        }

        Assert.InRange(failures, 2, StepsMax - 1);
        Assert.Equal(Lines, await CountAsync(store, "agent = 'Window'"));
    }

    // Gives a little more space each time until the step succeeds. After each failure only files that the manifest names may be there.
    private static int FillAndTry(SmallDisk disk, Func<bool> step)
    {
        for (var failures = 0; failures < StepsMax; failures++)
        {
            disk.MakeRoom();
            disk.FillUpTo((long)failures * StepBytes);
            try
            {
                Assert.True(step());
                return failures;
            }
            catch (Exception error) when (error is IOException or DuckDbException)
            {
                var orphans = StoredData.Orphans(disk.Data);
                Assert.True(orphans.Count == 0, $"with {failures * StepBytes} bytes free it failed ({error.Message}) and left {string.Join(", ", orphans)}");
            }
        }

        return StepsMax;
    }

    private static EmbeddedStore Open(SmallDisk disk, RuleStore? rules = null, TimeProvider? time = null) => EmbeddedStore.Open(new EmbeddedOpening(
        new DataFolder(disk.Data), new EmbeddedSettings { SpaceFloorBytes = 1, CompactFiles = 2 }, new FileDisk(), time ?? TimeProvider.System, new Random(1), NullLogger.Instance, "test") { Rules = rules ?? RuleStore.Own });

    private static async Task StoreAsync(EmbeddedStore store, string id)
    {
        var now = DateTimeOffset.UtcNow;
        var lines = Enumerable.Range(0, Lines).Select(line => TestDeliveries.Line(now, $"{id}-{line}", $"/{id}/{line}"));
        var result = await store.CommitAsync(new TestDeliveries().Commit(id, now, Cistern.Store.RepeatScope.Delivery, lines), CancellationToken.None);
        Assert.Equal(Cistern.Store.CommitStatus.Stored, result.Status);
    }

    private static async Task<long> CountAsync(EmbeddedStore store, string where = "true")
    {
        using var result = await store.QueryAsync(OpenStore.Query($"SELECT count(*) FROM requests WHERE {where}"), CancellationToken.None);
        Assert.True(result.Read());
        return (long)result[0]!;
    }
}
