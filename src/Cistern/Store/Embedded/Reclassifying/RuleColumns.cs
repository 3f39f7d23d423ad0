using Cistern.DuckDb;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats;
using Cistern.Store.Embedded.Engines;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded.Reclassifying;

/// <summary>The rule columns of a file's rows, in their order, computed again while DuckDB reads them. All other columns DuckDB copies itself, beside these.</summary>
/// <param name="goOn">Asked before each chunk; false ends the statement with an error.</param>
internal sealed class RuleColumns(Segment file, RuleSet rules, Engine engine, Func<bool> goOn) : IScanSource
{
    public IReadOnlyList<ScanColumn> Columns { get; } = [.. Enricher.Sets.Select(place => HotScan.ColumnsOf(Tables.Requests)[place])];

    public long RowCount => file.Info.Rows;

    public int MaxThreads => 1;

    /// <summary>The statement ended because it should not go on.</summary>
    public bool WasEnded { get; private set; }

    public IScan Begin(ReadOnlySpan<int> projection)
    {
        var rows = new JudgedRows(file, rules, engine);
        return new Scan(this, rows, [.. projection]);
    }

    private void EndUnlessGoingOn()
    {
        if (!goOn())
        {
            WasEnded = true;
            throw new OperationCanceledException("the file is not rewritten now");
        }
    }

    private sealed class Scan(RuleColumns source, JudgedRows rows, int[] projection) : IScan
    {
        // DuckDB may still show rows of the last chunk when it asks for the next.
        private ChunkValues? _current;
        private ChunkValues? _last;

        public bool Fill(ChunkWriter chunk)
        {
            source.EndUnlessGoingOn();
            if (!rows.ReadNext())
            {
                return false;
            }

            _last?.Dispose();
            (_last, _current) = (_current, new ChunkValues());
            for (var place = 0; place < projection.Length; place++)
            {
                _current.Write(rows.Batch[Enricher.Sets[projection[place]]], chunk[place], rows.Batch.RowCount);
            }

            chunk.Count = rows.Batch.RowCount;
            return true;
        }

        public void Dispose()
        {
            rows.Dispose();
            _last?.Dispose();
            _current?.Dispose();
        }
    }
}
