using System.Buffers;
using System.Text;
using Cistern.Journal;

namespace Cistern.Tests.Journal;

public sealed class JournalCursorTests
{
    [Fact]
    public void A_cursor_reads_each_durable_entry_once_while_the_journal_grows_and_shrinks() => SimulationRounds.Run(rounds: 30, seed =>
    {
        using var folder = new ScratchFolder();
        var random = new Random(seed);
        using var journal = JournalLog.Open(new FileDisk(), folder, new JournalSettings { MaxFileBytes = 400 }, random, (_, _) => { });
        using var cursor = journal.ReadOnFrom(1);
        List<long> read = [];
        var appended = 0;
        for (var step = 0; step < 300; step++)
        {
            switch (random.Next(6))
            {
                case < 2:
                    journal.Append([], new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes($"{++appended}{new string('x', 1 + random.Next(60))}")));
                    break;
                case 2:
                    journal.Sync();
                    break;
                case 3 when read.Count > 0:
                    journal.Release(random.NextInt64(read[^1] + 1));
                    break;
                default:
                    Read(journal, cursor, read);
                    break;
            }
        }

        journal.Sync();
        while (Read(journal, cursor, read))
        {
        }

        Assert.Equal(Enumerable.Range(1, appended).Select(number => (long)number), read);
    });

    [Fact]
    public void Entries_that_were_released_unread_are_left_out()
    {
        using var folder = new ScratchFolder();
        using var journal = JournalLog.Open(new FileDisk(), folder, new JournalSettings { MaxFileBytes = 1 }, new Random(1), (_, _) => { });
        for (var number = 0; number < 5; number++)
        {
            journal.Append([], new ReadOnlySequence<byte>("x"u8.ToArray()));
            journal.Sync();
        }

        using var cursor = journal.ReadOnFrom(1);
        journal.Release(3);
        List<long> read = [];
        while (Read(journal, cursor, read))
        {
        }

        Assert.Equal([4, 5], read);
    }

    private static bool Read(JournalLog journal, JournalCursor cursor, List<long> read)
    {
        var durable = journal.DurableEnd;
        return cursor.TryRead((sequence, _, body) =>
        {
            Assert.True(sequence < durable, $"entry {sequence} was read before it was durable");
            Assert.StartsWith(body.Length == 1 ? "x" : $"{sequence}", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
            read.Add(sequence);
        });
    }
}
