namespace Cistern.DuckDb;

/// <summary>One pass of a statement over a source, from the start of its plan to the end.</summary>
internal sealed class ScanState(IScan scan, ScanType[] projected) : IDisposable
{
    /// <summary>Fills a chunk, or leaves it empty when there are no more rows.</summary>
    public void Fill(nint chunk)
    {
        // An empty chunk means the end to DuckDB; a scan may have reasons of its own to return one in between.
        var writer = new ChunkWriter(chunk, projected);
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
