using System.Collections.Frozen;

namespace Cistern.Formats.Columns;

/// <summary>One column: its name in every store and query, its type, and what it means.</summary>
/// <param name="Name">The name that a user sees in <c>/api/sql</c>.</param>
/// <param name="Type">How values are held.</param>
/// <param name="Description">One sentence with unit and source, printed in the schema's documentation and in <c>/api/catalogue</c>.</param>
/// <param name="Since">The schema version that brought the column; a file of an older version lacks it.</param>
public sealed record ColumnSpec(string Name, ColumnType Type, string Description, int Since = 1);

/// <summary>The columns of a table, in order. A column's place never changes once shipped; new ones go to the end.</summary>
public sealed class TableSchema
{
    private readonly FrozenDictionary<string, int> _places;

    public TableSchema(string name, params ColumnSpec[] columns)
    {
        Name = name;
        Columns = columns;
        _places = columns.Select((column, place) => KeyValuePair.Create(column.Name, place)).ToFrozenDictionary(StringComparer.Ordinal);
    }

    public string Name { get; }

    public IReadOnlyList<ColumnSpec> Columns { get; }

    /// <summary>The place of a column.</summary>
    /// <exception cref="ArgumentException">The table has no such column: a mistake in our code.</exception>
    public int PlaceOf(string column) =>
        _places.TryGetValue(column, out var place) ? place : throw new ArgumentException($"table {Name} has no column '{column}'", nameof(column));

    public bool TryPlaceOf(string column, out int place) => _places.TryGetValue(column, out place);
}
