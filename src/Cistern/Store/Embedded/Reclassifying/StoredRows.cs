using Cistern.DuckDb;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Reclassifying;

/// <summary>Copies columns of a result into a batch, as a decoder would have set them.</summary>
internal static class StoredRows
{
    public static void Read(VectorReader from, Column into, int rows)
    {
        switch (into)
        {
            case TextColumn texts: Read(from, texts, rows); break;
            case ValueColumn<long> values: Read(from, values, rows); break;
            case ValueColumn<int> values: Read(from, values, rows); break;
            case ValueColumn<double> values: Read(from, values, rows); break;
            case ValueColumn<byte> values: Read(from, values, rows); break;
            default: throw new ArgumentException($"rows are not judged by a {into.Spec.Type} such as {into.Spec.Name}", nameof(into));
        }
    }

    private static void Read(VectorReader from, TextColumn into, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            if (from.GetBytes(row) is { IsEmpty: false } value)
            {
                into.Set(row, value);
            }
        }
    }

    private static void Read<T>(VectorReader from, ValueColumn<T> into, int rows)
        where T : unmanaged
    {
        for (var row = 0; row < rows; row++)
        {
            if (!from.IsNull(row))
            {
                into.Set(row, from.Get<T>(row));
            }
        }
    }
}
