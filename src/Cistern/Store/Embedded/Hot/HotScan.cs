using Cistern.DuckDb;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Hot;

/// <summary>Lets DuckDB read hot chunks as a table. Several threads fill vectors at once, each from the next run of 2,048 rows.</summary>
internal sealed class HotScan(TableSchema schema, IReadOnlyList<HotPart> parts) : IScanSource
{
    private const int VectorRows = 2048;

    public IReadOnlyList<ScanColumn> Columns { get; } = ColumnsOf(schema);

    public long RowCount { get; } = parts.Sum(part => (long)part.Rows);

    public int MaxThreads => Math.Max(1, parts.Sum(part => (part.Rows + VectorRows - 1) / VectorRows) / 4);

    public IScan Begin(ReadOnlySpan<int> projection) => new Scan(parts, [.. projection]);

    public static IReadOnlyList<ScanColumn> ColumnsOf(TableSchema schema) =>
        [.. schema.Columns.Select(column => new ScanColumn(column.Name, TypeOf(column.Type)))];

    private static DuckDbScanType TypeOf(ColumnType type) => type switch
    {
        ColumnType.Boolean => DuckDbScanType.Boolean,
        ColumnType.Int32 => DuckDbScanType.Int32,
        ColumnType.Int64 => DuckDbScanType.Int64,
        ColumnType.Double => DuckDbScanType.Double,
        ColumnType.Timestamp => DuckDbScanType.Timestamp,
        ColumnType.Text => DuckDbScanType.Varchar,
        ColumnType.Blob => DuckDbScanType.Blob,
        ColumnType.TextMap => DuckDbScanType.MapVarcharVarchar,
        ColumnType.DoubleMap => DuckDbScanType.MapVarcharDouble,
    };

    private sealed class Scan(IReadOnlyList<HotPart> parts, int[] projection) : IScan
    {
        private readonly Lock _lock = new();
        private int _part;
        private int _row;

        public bool Fill(ChunkWriter chunk)
        {
            if (!TryTake(out var part, out var start, out var count))
            {
                return false;
            }

            for (var place = 0; place < projection.Length; place++)
            {
                part.Chunk[projection[place]].Read(chunk[place], start, count);
            }

            chunk.Count = count;
            return true;
        }

        public void Dispose()
        {
        }

        private bool TryTake(out HotPart part, out int start, out int count)
        {
            lock (_lock)
            {
                while (_part < parts.Count && _row >= parts[_part].Rows)
                {
                    _part++;
                    _row = 0;
                }

                part = _part < parts.Count ? parts[_part] : null!;
                start = _row;
                count = part is null ? 0 : Math.Min(VectorRows, part.Rows - start);
                _row += VectorRows;
                return part is not null;
            }
        }
    }
}
