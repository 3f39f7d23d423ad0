namespace Cistern.Formats.Columns;

/// <summary>The values of one column of a <see cref="ColumnBatch"/>.</summary>
/// <remarks>
/// A column is filled lazily: a row that has no value costs nothing, and a column without any value holds no memory. So
/// <see cref="Count"/> may be smaller than the batch's row count; the rows behind it are empty (text, blob, map) or NULL (the rest).
/// </remarks>
public abstract class Column(ColumnSpec spec)
{
    public ColumnSpec Spec { get; } = spec;

    /// <summary>Rows that are filled in, whether with a value or with a gap before a later value. Zero for a column without values.</summary>
    public int Count { get; protected set; }

    /// <summary>Bytes of values held (not the capacity of the buffers).</summary>
    public abstract long Bytes { get; }

    /// <summary>Forgets the values of row <paramref name="rows"/> and after.</summary>
    internal abstract void Truncate(int rows);

    internal static Column Create(ColumnSpec spec) => spec.Type switch
    {
        ColumnType.Boolean => new ValueColumn<byte>(spec),
        ColumnType.Int32 => new ValueColumn<int>(spec),
        ColumnType.Int64 or ColumnType.Timestamp => new ValueColumn<long>(spec),
        ColumnType.Double => new ValueColumn<double>(spec),
        ColumnType.Text or ColumnType.Blob => new TextColumn(spec),
        ColumnType.TextMap => new MapColumn(spec, new TextColumn(spec)),
        ColumnType.DoubleMap => new MapColumn(spec, new ValueColumn<double>(spec)),
    };
}
