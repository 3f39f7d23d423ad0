using Cistern.DuckDb;
using Cistern.Formats.Columns;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded.Reclassifying;

/// <summary>The values of one chunk, in memory that does not move while DuckDB looks at it.</summary>
internal sealed class ChunkValues : IDisposable
{
    private const int Capacity = 2048;

    private readonly NativeArena _arena = new();
    private readonly List<HotColumn> _columns = [];

    public void Write(Column values, VectorWriter vector, int rows)
    {
        var column = HotColumn.Create(values.Spec, Capacity, _arena);
        _columns.Add(column);
        column.Append(values, new RowSelection(0, rows, default), 0);
        column.Read(vector, 0, rows);
    }

    public void Dispose()
    {
        foreach (var column in _columns)
        {
            column.Dispose();
        }

        _arena.Dispose();
    }
}
