namespace Cistern.DuckDb;

/// <summary>A projected column: which vector of the chunk is its, and its type.</summary>
internal readonly record struct ProjectedColumn(int Vector, ScanType Type);

/// <summary>One pass of a statement over a source, from the start of its plan to the end.</summary>
internal sealed class ScanState(IScan scan, ProjectedColumn[] columns) : IDisposable
{
    public ProjectedColumn[] Columns { get; } = columns;

    /// <summary>Fills a chunk, or leaves it empty when there are no more rows.</summary>
    public void Fill(nint chunk)
    {
        // An empty chunk means the end to DuckDB; a scan may have reasons of its own to return one in between.
        var writer = new ChunkWriter(chunk, Columns);
        bool more;
        do
        {
            more = scan.Fill(writer);
        }
        while (more && writer.Count == 0);

        if (!more)
        {
            writer.Count = 0;
        }
    }

    public void Dispose() => scan.Dispose();
}
