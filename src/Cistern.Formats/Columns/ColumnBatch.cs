namespace Cistern.Formats.Columns;

/// <summary>Rows of one table, held by column: what travels between a decoder and the store.</summary>
/// <remarks>
/// One writer. A row is written by setting the columns that it has at <see cref="RowCount"/> and calling <see cref="EndRow"/>, or
/// <see cref="AbandonRow"/> if it turns out to be bad. <see cref="Clear"/> keeps the buffers, so that a pooled batch allocates nothing.
/// </remarks>
public sealed class ColumnBatch
{
    private readonly Column[] _columns;

    public ColumnBatch(TableSchema schema)
    {
        Schema = schema;
        _columns = [.. schema.Columns.Select(Column.Create)];
    }

    public TableSchema Schema { get; }

    /// <summary>Whole rows; also the place of the row that is being written.</summary>
    public int RowCount { get; private set; }

    public ReadOnlySpan<Column> Columns => _columns;

    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (var column in _columns)
            {
                bytes += column.Bytes;
            }

            return bytes;
        }
    }

    public Column this[int place] => _columns[place];

    public Column this[string name] => _columns[Schema.PlaceOf(name)];

    public TextColumn Text(int place) => (TextColumn)_columns[place];

    public TextColumn Text(string name) => (TextColumn)this[name];

    public ValueColumn<T> Values<T>(int place)
        where T : unmanaged => (ValueColumn<T>)_columns[place];

    public ValueColumn<T> Values<T>(string name)
        where T : unmanaged => (ValueColumn<T>)this[name];

    public MapColumn Map(string name) => (MapColumn)this[name];

    public void EndRow() => RowCount++;

    /// <summary>Forgets what was set of the row being written.</summary>
    public void AbandonRow() => Truncate(RowCount);

    public void Clear() => Truncate(0);

    private void Truncate(int rows)
    {
        foreach (var column in _columns)
        {
            column.Truncate(rows);
        }

        RowCount = rows;
    }
}
