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
        var projection = new int[Api.InitColumnCount(info)];
        var projected = new ScanType[projection.Length];
        for (var column = 0; column < projection.Length; column++)
        {
            projection[column] = checked((int)Api.InitColumnIndex(info, (ulong)column));
            projected[column] = types[source.Columns[projection[column]].Type];
        }

        Api.InitSetMaxThreads(info, (ulong)Math.Max(1, source.MaxThreads));
        return new ScanState(source.Begin(projection), projected);
    }
}
