using Cistern.Formats.Columns;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded;

/// <summary>What one query sees of a table: rows in memory and files. Both stay as they are until the snapshot is disposed.</summary>
internal sealed class Snapshot(TableSchema schema, IReadOnlyList<HotPart> hot, IReadOnlyList<Segment> segments) : IDisposable
{
    private int _disposed;

    public TableSchema Schema { get; } = schema;

    public IReadOnlyList<HotPart> Hot { get; } = hot;

    public IReadOnlyList<Segment> Segments { get; } = segments;

    public long Rows => Hot.Sum(part => (long)part.Rows) + Segments.Sum(segment => segment.Info.Rows);

    /// <summary>How many of its rows some rules classified.</summary>
    public Classified ClassifiedBy(int rules) => CountClassified(Hot, Segments, rules);

    public static Classified CountClassified(IReadOnlyList<HotPart> hot, IReadOnlyList<Segment> segments, int rules)
    {
        var counts = default(Classified);
        foreach (var part in hot)
        {
            counts += new Classified(part.Rows, part.Chunk.Rules == rules ? part.Rows : 0);
        }

        foreach (var segment in segments)
        {
            counts += new Classified(segment.Info.Rows, segment.Info.Rules == rules ? segment.Info.Rows : 0);
        }

        return counts;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        foreach (var part in Hot)
        {
            part.Chunk.Release();
        }

        foreach (var segment in Segments)
        {
            segment.Release();
        }
    }
}
