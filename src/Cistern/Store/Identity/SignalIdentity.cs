using Cistern.DuckDb;
using Cistern.Formats.Columns;

namespace Cistern.Store.Identity;

/// <summary>Computes what tells the rows of one table apart: of rows that arrive, and of rows that are read back.</summary>
/// <remarks>Both ways must give the same hash for the same row: a row that is read back is what a repeat of it is compared with.</remarks>
internal abstract class SignalIdentity(TableSchema table, params string[] columns)
{
    public TableSchema Table { get; } = table;

    /// <summary>The columns that it is made of, as a SELECT names them.</summary>
    public string Columns { get; } = string.Join(", ", columns.Select(column => $"\"{column}\""));

    /// <summary>How many columns that are.</summary>
    public int ColumnCount { get; } = columns.Length;

    protected int[] Places { get; } = [.. columns.Select(table.PlaceOf)];

    /// <summary>The identity of each row of a batch; zero for a row that cannot be told from others.</summary>
    public abstract void Of(ColumnBatch batch, Span<UInt128> identities);

    /// <summary>The identity of a row of the result's current chunk, whose first columns are <see cref="Columns"/>.</summary>
    public abstract UInt128 Of(DuckDbResult stored, int row);
}
