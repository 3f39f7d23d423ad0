using System.Globalization;
using Cistern.DuckDb;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Journal;
using Cistern.Store.Embedded;
using Cistern.Store.Embedded.Engines;

namespace Cistern.Store.Copying;

/// <summary>A backup of an embedded store that rows are copied from: files that nobody changes, whatever retention and compaction do in the store itself.</summary>
internal sealed class SourceImage : IDisposable
{
    private const long MemoryBytes = 512L << 20;
    private const long SpillBytes = 16L << 30;

    // Arrivals that are listed at a time.
    private const int Page = 100_000;

    private readonly IReadOnlyDictionary<string, IReadOnlyList<Segment>> _segments;
    private readonly DuckDbInstance _instance;
    private readonly DuckDbConnection _connection;
    private readonly CancellationToken _cancel;

    private SourceImage(DataFolder folder, IReadOnlyDictionary<string, IReadOnlyList<Segment>> segments, long end, CancellationToken cancel)
    {
        (_segments, End, _cancel) = (segments, end, cancel);
        Directory.CreateDirectory(folder.Spill);
        _instance = DuckDbInstance.Open(new EngineSettings("copy", MemoryBytes, SpillBytes, Math.Min(4, Environment.ProcessorCount), ReadsOnly: false).ToDuckDb(folder));
        _connection = _instance.Connect();
    }

    /// <summary>Arrivals before it are all in the image: microseconds since 1970.</summary>
    public long End { get; }

    /// <summary>Rows with an older <c>time</c> are left out everywhere: microseconds since 1970.</summary>
    public long Oldest { get; set; } = long.MinValue;

    /// <summary>Opens a backup.</summary>
    /// <param name="end">Before which moment nothing arrives in the store any more that the image lacks; null if nothing arrives at all.</param>
    /// <exception cref="InvalidDataException">A file is missing or damaged, or a later release wrote it.</exception>
    public static SourceImage Open(string path, DateTimeOffset? end, CancellationToken cancel)
    {
        var folder = new DataFolder(path);
        var files = new StoreFiles(new FileDisk(), folder);
        var segments = files.Open();
        if (files.Current.Schema > Tables.Version)
        {
            throw new InvalidDataException($"the store holds tables of version {files.Current.Schema}, this release knows {Tables.Version}; use the release that runs on the store");
        }

        var last = segments.Values.SelectMany(table => table).Select(segment => segment.Info.MaxReceived + 1).DefaultIfEmpty(0).Max();
        return new SourceImage(folder, segments, end is { } moment ? Math.Min(Micros.Of(moment), last) : last, cancel);
    }

    /// <summary>Rows of the whole table, of any arrival and time.</summary>
    public long RowsOf(TableSchema table) => _segments[table.Name].Sum(segment => segment.Info.Rows);

    /// <summary>Ranges behind each other that hold all rows that arrived before an end, each with about as many rows as wanted then.</summary>
    public IEnumerable<(CopyRange Range, long Rows)> Ranges(TableSchema table, long from, long end, Func<long> rowsMax)
    {
        var (last, rows) = (from, 0L);
        foreach (var (arrived, count) in Arrivals(table, from, end))
        {
            if (rows > 0 && rows + count > rowsMax())
            {
                yield return (new CopyRange(table, from, arrived), rows);
                (from, rows) = (arrived, 0);
            }

            (last, rows) = (arrived, rows + count);
        }

        if (rows > 0)
        {
            yield return (new CopyRange(table, from, last + 1), rows);
        }
    }

    /// <summary>How many rows there are in a range.</summary>
    public long Count(CopyRange range)
    {
        using var result = Run("count(*)", range, "");
        return result?.Rows.NextChunk() is true ? result.Rows.Vector(0).Get<long>(0) : 0;
    }

    /// <summary>Reads rows; false if there are more bytes than wanted, and then not all are there.</summary>
    public bool TryRead(CopyRange range, ColumnBatch into, long bytesMax)
    {
        into.Clear();
        using var result = Run(string.Join(", ", range.Table.Columns.Select(column => TableSql.Quote(column.Name))), range, "");
        while (result?.Rows.NextChunk() is true)
        {
            SourceRows.Append(result.Rows, into);
            if (into.Bytes > bytesMax)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What the groups of a range add up to.</summary>
    public Dictionary<CopyGroup, CopyTotals> Totals(CopyRange range)
    {
        var groups = new Dictionary<CopyGroup, CopyTotals>();
        using var result = Run(CopyMeasures.OfSource(range.Table), range, "GROUP BY ALL");
        while (result?.Rows.NextChunk() is true)
        {
            for (var row = 0; row < result.Rows.ChunkSize; row++)
            {
                var group = new CopyGroup(result.Rows.Vector(0).Get<long>(row), result.Rows.Vector(1).GetText(row), result.Rows.Vector(2).GetText(row), result.Rows.Vector(3).Get<long>(row));
                groups[group] = new CopyTotals(result.Rows.Vector(4).Get<long>(row), result.Rows.Vector(5).Get<double>(row), result.Rows.Vector(6).Get<double>(row));
            }
        }

        return groups;
    }

    public void Dispose()
    {
        _connection.Dispose();
        _instance.Dispose();
    }

    private IEnumerable<(long Arrived, long Rows)> Arrivals(TableSchema table, long from, long end)
    {
        for (var more = true; more;)
        {
            var page = new List<(long Arrived, long Rows)>();
            using (var result = Run("epoch_us(received) AS arrived, count(*) AS number", new CopyRange(table, from, end), $"GROUP BY arrived ORDER BY arrived LIMIT {Page}"))
            {
                while (result?.Rows.NextChunk() is true)
                {
                    page.AddRange(Enumerable.Range(0, result.Rows.ChunkSize).Select(row => (result.Rows.Vector(0).Get<long>(row), result.Rows.Vector(1).Get<long>(row))));
                }
            }

            foreach (var arrival in page)
            {
                yield return arrival;
            }

            more = page.Count == Page;
            from = more ? page[^1].Arrived + 1 : from;
        }
    }

    // Null if no file has such rows.
    private Answer? Run(string select, CopyRange range, string end)
    {
        Segment[] files = [.. _segments[range.Table.Name].Where(file => file.Info.MaxReceived >= range.From && file.Info.MinReceived < range.To)];
        if (files.Length == 0)
        {
            return null;
        }

        var oldest = Oldest == long.MinValue ? "" : string.Create(CultureInfo.InvariantCulture, $" AND \"time\" >= make_timestamp({Oldest})");
        return new Answer(_connection.Prepare(string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {select} FROM ({TableSql.Stored(range.Table, null, files)}) WHERE received >= make_timestamp({range.From}) AND received < make_timestamp({range.To}){oldest} {end}")), _cancel);
    }

    /// <summary>A result and the statement that it is of.</summary>
    private sealed class Answer(DuckDbStatement statement, CancellationToken cancel) : IDisposable
    {
        public DuckDbResult Rows { get; } = statement.Execute(streaming: true, cancel);

        public void Dispose()
        {
            Rows.Dispose();
            statement.Dispose();
        }
    }
}
