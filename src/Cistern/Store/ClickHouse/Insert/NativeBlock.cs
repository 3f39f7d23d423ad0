using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>What all rows of a delivery have in common, and decoders leave out.</summary>
/// <param name="Received">Microseconds since 1970.</param>
internal sealed record CommonValues(long Received, string DeliveryId, string Stream, string Route, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Rows of one table as one block of ClickHouse's Native format: for each column its name, its type, and the values of all rows.</summary>
/// <remarks>One block is one insert into one table, so that a token names exactly these rows.</remarks>
/// <param name="batch">The rows.</param>
/// <param name="kept">Which of them, ascending; null for all.</param>
/// <param name="identities">The identity of each row of the batch; empty for a table without.</param>
/// <param name="common">What the store fills in; null if each row has it already, because it was stored before.</param>
internal sealed class NativeBlock(ColumnBatch batch, int[]? kept, ReadOnlyMemory<UInt128> identities, CommonValues? common) : INativeBlock
{
    // Of rejects and deliveries the time is the arrival.
    private readonly bool _timeIsArrival = batch.Schema.Name is "rejects" or "deliveries";

    public int Rows => kept?.Length ?? batch.RowCount;

    public void Write(NativeWriter writer)
    {
        var columns = ClickHouseColumn.Of(batch.Schema);
        writer.VarInt((ulong)columns.Count);
        writer.VarInt((ulong)Rows);
        for (var place = 0; place < columns.Count; place++)
        {
            writer.Text(columns[place].Name);
            writer.Text(columns[place].Wire);
            if (columns[place].Spec is { } spec)
            {
                Write(writer, spec, batch[place]);
            }
            else
            {
                WriteIdentities(writer);
            }
        }
    }

    private void Write(NativeWriter writer, ColumnSpec spec, Column column)
    {
        if (common is null)
        {
            WriteValues(writer, spec, column);
            return;
        }

        switch (spec.Name)
        {
            case "received":
            case "time" when _timeIsArrival:
                Repeat(writer, common.Received, static (writer, value) => writer.Int64(value));
                break;
            case "delivery_id":
                Repeat(writer, common.DeliveryId, static (writer, value) => writer.Text(value));
                break;
            case "stream" when batch.Schema.Name != "events": // Events belong to no delivery and name their streams themselves.
                Repeat(writer, common.Stream, static (writer, value) => writer.Text(value));
                break;
            case "route" when batch.Schema.Name == "rejects":
                Repeat(writer, common.Route, static (writer, value) => writer.Text(value));
                break;
            case "attributes" when batch.Schema.Name == "rejects":
                WriteAttributes(writer, common.Attributes);
                break;
            default:
                WriteValues(writer, spec, column);
                break;
        }
    }

    private void WriteValues(NativeWriter writer, ColumnSpec spec, Column column)
    {
        switch (column)
        {
            case ValueColumn<byte> values:
                Nulls(writer, values);
                Each(writer, values, static (writer, values, row) => writer.Byte(row < values.Count ? values.Values[row] : (byte)0));
                break;
            case ValueColumn<int> values:
                Nulls(writer, values);
                Each(writer, values, static (writer, values, row) => writer.Int32(row < values.Count ? values.Values[row] : 0));
                break;
            case ValueColumn<long> values:
                if (spec.Name is not ("time" or "received"))
                {
                    Nulls(writer, values);
                }

                Each(writer, values, static (writer, values, row) => writer.Int64(row < values.Count ? values.Values[row] : 0));
                break;
            case ValueColumn<double> values:
                Nulls(writer, values);
                Each(writer, values, static (writer, values, row) => writer.Double(row < values.Count ? values.Values[row] : 0));
                break;
            case TextColumn values:
                Each(writer, values, static (writer, values, row) => writer.Text(values[row]));
                break;
            case MapColumn values:
                WriteMaps(writer, values);
                break;
            default:
                throw new InvalidOperationException($"no way to write column {spec.Name}");
        }
    }

    private void WriteMaps(NativeWriter writer, MapColumn maps)
    {
        var end = 0UL;
        foreach (var row in Places())
        {
            end += (ulong)EntriesOf(maps, row).Length;
            writer.Int64((long)end);
        }

        foreach (var row in Places())
        {
            foreach (var entry in EntriesOf(maps, row))
            {
                writer.Text(maps.Keys[entry]);
            }
        }

        foreach (var row in Places())
        {
            foreach (var entry in EntriesOf(maps, row))
            {
                if (maps.Values is TextColumn texts)
                {
                    writer.Text(texts[entry]);
                }
                else
                {
                    writer.Double(((ValueColumn<double>)maps.Values)[entry] ?? 0);
                }
            }
        }
    }

    private void WriteAttributes(NativeWriter writer, IReadOnlyDictionary<string, string> common)
    {
        for (var row = 1; row <= Rows; row++)
        {
            writer.Int64((long)row * common.Count);
        }

        Repeat(writer, common, static (writer, attributes) =>
        {
            foreach (var name in attributes.Keys)
            {
                writer.Text(name);
            }
        });
        Repeat(writer, common, static (writer, attributes) =>
        {
            foreach (var value in attributes.Values)
            {
                writer.Text(value);
            }
        });
    }

    private void WriteIdentities(NativeWriter writer)
    {
        foreach (var row in Places())
        {
            writer.UInt128(identities.Span[row]);
        }
    }

    private void Nulls<T>(NativeWriter writer, ValueColumn<T> values)
        where T : unmanaged => Each(writer, values, static (writer, values, row) => writer.Byte(values.IsNull(row) ? (byte)1 : (byte)0));

    private void Each<T>(NativeWriter writer, T values, Action<NativeWriter, T, int> write)
    {
        if (kept is null)
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                write(writer, values, row);
            }

            return;
        }

        foreach (var row in kept)
        {
            write(writer, values, row);
        }
    }

    private void Repeat<T>(NativeWriter writer, T value, Action<NativeWriter, T> write)
    {
        for (var row = 0; row < Rows; row++)
        {
            write(writer, value);
        }
    }

    private IEnumerable<int> Places() => kept ?? Enumerable.Range(0, batch.RowCount);

    private static Span EntriesOf(MapColumn maps, int row)
    {
        var range = maps[row];
        return new Span(range.Start.Value, range.End.Value);
    }

    private readonly record struct Span(int Start, int End)
    {
        public int Length => End - Start;

        public Enumerator GetEnumerator() => new(this);

        public struct Enumerator(Span span)
        {
            private int _at = span.Start - 1;

            public readonly int Current => _at;

            public bool MoveNext() => ++_at < span.End;
        }
    }
}
