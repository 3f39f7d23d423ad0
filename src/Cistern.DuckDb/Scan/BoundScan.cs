using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>A source that a statement is bound to.</summary>
internal sealed class BoundScan(IScanSource source, ScanTypes types)
{
    /// <summary>Tells DuckDB the columns and how many rows to expect.</summary>
    public void Describe(nint info)
    {
        foreach (var column in source.Columns)
        {
            Api.BindAddColumn(info, column.Name, types[column.Type].Logical);
        }

        Api.BindSetCardinality(info, (ulong)source.RowCount, exact: true);
    }

    /// <summary>Begins a pass over the columns that the plan needs.</summary>
    public ScanState Begin(nint info)
    {
        var vectors = (int)Api.InitColumnCount(info);
        var projection = new List<int>(vectors);
        var columns = new List<ProjectedColumn>(vectors);
        for (var vector = 0; vector < vectors; vector++)
        {
            // A plan that needs no column (count(*)) asks for one that exists in no source: its values are never looked at.
            var place = Api.InitColumnIndex(info, (ulong)vector);
            if (place < (ulong)source.Columns.Count)
            {
                projection.Add((int)place);
                columns.Add(new ProjectedColumn(vector, types[source.Columns[(int)place].Type]));
            }
        }

        Api.InitSetMaxThreads(info, (ulong)Math.Max(1, source.MaxThreads));
        return new ScanState(source.Begin(projection.ToArray()), [.. columns]);
    }
}
