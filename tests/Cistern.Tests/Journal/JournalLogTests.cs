using System.Buffers;
using Cistern.Journal;

namespace Cistern.Tests.Journal;

public sealed class JournalLogTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly FileDisk _disk = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Journal_gives_back_what_was_synced_in_order()
    {
        using (var journal = JournalEntries.Open(_disk, _folder))
        {
            journal.AppendAndSync("a", "bb");
            journal.AppendAndSync("ccc");
            Assert.Equal(4, journal.NextSequence);
        }

        var headers = new List<string>();
        using var again = JournalEntries.Open(_disk, _folder, headers: headers);

        Assert.Equal(["1 h-a", "2 h-bb", "3 h-ccc"], headers);
        Assert.Equal(["1 h-a a", "2 h-bb bb", "3 h-ccc ccc"], again.ReadAll());
        Assert.Equal(["2 h-bb bb"], again.ReadAll(from: 2, before: 3));
        Assert.Equal(4, again.NextSequence);
        Assert.Null(again.TornTail);
    }

    [Fact]
    public void Entry_counts_only_when_it_is_synced()
    {
        using (var journal = JournalEntries.Open(_disk, _folder))
        {
            journal.AppendAndSync("kept");
            journal.Append("h", "never synced");
            Assert.Equal(["1 h-kept kept"], journal.ReadAll());
            Assert.Equal(2, journal.DurableEnd);
            Assert.Equal(3, journal.NextSequence);
        }

        using var again = JournalEntries.Open(_disk, _folder);
        Assert.Equal(["1 h-kept kept"], again.ReadAll());
    }

    [Fact]
    public void Withdrawn_group_gives_its_sequences_back()
    {
        using var journal = JournalEntries.Open(_disk, _folder);
        journal.AppendAndSync("a");
        journal.Append("h", "withdrawn");
        journal.Withdraw();

        Assert.Equal(2, journal.NextSequence);
        journal.AppendAndSync("b");
        Assert.Equal(["1 h-a a", "2 h-b b"], journal.ReadAll());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(300_000, 5)]
    [InlineData(39, 255 << 10)]
    [InlineData(40, 1_000_000)]
    [InlineData(70_000, 3_000_001)]
    public void Entry_of_any_size_comes_back_byte_for_byte(int headerBytes, int bodyBytes)
    {
        var random = new Random(headerBytes ^ bodyBytes);
        var header = new byte[headerBytes];
        var body = new byte[bodyBytes];
        random.NextBytes(header);
        random.NextBytes(body);
        using (var journal = JournalEntries.Open(_disk, _folder))
        {
            journal.AppendAndSync("before");
            journal.Append(header, JournalEntries.Split(body));
            journal.Append("after", "after");
            journal.Sync();
        }

        using var again = JournalEntries.Open(_disk, _folder);
        var found = 0;
        again.ReadFrom(2, 3, (_, h, b) =>
        {
            found++;
            Assert.True(h.SequenceEqual(header));
            Assert.True(b.ToArray().AsSpan().SequenceEqual(body));
        });
        Assert.Equal(1, found);
        Assert.Equal(["3 after after"], again.ReadAll(from: 3));
    }

    [Fact]
    public void Large_body_is_written_without_a_copy()
    {
        using var journal = JournalEntries.Open(_disk, _folder);
        var body = new byte[8 << 20];
        journal.AppendAndSync("warm");
        var before = GC.GetAllocatedBytesForCurrentThread();

        journal.Append("h"u8, new ReadOnlySequence<byte>(body));
        journal.Sync();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
    }

    [Fact]
    public void Full_file_is_followed_by_a_new_one_and_goes_when_it_is_released()
    {
        using (var journal = JournalEntries.Open(_disk, _folder, JournalEntries.SmallFiles))
        {
            for (var entry = 1; entry <= 30; entry++)
            {
                journal.AppendAndSync($"entry {entry}");
            }

            var files = Directory.GetFiles(_folder).Length;
            Assert.InRange(files, 3, 10);
            Assert.Equal(Directory.GetFiles(_folder).Sum(file => new FileInfo(file).Length), journal.Bytes);

            journal.Release(upToSequence: 15);
            Assert.InRange(journal.FirstSequence, 2, 16);
            Assert.Contains("16 h-entry 16 entry 16", journal.ReadAll());
            Assert.InRange(Directory.GetFiles(_folder).Length, 1, files - 1);

            journal.Release(upToSequence: 30);
            Assert.Single(Directory.GetFiles(_folder));
        }

        // The last file stays, and with it the sequence.
        using var again = JournalEntries.Open(_disk, _folder, JournalEntries.SmallFiles);
        Assert.Equal(31, again.NextSequence);
    }

    [Fact]
    public void Release_keeps_a_file_that_holds_one_entry_more()
    {
        using var journal = JournalEntries.Open(_disk, _folder, new() { MaxFileBytes = 1 });
        journal.AppendAndSync("a", "b");
        journal.AppendAndSync("c");

        journal.Release(upToSequence: 1);
        Assert.Equal(3, journal.ReadAll().Count);

        journal.Release(upToSequence: 2);
        Assert.Equal(["3 h-c c"], journal.ReadAll());
    }

    [Fact]
    public void New_journal_begins_with_the_sequence_that_its_owner_says()
    {
        using (var journal = JournalEntries.Open(_disk, _folder, new() { FirstSequence = 500 }))
        {
            journal.AppendAndSync("a");
        }

        using var again = JournalEntries.Open(_disk, _folder);
        Assert.Equal(["500 h-a a"], again.ReadAll());
    }

    [Fact]
    public void Files_of_other_kinds_are_left_alone()
    {
        var other = Path.Combine(_folder, "notes.txt");
        File.WriteAllText(other, "mine");
        Directory.CreateDirectory(Path.Combine(_folder, "00000000000000000009.journal"));

        using var journal = JournalEntries.Open(_disk, _folder);
        journal.AppendAndSync("a");

        Assert.True(File.Exists(other));
    }

    [Fact]
    public async Task Reader_sees_whole_groups_while_others_write_and_release()
    {
        using var journal = JournalEntries.Open(_disk, _folder, JournalEntries.SmallFiles);
        var writing = Task.Run(() =>
        {
            for (var group = 0; group < 300; group++)
            {
                journal.AppendAndSync("first", "second");
            }
        });

        var next = 1L;
        while (next < 601 && !writing.IsFaulted)
        {
            var end = journal.DurableEnd;
            var read = journal.ReadAll(from: next, before: end);
            Assert.Equal(end - next, read.Count);
            Assert.Equal(0, read.Count % 2);
            Assert.All(read.Index(), entry => Assert.StartsWith($"{next + entry.Index} ", entry.Item, StringComparison.Ordinal));
            journal.Release(end - 1);
            next = end;
        }

        await writing;
        Assert.InRange(Directory.GetFiles(_folder).Length, 1, 2);
    }

    [Fact]
    public void Header_over_the_limit_is_a_mistake_of_the_caller_and_adds_nothing()
    {
        using var journal = JournalEntries.Open(_disk, _folder);

        Assert.Throws<ArgumentOutOfRangeException>(() => journal.Append(new byte[(16 << 20) + 1], default));

        journal.AppendAndSync("a");
        Assert.Equal(["1 h-a a"], journal.ReadAll());
    }
}
