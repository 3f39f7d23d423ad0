using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.Embedded.Engines;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded;

/// <summary>Which rows of an import the store holds already: compared with every stored row of their time range.</summary>
internal sealed class ImportCheck(StoreTables tables, Engine engine, ScanRegistry scans, RowIdentity identity)
{
    /// <summary>The rows that are stored, ascending.</summary>
    public int[] FindStored(ColumnBatch requests, UInt128[] identities)
    {
        if (RangeOf(requests) is not { } range)
        {
            return [];
        }

        using var snapshot = tables.Snapshot([Tables.Requests], range).Single();
        if (snapshot.Rows == 0)
        {
            return [];
        }

        var found = Find(snapshot, range, [.. identities]);
        return found.Count == 0 ? [] : [.. Enumerable.Range(0, identities.Length).Where(row => found.Contains(identities[row]))];
    }

    private HashSet<UInt128> Find(Snapshot snapshot, TimeRange range, HashSet<UInt128> wanted)
    {
        var number = scans.Add(new HotScan(snapshot.Schema, snapshot.Hot));
        try
        {
            var stored = TableSql.Stored(snapshot.Schema, number, snapshot.Segments);
            using var connection = engine.Connect();
            using var statement = connection.Prepare(
                $"SELECT distribution, request_id, request_id_text FROM ({stored}) WHERE {SegmentWriter.Within((Micros.Of(range.From), Micros.Of(range.To)))}");
            using var result = statement.Execute(streaming: true);
            HashSet<UInt128> found = [];
            while (result.NextChunk())
            {
                var (distributions, ids, texts) = (result.Vector(0), result.Vector(1), result.Vector(2));
                for (var row = 0; row < result.ChunkSize; row++)
                {
                    var stored128 = identity.Of(distributions.GetBytes(row), ids.GetBytes(row), texts.GetBytes(row));
                    if (wanted.Contains(stored128))
                    {
                        found.Add(stored128);
                    }
                }
            }

            found.Remove(UInt128.Zero);
            return found;
        }
        finally
        {
            scans.Remove(number);
        }
    }

    private static TimeRange? RangeOf(ColumnBatch requests)
    {
        var times = requests.Values<long>("time").Values;
        if (times.IsEmpty)
        {
            return null;
        }

        var (min, max) = (long.MaxValue, long.MinValue);
        foreach (var time in times)
        {
            (min, max) = (Math.Min(min, time), Math.Max(max, time));
        }

        return new TimeRange(Micros.ToMoment(min), Micros.ToMoment(max + 1));
    }
}
