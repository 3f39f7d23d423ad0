using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;
using Cistern.Store.Embedded.Engines;
using Cistern.Store.Embedded.Hot;
using Cistern.Store.Identity;

namespace Cistern.Store.Embedded;

/// <summary>Which rows of an import the store holds already: compared with every stored row of their time range.</summary>
internal sealed class ImportCheck(StoreTables tables, Engine engine, ScanRegistry scans, RowIdentity identity)
{
    /// <summary>The rows that are stored, ascending, numbered table by table.</summary>
    public int[] FindStored(DecodedDelivery rows, UInt128[] identities)
    {
        List<int> stored = [];
        var first = 0;
        foreach (var batch in rows.Signals)
        {
            var own = identities.AsSpan(first, batch.RowCount);
            var found = FindStored(batch, [.. own]);
            for (var row = 0; row < own.Length; row++)
            {
                if (found.Contains(own[row]))
                {
                    stored.Add(first + row);
                }
            }

            first += batch.RowCount;
        }

        return [.. stored];
    }

    private HashSet<UInt128> FindStored(ColumnBatch batch, HashSet<UInt128> wanted)
    {
        if (RangeOf(batch) is not { } range)
        {
            return [];
        }

        using var snapshot = tables.Snapshot([batch.Schema], range).Single();
        return snapshot.Rows == 0 ? [] : Find(snapshot, range, wanted);
    }

    private HashSet<UInt128> Find(Snapshot snapshot, TimeRange range, HashSet<UInt128> wanted)
    {
        var signal = identity[snapshot.Schema];
        var number = scans.Add(new HotScan(snapshot.Schema, snapshot.Hot));
        try
        {
            var stored = TableSql.Stored(snapshot.Schema, number, snapshot.Segments);
            using var connection = engine.Connect();
            using var statement = connection.Prepare(
                $"SELECT {signal.Columns} FROM ({stored}) WHERE {SegmentWriter.Within((Micros.Of(range.From), Micros.Of(range.To)))}");
            using var result = statement.Execute(streaming: true);
            HashSet<UInt128> found = [];
            while (result.NextChunk())
            {
                for (var row = 0; row < result.ChunkSize; row++)
                {
                    var stored128 = signal.Of(result, row);
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

    private static TimeRange? RangeOf(ColumnBatch batch)
    {
        var times = batch.Values<long>("time").Values;
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
