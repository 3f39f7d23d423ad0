using Cistern.Journal;
using Cistern.Store;
using Cistern.Store.Embedded;

namespace Cistern.Tests.Store;

/// <summary>An entry that ends each start is set aside; one in which somebody killed the program is stored as what it is.</summary>
public sealed class ReplayNoteTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_entry_in_which_the_program_was_killed_is_stored_as_its_rows(int deaths)
    {
        await using var store = new OpenStore();
        await StoreTwoAsync(store);
        store.Store.Abandon();
        Die(store, sequence: 1, deaths);
        store.Reopen();

        Assert.Equal(3, await store.CountAsync("requests"));
        Assert.Equal(0, await store.CountAsync("rejects"));
        Assert.False(File.Exists(new DataFolder(store.Folder).Replaying));
    }

    [Fact]
    public async Task An_entry_that_ended_three_starts_is_set_aside_whole_and_the_others_are_stored()
    {
        await using var store = new OpenStore();
        await StoreTwoAsync(store);
        store.Store.Abandon();
        Die(store, sequence: 1, ReplayNote.DeathsMax);
        store.Reopen();

        var reject = Assert.Single(await store.RowsAsync("SELECT delivery_id, reason, octet_length(data) FROM rejects"));
        Assert.Equal("d1", reject[0]);
        Assert.Contains("again and again", (string)reject[1]!, StringComparison.Ordinal);
        Assert.True((long)reject[2]! > 100, "the reject holds the whole body");
        Assert.Equal(1, await store.CountAsync("requests"));
        Assert.Equal(2, await store.CountAsync("deliveries"));
        Assert.Equal(CommitStatus.Repeated, (await store.StoreAsync("d1", Line("a"))).Status);
        Assert.False(File.Exists(new DataFolder(store.Folder).Replaying));
    }

    [Fact]
    public void Deaths_in_different_entries_blame_none()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("cistern-note-").FullName, "replaying");
        for (var sequence = 1; sequence <= 2 * ReplayNote.DeathsMax; sequence++)
        {
            using var note = ReplayNote.Open(path);
            Assert.False(note.EndsTheProgram(sequence));
            note.Begin(sequence);
        }
    }

    [Fact]
    public void What_is_known_of_an_entry_stays_known_while_those_before_it_are_decoded()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("cistern-note-").FullName, "replaying");
        for (var death = 0; death < ReplayNote.DeathsMax; death++)
        {
            using var note = ReplayNote.Open(path);
            note.Begin(6);
            note.End(6);
            Assert.False(note.EndsTheProgram(7));
            note.Begin(7);
        }

        using (var between = ReplayNote.Open(path))
        {
            between.Begin(6);
            between.End(6);
        }

        using var last = ReplayNote.Open(path);
        Assert.True(last.EndsTheProgram(7));
        last.End(7);
        using var after = ReplayNote.Open(path);
        Assert.False(after.EndsTheProgram(7));
    }

    private static async Task StoreTwoAsync(OpenStore store)
    {
        await store.StoreAsync("d1", Line("a"), Line("b"));
        await store.StoreAsync("d2", Line("c"));
    }

    private static string Line(string id) => TestDeliveries.Line(DateTimeOffset.UtcNow, id);

    private static void Die(OpenStore store, long sequence, int deaths)
    {
        for (var death = 0; death < deaths; death++)
        {
            using var note = ReplayNote.Open(new DataFolder(store.Folder).Replaying);
            note.Begin(sequence);
        }
    }
}
