using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>A chunk that a scan fills: one vector for each projected column.</summary>
public readonly ref struct ChunkWriter
{
    private readonly nint _chunk;
    private readonly ScanType[] _projected;

    internal ChunkWriter(nint chunk, ScanType[] projected) => (_chunk, _projected, Capacity) = (chunk, projected, VectorWriter.StandardCapacity);

    /// <summary>The most rows that a chunk takes.</summary>
    public int Capacity { get; }

    /// <summary>Rows that the chunk holds; 0 at first.</summary>
    public int Count
    {
        get => (int)Api.ChunkSize(_chunk);
        set => Api.SetChunkSize(_chunk, (ulong)CheckCount(value));
    }

    /// <summary>The vector of a column, by its place in the projection.</summary>
    public VectorWriter this[int projectedColumn] =>
        new(Api.ChunkVector(_chunk, (ulong)projectedColumn), _projected[projectedColumn], Capacity);

    private int CheckCount(int count) => (uint)count <= (uint)Capacity
        ? count
        : throw new ArgumentOutOfRangeException(nameof(count), count, $"a chunk holds at most {Capacity} rows");
}
