using Cistern.Formats.Columns;

namespace Cistern.Store.Copying;

/// <summary>A day of a table on both sides.</summary>
/// <param name="Day">Whole days since 1970 of <c>time</c>.</param>
/// <param name="Differing">Deliveries whose rows of that day are not the same.</param>
internal sealed record CopyDay(TableSchema Table, long Day, CopyTotals Source, CopyTotals Target, int Differing);

/// <summary>Compares what was copied, delivery by delivery, and adds it up by day.</summary>
/// <remarks>
/// Only the deliveries of the source are looked at, in the ranges that are noted as copied: what reached the target otherwise is no difference, and neither is what retention took from the source since. A delivery that the target lacks
/// wholly may have come to the source late, behind others with a later arrival: it is copied then, and compared again.
/// </remarks>
/// <param name="mayCopy">Whether such deliveries are copied, or only told.</param>
internal sealed class CopyVerification(SourceImage image, CopyTarget target, CopyNotes notes, string source, CopyRecent recent, bool mayCopy, Action<TableSchema> compared)
{
    private readonly RangeCopy _copy = new(image, target, source, recent);
    private readonly SortedDictionary<(int Table, long Day), CopyDay> _days = [];

    /// <summary>Rows that came late and were copied now.</summary>
    public long LateRows { get; private set; }

    public async Task<IReadOnlyList<CopyDay>> RunAsync(CancellationToken cancel)
    {
        foreach (var (place, table) in ImageCopy.Order.Index())
        {
            foreach (var range in notes.Done(table))
            {
                await CompareAsync(place, range, cancel);
            }

            compared(table);
        }

        return [.. _days.Values];
    }

    private async Task CompareAsync(int place, CopyRange range, CancellationToken cancel)
    {
        var wanted = image.Totals(range);
        if (wanted.Count == 0)
        {
            return;
        }

        var there = await TotalsAsync(range, cancel);
        if (mayCopy && wanted.Keys.Any(group => !there.ContainsKey(group) && !target.HasTaken(group)))
        {
            LateRows += await _copy.StoreAsync(range, cancel);
            there = await TotalsAsync(range, cancel);
        }

        foreach (var (group, totals) in wanted.Where(one => !target.HasTaken(one.Key)))
        {
            Add(place, range.Table, group.Day, totals, there.GetValueOrDefault(group));
        }
    }

    // A group that is in two shards is there twice.
    private async Task<Dictionary<CopyGroup, CopyTotals>> TotalsAsync(CopyRange range, CancellationToken cancel)
    {
        var all = new Dictionary<CopyGroup, CopyTotals>();
        for (var shard = 0; shard < target.Shards; shard++)
        {
            foreach (var (group, totals) in await target.TotalsAsync(shard, range, cancel))
            {
                all[group] = all.GetValueOrDefault(group) + totals;
            }
        }

        return all;
    }

    private void Add(int place, TableSchema table, long day, CopyTotals wanted, CopyTotals found)
    {
        var known = _days.GetValueOrDefault((place, day)) ?? new CopyDay(table, day, default, default, 0);
        _days[(place, day)] = known with { Source = known.Source + wanted, Target = known.Target + found, Differing = known.Differing + (wanted.Matches(found) ? 0 : 1) };
    }
}
