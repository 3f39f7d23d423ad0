using Cistern.Store.ClickHouse.State;

namespace Cistern.Tests.Store.ClickHouse.State;

/// <summary>Who won a version, told by a later one when merges have dropped it.</summary>
public sealed class StateFileTests
{
    private readonly StateFile _before = StateFile.None("file").Next([1]);

    [Fact]
    public void A_version_and_all_that_was_made_of_it_tell_whose_it_was()
    {
        var (ours, others) = (_before.Next([2]), _before.Next([3]));
        var later = others.Next([4]).Next(null).Next([5]);

        Assert.Equal((true, false, true, false), (ours.CameOf(ours), ours.CameOf(others), later.CameOf(others), later.CameOf(ours)));
        Assert.Equal((true, 6L, 1L), (later.CameOf(_before), later.Next([6]).Version, _before.Version));
        Assert.False(_before.CameOf(ours));
    }

    [Fact]
    public void What_is_too_far_back_is_not_known()
    {
        var later = Enumerable.Range(0, 40).Aggregate(_before, (file, number) => file.Next([(byte)number]));

        Assert.Null(later.CameOf(_before));
        Assert.Equal(32, later.Writers.Count);
    }

    [Fact]
    public void A_number_that_stays_empty_belongs_to_nobody()
    {
        var lost = _before.Next([2]);
        var later = lost.Later();

        Assert.Equal((3L, true, false, true), (later.Version, later.CameOf(later), later.CameOf(lost), later.CameOf(_before)));
        Assert.False(later.Next([3]).CameOf(lost));
    }
}
