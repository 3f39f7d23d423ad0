using Cistern.Delivery.Buffer;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Delivery.Buffer;

public sealed class DoneRangesTests
{
    [Fact]
    public void Ranges_hold_what_a_plain_set_holds() => SimulationRounds.Run(rounds: 200, seed =>
    {
        var random = new Random(seed);
        var done = new DoneRanges(new RecordPosition(1, 0), []);
        var model = new HashSet<RecordPosition>();
        for (var step = 0; step < 60; step++)
        {
            var entry = random.Next(1, 6);
            var from = random.Next(0, 10);
            var before = random.Next(from, 11);

            // The end of an entry is the beginning of the next.
            done.Add(new RecordRange(new(entry, from), before == 10 ? new(entry + 1, 0) : new(entry, before)));
            model.UnionWith(Enumerable.Range(from, before - from).Select(index => new RecordPosition(entry, index)));
        }

        for (var entry = 1; entry < 6; entry++)
        {
            for (var index = 0; index < 10; index++)
            {
                var place = new RecordPosition(entry, index);
                Assert.True(model.Contains(place) == done.Contains(place), $"{place}");
                Assert.True(done.Base <= place || model.Contains(place), $"{place} is before the base {done.Base} and not done");
            }
        }

        CheckOrder(done);
    });

    [Fact]
    public void What_is_done_in_a_row_moves_the_base()
    {
        var done = new DoneRanges(new RecordPosition(1, 0), []);
        done.Add(new RecordRange(new(2, 0), new(3, 0)));
        done.Add(new RecordRange(new(1, 5), new(2, 0)));
        Assert.Equal((new RecordPosition(1, 0), 1), (done.Base, done.Ranges.Count));
        done.Add(new RecordRange(new(1, 0), new(1, 5)));
        Assert.Equal((new RecordPosition(3, 0), 0), (done.Base, done.Ranges.Count));
    }

    // In order, with a gap before each.
    private static void CheckOrder(DoneRanges done)
    {
        var last = done.Base;
        foreach (var range in done.Ranges)
        {
            Assert.True(last < range.From && range.From < range.Before, $"{range} stands behind {last}");
            last = range.Before;
        }
    }
}
