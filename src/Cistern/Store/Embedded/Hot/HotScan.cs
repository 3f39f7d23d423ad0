using Cistern.DuckDb;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Hot;

/// <summary>Lets DuckDB read hot chunks as a table. Several threads fill vectors at once, each from the next run of up to 2,048 rows; of long rows fewer, because DuckDB copies what
/// a vector holds.</summary>
internal sealed class HotScan(TableSchema schema, IReadOnlyList<HotPart> parts) : IScanSource
{
    private const int VectorRows = 2048;
    private const long VectorBytes = 4L << 20;

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

    private static int RunRows(HotPart part) => (int)Math.Clamp(VectorBytes * part.Rows / Math.Max(1, part.Chunk.Bytes), 1, VectorRows);

    private sealed class Scan : IScan
    {
        private readonly IReadOnlyList<HotPart> _parts;
        private readonly int[] _projection;
        private readonly Lock _lock = new();
        private int _part;
        private int _row;
        private int _runRows;

        public Scan(IReadOnlyList<HotPart> parts, int[] projection)
        {
            (_parts, _projection) = (parts, projection);
            BeginPart(0);
        }

        public bool Fill(ChunkWriter chunk)
        {
            if (!TryTake(out var part, out var start, out var count))
            {
                return false;
            }

            for (var place = 0; place < _projection.Length; place++)
            {
                part.Chunk[_projection[place]].Read(chunk[place], start, count);
            }

            chunk.Count = count;
            return true;
        }

        public void Dispose()
        {
        }

        private void BeginPart(int part)
        {
            (_part, _row) = (part, 0);
            _runRows = part < _parts.Count ? RunRows(_parts[part]) : VectorRows;
        }

        private bool TryTake(out HotPart part, out int start, out int count)
        {
            lock (_lock)
            {
                while (_part < _parts.Count && _row >= _parts[_part].Rows)
                {
                    BeginPart(_part + 1);
                }

                part = _part < _parts.Count ? _parts[_part] : null!;
                start = _row;
                count = part is null ? 0 : Math.Min(_runRows, part.Rows - start);
                _row += count;
                return part is not null;
            }
        }
    }
}
