using Cistern.Enrich.Rules;
using Cistern.Journal;
using Cistern.Tests.Ingest;
using Cistern.Tests.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Enrich;

public sealed class RuleHistoryTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly ManualTime _time = new();

    private DataFolder Folder => new(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_change_is_noted_once_and_read_back()
    {
        var first = _time.GetUtcNow();
        Open().Note(Version(1));
        _time.Advance(TimeSpan.FromHours(1));
        var history = Open();
        history.Note(Version(1));
        history.Note(Version(2));
        history.Note(Version(1));

        var changes = Open().Changes;
        Assert.Equal(["2026-12-01.00000001", "2026-12-01.00000002", "2026-12-01.00000001"], changes.Select(change => change.Version));
        Assert.Equal([first, first.AddHours(1), first.AddHours(1)], changes.Select(change => change.Taken));
    }

    [Fact]
    public void The_oldest_changes_go_first()
    {
        var history = Open();
        for (var number = 1; number <= RuleHistory.ChangesMax + 5; number++)
        {
            history.Note(Version(number));
        }

        Assert.Equal(Version(6).ToString(), Open().Changes[0].Version);
        Assert.Equal(RuleHistory.ChangesMax, Open().Changes.Count);
    }

    [Fact]
    public void What_was_asked_is_known_until_it_ended()
    {
        Assert.False(Open().IsAsked);
        Open().Ask();
        Open().Note(Version(1));
        Assert.True(Open().IsAsked);
        Open().End();
        Assert.False(Open().IsAsked);
        Assert.Single(Open().Changes);
    }

    [Fact]
    public void A_damaged_file_is_begun_anew_and_that_of_a_later_release_is_refused()
    {
        File.WriteAllText(Folder.RuleHistory, "{\"format\":1,\"chan");
        Open().Note(Version(1));
        Assert.Single(Open().Changes);

        File.WriteAllText(Folder.RuleHistory, "{\"format\":2,\"changes\":[]}");
        Assert.Contains("has format 2, this release reads 1", Assert.Throws<InvalidDataException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_that_could_not_be_written_is_written_with_the_next_look()
    {
        var disk = new SimulatedDisk(_folder, new Random(1));
        var history = RuleHistory.Open(disk, Folder, _time, NullLogger.Instance);
        disk.Faults.FailureRate = 1;
        history.Note(Version(1));
        Assert.Throws<DiskException>(history.Ask);
        Assert.False(history.IsAsked);

        disk.Faults.Heal();
        disk.Faults.FailureRate = 0;
        history.Note(Version(1));
        Assert.Single(Open().Changes);
    }

    private static RuleVersion Version(int number) => new(new DateOnly(2026, 12, 1), number);

    private RuleHistory Open() => RuleHistory.Open(new FileDisk(), Folder, _time, NullLogger.Instance);
}
