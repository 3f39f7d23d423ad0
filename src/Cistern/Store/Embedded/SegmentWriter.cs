using System.Globalization;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Journal;
using Cistern.Store.Embedded.Engines;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded;

/// <summary>Writes segment files: Parquet, by DuckDB, synced before anything names them.</summary>
/// <remarks>Format: <c>docs/format/segment.md</c>.</remarks>
/// <param name="steady">Has a file go to the disk also while it is made; not in simulations, whose disk has one user at a time.</param>
internal sealed class SegmentWriter(Engine engine, ScanRegistry scans, IDisk disk, DataFolder folder, Func<long> nextNumber, bool steady)
{
    // DuckDB holds a row group three times while it compresses it. 20,480 usual rows are about that many MiB, and each of their columns is small; of long rows a single
    // column is most of it.
    private const long GroupBytes = 24L << 20;
    private const long GroupBytesOfLongRows = 8L << 20;
    private const long LongRowInMemory = 2L << 10;
    private const long LongRowInFile = 512;

    /// <summary>How a segment of usual rows is written, as options of DuckDB's COPY.</summary>
    public static string ParquetOptions { get; } = OptionsFor(GroupBytes);

    /// <summary>Writes the frozen rows of a table: one file, and a second for rows whose time is outside <paramref name="usual"/>.</summary>
    public IReadOnlyList<SegmentInfo> Seal(FrozenTable table, (long From, long To) usual)
    {
        var ranges = FrozenRanges.Of(table, usual);
        var number = scans.Add(new HotScan(table.Schema, table.Parts));
        using var enlarged = engine.Enlarge(MemoryFor(table.LongestValue));
        try
        {
            var source = TableSql.Stored(table.Schema, number, []);
            var options = OptionsFor(table.Bytes > LongRowInMemory * table.Rows ? GroupBytesOfLongRows : GroupBytes);
            List<SegmentInfo> segments = [];
            if (ranges.Usual is { } inRange)
            {
                segments.Add(Write(table.Schema, ranges.Odd is null ? source : $"{source} WHERE {Within(usual)}", inRange with { Rules = table.Rules }, options));
            }

            if (ranges.Odd is { } outside)
            {
                segments.Add(Write(table.Schema, $"{source} WHERE NOT ({Within(usual)})", outside with { Rules = table.Rules }, options));
            }

            return segments;
        }
        finally
        {
            scans.Remove(number);
        }
    }

    /// <summary>Writes what a query over the columns of files gives, and fills in name and size.</summary>
    /// <param name="sources">The files.</param>
    public SegmentInfo Join(TableSchema schema, string select, SegmentInfo shape, IReadOnlyList<Segment> sources)
    {
        var isLong = sources.Sum(file => file.Info.Bytes) > LongRowInFile * sources.Sum(file => file.Info.Rows);
        return Write(schema, select, shape, OptionsFor(isLong ? GroupBytesOfLongRows : GroupBytes));
    }

    /// <summary>Writes the rows of a file again, in their order, with some columns from elsewhere.</summary>
    /// <param name="number">Where these come from, row by row, in the <see cref="ScanRegistry"/>.</param>
    /// <param name="replaced">The places of these columns.</param>
    /// <param name="rules">The version of the rules that they come from.</param>
    public SegmentInfo Rewrite(TableSchema schema, Segment file, long number, IReadOnlyList<int> replaced, int rules)
    {
        var written = Join(schema, TableSql.Replaced(schema, file, number, replaced), file.Info with { Rules = rules }, [file]);
        var rows = CountRows(Path.Combine(folder.SegmentsOf(schema.Name), written.File));
        return rows == file.Info.Rows
            ? written
            : throw new IOException($"rewriting {file.Info.File} gave {rows} rows instead of {file.Info.Rows}; the file stays as it is");
    }

    private SegmentInfo Write(TableSchema schema, string select, SegmentInfo shape, string options)
    {
        var name = DataFolder.SegmentName(nextNumber());
        var path = Path.Combine(folder.SegmentsOf(schema.Name), name);
        using (var writeBack = steady ? new SteadyWriteBack(disk, path) : null)
        using (var connection = engine.Connect())
        {
            connection.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"COPY ({select}) TO {TableSql.Literal(path)} ({options})"));
            writeBack?.End();
        }

        disk.SyncFile(path);
        return shape with { File = name, Bytes = LengthOf(path), Schema = Tables.Version };
    }

    /// <summary>Rows and ranges of each UTC day in what a query over stored columns gives.</summary>
    public IReadOnlyList<SegmentInfo> MeasureDays(string select, SegmentInfo shape)
    {
        using var connection = engine.Connect();
        using var statement = connection.Prepare(
            "SELECT count(*), epoch_us(min(time)), epoch_us(max(time)), epoch_us(min(received)), epoch_us(max(received)) "
            + $"FROM ({select}) GROUP BY date_trunc('day', time) ORDER BY 2");
        using var result = statement.Execute();
        List<SegmentInfo> days = [];
        while (result.NextChunk())
        {
            for (var row = 0; row < result.ChunkSize; row++)
            {
                days.Add(shape with
                {
                    Rows = result.Vector(0).Get<long>(row),
                    MinTime = result.Vector(1).Get<long>(row),
                    MaxTime = result.Vector(2).Get<long>(row),
                    MinReceived = result.Vector(3).Get<long>(row),
                    MaxReceived = result.Vector(4).Get<long>(row),
                });
            }
        }

        return days;
    }

    private long CountRows(string path)
    {
        using var connection = engine.Connect();
        using var statement = connection.Prepare($"SELECT count(*) FROM read_parquet({TableSql.Literal(path)})");
        using var result = statement.Execute();
        return result.NextChunk() ? result.Vector(0).Get<long>(0) : 0;
    }

    // A value of a body's size, such as one record that nobody can decode, DuckDB holds as the vector, the page and the compressed page, each in blocks that grow.
    private static long MemoryFor(long longestValue) => (6 * longestValue) + GroupBytes;

    private static string OptionsFor(long groupBytes) => string.Create(
        CultureInfo.InvariantCulture, $"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 20480, ROW_GROUP_SIZE_BYTES {groupBytes}, PARQUET_VERSION v2");

    private long LengthOf(string path)
    {
        using var file = disk.OpenRead(path);
        return file.Length;
    }

    public static string Within((long From, long To) range) =>
        string.Create(CultureInfo.InvariantCulture, $"time >= make_timestamp({range.From}) AND time < make_timestamp({range.To})");
}
