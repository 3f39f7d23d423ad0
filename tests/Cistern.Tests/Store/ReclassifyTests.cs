using System.Buffers;
using Cistern.Journal;
using Cistern.Store;
using Cistern.Store.Embedded;
using Cistern.Tests.Ingest;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Store;

/// <summary>How stored requests are classified again, by the side of everything else. What a crash or a failing disk does to it says <see cref="StoreSimulation"/>.</summary>
public sealed class ReclassifyTests : ReclassifyRig
{
    [Fact]
    public async Task Nothing_happens_unless_somebody_asks_and_rows_in_memory_become_a_file_first()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        open.Maintenance.Seal();
        await open.StoreAsync("d2", Line("b"));
        ChangeRules();
        Assert.False(open.Maintenance.Reclassify(() => true));
        await open.StoreAsync("d3", Line("c"));
        Assert.Equal(["d1:Agent1", "d2:Agent1", "d3:Agent2"], await AgentsAsync(open));
        var status = open.Store.GetRules();
        Assert.Equal((new Classified(3, 0), new Classified(1, 0), false), (status.Rows, status.Files, status.Running));

        Reclassify(open);

        Assert.Equal(["d1:Agent2", "d2:Agent2", "d3:Agent2"], await AgentsAsync(open));
        status = open.Store.GetRules();
        Assert.Equal((new Classified(3, 3), new Classified(2, 2), false, null), (status.Rows, status.Files, status.Running, status.Failed));
        Assert.Equal([_rules.Current.Version.ToString()], status.Changes.Select(change => change.Version).TakeLast(1));
    }

    [Fact]
    public async Task It_goes_on_after_a_kill_and_does_not_repeat_what_is_done()
    {
        await using var open = new OpenStore(rules: _rules);
        for (var file = 0; file < 3; file++)
        {
            await open.StoreAsync($"d{file}", Line($"r{file}"));
            open.Maintenance.Seal();
        }

        ChangeRules();
        open.Store.Reclassify();
        Assert.True(open.Maintenance.Reclassify(() => true));
        Assert.Equal(new Classified(3, 1), open.Store.GetRules().Files);
        open.Crash();

        Assert.True(open.Store.GetRules().Running);
        Assert.Equal(new Classified(3, 1), open.Store.GetRules().Files);
        var done = Assert.Single(Files(open), file => Agents(file).SequenceEqual(["Agent2"]));
        Finish(open);
        Assert.Contains(done, Files(open));
        Assert.Equal(["d0:Agent2", "d1:Agent2", "d2:Agent2"], await AgentsAsync(open));
        open.Crash();
        Assert.False(open.Store.GetRules().Running);
    }

    [Fact]
    public async Task Rules_that_change_meanwhile_are_those_that_count()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        await open.StoreAsync("d2", Line("b"));
        open.Maintenance.Seal();
        ChangeRules();
        open.Store.Reclassify();
        var changes = 0;
        open.Maintenance.Reclassify(() =>
        {
            if (changes++ == 0)
            {
                ChangeRules();
            }

            return true;
        });

        Assert.Equal(["d1:Agent1", "d2:Agent1"], await AgentsAsync(open));
        Assert.Null(open.Store.GetRules().Failed);
        Finish(open);
        Assert.Equal(["d1:Agent3", "d2:Agent3"], await AgentsAsync(open));
        Assert.Empty(Faults.StoredData.Orphans(open.Folder));
    }

    [Fact]
    public async Task A_file_that_is_abandoned_stays_as_it_was()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        open.Maintenance.Seal();
        ChangeRules();
        open.Store.Reclassify();

        open.Maintenance.Reclassify(() => false);

        Assert.Equal(["d1:Agent1"], await AgentsAsync(open));
        Assert.Empty(Faults.StoredData.Orphans(open.Folder));
        var status = open.Store.GetRules();
        Assert.Equal((true, null), (status.Running, status.Failed));
    }

    // The loop does so between two chunks of a large file.
    [Fact]
    public async Task Rows_are_sealed_and_asked_for_while_a_file_is_rewritten()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        open.Maintenance.Seal();
        ChangeRules();
        open.Store.Reclassify();
        var seals = 0;
        open.Maintenance.Reclassify(() =>
        {
            Store($"during{seals}");
            Assert.True(open.Maintenance.Seal());
            seals++;
            return true;
        });

        Assert.True(seals > 1);
        Finish(open);
        var agents = (await AgentsAsync(open)).ToArray();
        Assert.Equal(seals + 1, agents.Length);
        Assert.All(agents, agent => Assert.EndsWith(":Agent2", agent, StringComparison.Ordinal));
        Assert.Empty(Faults.StoredData.Orphans(open.Folder));

        void Store(string id) => Assert.Equal(CommitStatus.Stored, open.StoreAsync(id, Line(id)).GetAwaiter().GetResult().Status);
    }

    [Fact]
    public async Task A_query_reads_the_file_that_it_began_with()
    {
        const int Rows = 30_000;
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Enumerable.Range(0, Rows).Select(row => Line($"r{row}")));
        open.Maintenance.Seal();
        ChangeRules();
        var old = Assert.Single(Files(open));

        using (var result = await open.Store.QueryAsync(OpenStore.Query("SELECT agent FROM requests"), CancellationToken.None))
        {
            Assert.True(result.Read());
            Reclassify(open);
            Assert.True(File.Exists(old));
            var rows = 1;
            while (result.Read())
            {
                Assert.Equal("Agent1", result[0]);
                rows++;
            }

            Assert.Equal(Rows, rows);
        }

        Assert.False(File.Exists(old));
        Assert.Equal(Rows, await open.CountAsync("requests", "agent = 'Agent2'"));
    }

    [Fact]
    public async Task What_retention_drops_meanwhile_does_not_come_back()
    {
        var time = new ManualTime();
        await using var open = new OpenStore(new() { RetentionAge = TimeSpan.FromDays(1) }, _rules, time);
        await open.StoreAsync("d1", Line("a"));
        open.Maintenance.Seal();
        ChangeRules();
        open.Store.Reclassify();
        var drops = 0;
        open.Maintenance.Reclassify(() =>
        {
            time.Advance(TimeSpan.FromDays(2));
            drops += open.Maintenance.DropExpired() ? 1 : 0;
            return true;
        });

        Assert.Equal(1, drops);
        Assert.Equal(0, await open.CountAsync("requests"));
        Assert.Empty(Files(open));
        Finish(open);
    }

    // Else its rows would be of no rules in particular, and be judged twice.
    [Fact]
    public async Task Files_that_wait_are_not_joined()
    {
        await using var open = new OpenStore(new() { CompactFiles = 2 }, _rules);
        for (var file = 0; file < 2; file++)
        {
            await open.StoreAsync($"d{file}", Line($"r{file}"));
            open.Maintenance.Seal();
        }

        ChangeRules();
        open.Store.Reclassify();
        while (open.Maintenance.Compact())
        {
        }

        Assert.Equal(2, open.Store.GetRules().Files.All);
        Finish(open);
        while (open.Maintenance.Compact())
        {
        }

        Assert.Equal(new Classified(1, 1), open.Store.GetRules().Files);
        Assert.Equal(["d0:Agent2", "d1:Agent2"], await AgentsAsync(open));
    }

    [Fact]
    public async Task What_fails_is_told_and_tried_again_later_and_the_others_go_on()
    {
        var time = new ManualTime();
        await using var open = new OpenStore(rules: _rules, time: time);
        await open.StoreAsync("d1", Line("a", hoursAgo: 1));
        open.Maintenance.Seal();
        await open.StoreAsync("d2", Line("b"));
        open.Maintenance.Seal();
        ChangeRules();
        open.Store.Reclassify();
        var broken = Files(open).Order(StringComparer.Ordinal).Last();
        var bytes = await File.ReadAllBytesAsync(broken);
        await File.WriteAllBytesAsync(broken, new byte[bytes.Length]);

        open.Maintenance.Reclassify(() => true);
        Assert.Contains(broken, open.Store.GetRules().Failed, StringComparison.Ordinal);
        Assert.False(open.Maintenance.Reclassify(() => true), "it does not wait");
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(open.Maintenance.Reclassify(() => true));
        Assert.Equal(new Classified(2, 1), open.Store.GetRules().Files);
        Assert.NotNull(open.Store.GetRules().Failed);

        await File.WriteAllBytesAsync(broken, bytes);
        for (var wait = 0; wait < 3; wait++)
        {
            open.Maintenance.Reclassify(() => true);
            time.Advance(TimeSpan.FromMinutes(2));
        }

        var status = open.Store.GetRules();
        Assert.Equal((new Classified(2, 2), false, null), (status.Files, status.Running, status.Failed));
        Assert.Empty(Faults.StoredData.Orphans(open.Folder));
    }

    // Deliveries are refused under the floor; a copy of a file must not be what takes the last of the space.
    [Fact]
    public async Task The_floor_of_the_disk_is_respected()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        await open.Store.DisposeAsync();
        ChangeRules();
        await using (var full = EmbeddedStore.Open(new EmbeddedOpening(
            new DataFolder(open.Folder), new EmbeddedSettings { SpaceFloorBytes = long.MaxValue / 2 }, new FileDisk(), TimeProvider.System, new Random(7), NullLogger.Instance, "test") { Rules = _rules }))
        {
            full.Reclassify();
            full.Maintenance.Reclassify(() => true);
            Assert.Contains("MiB left", full.GetRules().Failed, StringComparison.Ordinal);
            Assert.Equal(new Classified(1, 0), full.GetRules().Files);
        }

        open.Reopen();
        Assert.Null(open.Store.GetRules().Failed);
        Finish(open);
        Assert.Equal(["d1:Agent2"], await AgentsAsync(open));
    }

    // A delivery that was being decoded when the rules changed.
    [Fact]
    public async Task What_the_rules_before_classified_and_arrives_afterwards_is_done_too()
    {
        await using var open = new OpenStore(rules: _rules);
        var late = open.Deliveries.Commit("late", DateTimeOffset.UtcNow, RepeatScope.Delivery, Line("a"));
        ChangeRules();
        Reclassify(open);
        Assert.Equal(CommitStatus.Stored, (await OpenStore.CommitAsync(open.Store, late)).Status);

        while (open.Maintenance.Reclassify(() => true))
        {
        }

        Assert.Equal(["late:Agent2"], await AgentsAsync(open));
    }
}
