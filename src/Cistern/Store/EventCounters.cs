using System.Collections.Concurrent;
using System.Text;
using Cistern.Formats.Columns;

namespace Cistern.Store;

/// <summary>Counts by minute what leaves no row elsewhere, until they become rows of <c>events</c>. Best effort: a crash loses the last minute.</summary>
internal sealed class EventCounters(TimeProvider time)
{
    // A hostile client can make up streams and keys; past this many different counts a minute they are added up under one name.
    private const int MaxCounts = 2_000;

    private readonly ConcurrentDictionary<(long Minute, string Kind, string Reason, string Stream, string Key), long> _counts = new();

    public void Count(string kind, string reason, string stream, string key, long count)
    {
        var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        var name = (minute, kind, reason, stream, key);
        if (_counts.Count >= MaxCounts && !_counts.ContainsKey(name))
        {
            name = (minute, kind, reason, "", "");
        }

        _counts.AddOrUpdate(name, static (_, added) => added, static (_, held, added) => held + added, count);
    }

    /// <summary>Moves the counts of past minutes, or all of them, into rows of <c>events</c>.</summary>
    public bool Drain(ColumnBatch events, bool all)
    {
        events.Clear();
        var current = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        foreach (var name in _counts.Keys.Where(name => all || name.Minute < current))
        {
            if (_counts.TryRemove(name, out var count))
            {
                Add(events, name, count);
            }
        }

        return events.RowCount > 0;
    }

    private static void Add(ColumnBatch events, (long Minute, string Kind, string Reason, string Stream, string Key) name, long count)
    {
        var row = events.RowCount;
        events.Values<long>("time").Set(row, name.Minute * 60_000_000);
        events.Text("kind").Set(row, Encoding.UTF8.GetBytes(name.Kind));
        events.Text("reason").Set(row, Encoding.UTF8.GetBytes(name.Reason));
        events.Text("stream").Set(row, Encoding.UTF8.GetBytes(name.Stream));
        events.Text("key").Set(row, Encoding.UTF8.GetBytes(name.Key));
        events.Values<long>("count").Set(row, count);
        events.EndRow();
    }
}
