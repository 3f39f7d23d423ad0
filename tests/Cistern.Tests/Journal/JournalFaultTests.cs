using Cistern.Journal;

namespace Cistern.Tests.Journal;

/// <summary>A disk that fails: at each operation in turn, for a while, or because it is full.</summary>
public sealed class JournalFaultTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Any_single_failed_operation_costs_at_most_its_own_group()
    {
        var operations = CountOperations();
        Assert.InRange(operations, 20, 1000);
        for (var at = 1; at <= operations; at++)
        {
            using var folder = new ScratchFolder();
            var disk = new SimulatedDisk(folder, new Random(at));
            disk.Faults.FailAt = at;

            var synced = WriteGroups(disk, folder);

            disk.Crash();
            using var again = JournalEntries.Open(disk, Path.Combine(folder, "journal"), JournalEntries.SmallFiles);
            AssertHolds(synced, again, $"operation {at} failed");
        }
    }

    [Fact]
    public void Crash_in_the_middle_of_any_operation_keeps_every_synced_entry()
    {
        var operations = CountOperations();
        for (var at = 1; at <= operations; at++)
        {
            using var folder = new ScratchFolder();
            var disk = new SimulatedDisk(folder, new Random(at));
            disk.Faults.CrashAt = at;

            var synced = WriteGroups(disk, folder);

            disk.Faults.Heal();
            disk.Crash();
            using var again = JournalEntries.Open(disk, Path.Combine(folder, "journal"), JournalEntries.SmallFiles);
            AssertHolds(synced, again, $"crashed in operation {at}");
        }
    }

    [Fact]
    public void Full_disk_fails_the_group_and_the_journal_goes_on_when_space_is_back()
    {
        var disk = new SimulatedDisk(_folder, new Random(7));
        using var journal = JournalEntries.Open(disk, Path.Combine(_folder, "journal"));
        journal.AppendAndSync("before");
        disk.Faults.SpaceBytes = journal.Bytes + 50;

        journal.Append("h", "does not fit");
        var failed = Assert.Throws<JournalUnavailableException>(journal.Sync);
        Assert.True(Assert.IsType<DiskException>(failed.InnerException).IsFull);

        // 50 bytes are less than a new file needs: it stays failed, says why, and keeps what it has.
        Assert.Contains("no space left", journal.Failure, StringComparison.Ordinal);
        Assert.Throws<JournalUnavailableException>(() => journal.Append("h", "still full"));
        Assert.Throws<JournalUnavailableException>(journal.Sync);
        Assert.Equal(["1 h-before before"], journal.ReadAll());
        Assert.Equal(2, journal.NextSequence);

        disk.Faults.Heal();
        journal.Sync();
        Assert.Null(journal.Failure);
        journal.AppendAndSync("after");
        Assert.Equal(["1 h-before before", "2 h-after after"], journal.ReadAll());
    }

    [Fact]
    public void Group_of_a_failed_sync_stays_withdrawn_when_the_old_file_cannot_be_cut()
    {
        var disk = new SimulatedDisk(_folder, new Random(3));
        var folder = Path.Combine(_folder, "journal");
        using (var journal = JournalEntries.Open(disk, folder))
        {
            journal.AppendAndSync("before");
            disk.Faults.Where = (operation, _) => operation is "sync" or "truncate";
            disk.Faults.FailFrom = disk.Faults.Operations + 1;
            journal.Append("h", "withdrawn");
            Assert.Throws<JournalUnavailableException>(journal.Sync);
            Assert.Contains(Directory.GetFiles(folder), file => File.ReadAllText(file).Contains("withdrawn", StringComparison.Ordinal));

            disk.Faults.Heal();
            journal.AppendAndSync("after");
        }

        disk.Kill();
        using var again = JournalEntries.Open(disk, folder);
        Assert.Equal(["1 h-before before", "2 h-after after"], again.ReadAll());
    }

    [Fact]
    public void Start_makes_durable_what_a_failed_sync_left_in_the_memory_of_the_system()
    {
        // The seeds differ in whether the failed sync loses its bytes for good.
        for (var seed = 0; seed < 20; seed++)
        {
            using var scratch = new ScratchFolder();
            var folder = Path.Combine(scratch, "journal");
            var disk = new SimulatedDisk(scratch, new Random(seed));
            using (var journal = JournalEntries.Open(disk, folder))
            {
                journal.AppendAndSync("before");
                journal.Append("h", "unsynced");
                disk.Faults.FailFrom = disk.Faults.Operations + 2; // The write works; the sync and all after it do not.
                Assert.Throws<JournalUnavailableException>(journal.Sync);
            }

            disk.Faults.Heal();
            disk.Kill();
            List<string> seen;
            using (var journal = JournalEntries.Open(disk, folder))
            {
                seen = journal.ReadAll();
            }

            disk.Crash();
            using var again = JournalEntries.Open(disk, folder);
            Assert.True(seen.SequenceEqual(again.ReadAll()), $"seed {seed}: an entry that a start had shown was lost");
        }
    }

    [Fact]
    public void Start_makes_the_name_of_the_last_file_durable()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            using var scratch = new ScratchFolder();
            var folder = Path.Combine(scratch, "journal");
            var disk = new SimulatedDisk(scratch, new Random(seed));
            using (var journal = JournalEntries.Open(disk, folder, new() { MaxFileBytes = 1 }))
            {
                journal.AppendAndSync("before");
                disk.Faults.Where = (operation, _) => operation is "sync the folder" or "delete";
                disk.Faults.FailFrom = 1;
                Assert.Throws<JournalUnavailableException>(() => journal.Append("h", "needs a new file"));
            }

            // The new file is there, whole, but nobody knows for how long.
            disk.Faults.Heal();
            disk.Kill();
            using (var journal = JournalEntries.Open(disk, folder))
            {
                journal.AppendAndSync("after");
            }

            disk.Crash();
            using var again = JournalEntries.Open(disk, folder);
            Assert.True(again.ReadAll().SequenceEqual(["1 h-before before", "2 h-after after"]), $"seed {seed}");
        }
    }

    [Fact]
    public void Release_that_fails_is_made_up_for_by_the_next()
    {
        var disk = new SimulatedDisk(_folder, new Random(5));
        var folder = Path.Combine(_folder, "journal");
        using var journal = JournalEntries.Open(disk, folder, new() { MaxFileBytes = 1 });
        journal.AppendAndSync("a");
        journal.AppendAndSync("b");
        journal.AppendAndSync("c");
        disk.Faults.Where = (operation, _) => operation is "delete" or "sync the folder";
        disk.Faults.FailFrom = 1;
        Assert.Throws<DiskException>(() => journal.Release(2));

        disk.Faults.Heal();
        journal.Release(2);

        Assert.Equal(["3 h-c c"], journal.ReadAll());
        Assert.Single(Directory.GetFiles(folder));
    }

    private static long CountOperations()
    {
        using var folder = new ScratchFolder();
        var disk = new SimulatedDisk(folder, new Random(0));
        Assert.Equal(24, WriteGroups(disk, folder).Count);
        return disk.Faults.Operations;
    }

    // Twelve groups of two, files of a few groups, and a release; gives what was synced. Stops at a crash.
    private static List<string> WriteGroups(SimulatedDisk disk, string folder)
    {
        var synced = new List<string>();
        try
        {
            using var journal = JournalEntries.Open(disk, Path.Combine(folder, "journal"), JournalEntries.SmallFiles);
            for (var group = 0; group < 12; group++)
            {
                WriteGroup(journal, group, synced);
            }

            journal.Release(upToSequence: 4);
        }
        catch (DiskException)
        {
            // The open or the release failed; nothing was promised about either.
        }

        return synced;
    }

    private static void WriteGroup(JournalLog journal, int group, List<string> synced)
    {
        var first = journal.DurableEnd;
        try
        {
            journal.AppendAndSync($"{group}a", $"{group}b");
            synced.AddRange([$"{first} h-{group}a {group}a", $"{first + 1} h-{group}b {group}b"]);
        }
        catch (JournalUnavailableException)
        {
            Assert.Equal(first, journal.NextSequence);
        }
    }

    private static void AssertHolds(List<string> synced, JournalLog journal, string because)
    {
        // A release may have taken entries up to the fourth; an entry that was never acknowledged may survive at the end.
        var read = journal.ReadAll();
        var expected = synced.SkipWhile(entry => !read.Contains(entry)).ToList();
        Assert.True(synced.Count - expected.Count <= 4, $"{because}: entries are missing at the beginning: {string.Join(", ", read)}");
        Assert.True(expected.SequenceEqual(read.Take(expected.Count)), $"{because}: expected {string.Join(", ", expected)}, found {string.Join(", ", read)}");
        Assert.True(read.Count - expected.Count <= 2, $"{because}: more is there than was ever written");
    }
}
