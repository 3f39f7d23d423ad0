using Cistern.DuckDb;
using Cistern.Formats.Columns;

namespace Cistern.Store.Copying;

/// <summary>Adds rows as an engine reads them from files behind those of a batch, exactly as they are stored.</summary>
internal static class SourceRows
{
    /// <param name="from">Its columns are those of the batch's table, in their order.</param>
    public static void Append(DuckDbResult from, ColumnBatch into)
    {
        var first = into.RowCount;
        for (var place = 0; place < into.Schema.Columns.Count; place++)
        {
            Append(from.Vector(place), into[place], first, from.ChunkSize);
        }

        for (var row = 0; row < from.ChunkSize; row++)
        {
            into.EndRow();
        }
    }

    private static void Append(VectorReader from, Column into, int first, int rows)
    {
        switch (into)
        {
            case TextColumn texts: Append(from, texts, first, rows); break;
            case ValueColumn<long> values: Append(from, values, first, rows); break;
            case ValueColumn<int> values: Append(from, values, first, rows); break;
            case ValueColumn<double> values: Append(from, values, first, rows); break;
            case ValueColumn<byte> values: Append(from, values, first, rows); break;
            case MapColumn maps: Append(from, maps, first, rows); break;
            default: throw new InvalidOperationException($"no way to read column {into.Spec.Name}");
        }
    }

    private static void Append(VectorReader from, TextColumn into, int first, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            if (from.GetBytes(row) is { IsEmpty: false } value)
            {
                into.Set(first + row, value);
            }
        }
    }

    private static void Append<T>(VectorReader from, ValueColumn<T> into, int first, int rows)
        where T : unmanaged
    {
        for (var row = 0; row < rows; row++)
        {
            if (!from.IsNull(row))
            {
                into.Set(first + row, from.Get<T>(row));
            }
        }
    }

    private static void Append(VectorReader from, MapColumn into, int first, int rows)
    {
        var (keys, values) = (from.Child.Field(0), from.Child.Field(1));
        for (var row = 0; row < rows; row++)
        {
            var (start, count) = from.Elements(row).GetOffsetAndLength(int.MaxValue);
            for (var entry = start; entry < start + count; entry++)
            {
                if (into.Values is TextColumn)
                {
                    into.Add(first + row, keys.GetBytes(entry), values.GetBytes(entry));
                }
                else
                {
                    into.Add(first + row, keys.GetBytes(entry), values.Get<double>(entry));
                }
            }
        }
    }
}
