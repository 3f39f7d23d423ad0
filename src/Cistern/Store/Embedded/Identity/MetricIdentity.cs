using System.Runtime.InteropServices;
using Cistern.DuckDb;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Identity;

/// <summary>A metric is told by everything but the delivery that brought it: the same metric at the same time with other values is another row, and kept.</summary>
/// <remarks>Decoders sort dimensions and statistics by name, so that the order in which a format writes them makes no difference.</remarks>
internal sealed class MetricIdentity(SipKey key) : SignalIdentity(
    Tables.Metrics, "metric_stream", "account", "region", "namespace", "metric", "unit", "dimensions", "time", "min", "max", "sum", "count", "quantiles")
{
    private const int Texts = 6;
    private const int Dimensions = 6;
    private const int Time = 7;
    private const int FirstValue = 8;
    private const int Quantiles = 12;

    public override void Of(ColumnBatch batch, Span<UInt128> identities)
    {
        for (var row = 0; row < identities.Length; row++)
        {
            identities[row] = Of(batch, row);
        }
    }

    public override UInt128 Of(DuckDbResult stored, int row)
    {
        var hash = Begin();
        for (var column = 0; column < Texts; column++)
        {
            hash.AppendField(stored.Vector(column).GetBytes(row));
        }

        Append(ref hash, stored.Vector(Dimensions), row);
        Append(ref hash, stored.Vector(Time).Get<long>(row));
        for (var column = FirstValue; column < Quantiles; column++)
        {
            var values = stored.Vector(column);
            Append(ref hash, values.IsNull(row) ? null : values.Get<double>(row));
        }

        Append(ref hash, stored.Vector(Quantiles), row);
        return hash.Finish();
    }

    private UInt128 Of(ColumnBatch batch, int row)
    {
        var hash = Begin();
        for (var column = 0; column < Texts; column++)
        {
            hash.AppendField(batch.Text(Places[column])[row]);
        }

        Append(ref hash, (MapColumn)batch[Places[Dimensions]], row);
        Append(ref hash, batch.Values<long>(Places[Time])[row] ?? 0);
        for (var column = FirstValue; column < Quantiles; column++)
        {
            Append(ref hash, batch.Values<double>(Places[column])[row]);
        }

        Append(ref hash, (MapColumn)batch[Places[Quantiles]], row);
        return hash.Finish();
    }

    private SipHash128 Begin()
    {
        // The name of the table keeps identities of several tables apart, which share one window.
        var hash = new SipHash128(key);
        hash.AppendField("metrics"u8);
        return hash;
    }

    private static void Append(ref SipHash128 hash, MapColumn map, int row)
    {
        var (start, count) = map[row].GetOffsetAndLength(map.EntryCount);
        Append(ref hash, count);
        for (var entry = start; entry < start + count; entry++)
        {
            hash.AppendField(map.Keys[entry]);
            if (map.Values is TextColumn texts)
            {
                hash.AppendField(texts[entry]);
            }
            else
            {
                Append(ref hash, ((ValueColumn<double>)map.Values)[entry]);
            }
        }
    }

    private static void Append(ref SipHash128 hash, VectorReader map, int row)
    {
        var (start, count) = map.Elements(row).GetOffsetAndLength(int.MaxValue);
        Append(ref hash, count);
        var (keys, values) = (map.Child.Field(0), map.Child.Field(1));
        for (var entry = start; entry < start + count; entry++)
        {
            hash.AppendField(keys.GetBytes(entry));
            if (values.Type.Id == DuckDbTypeId.Varchar)
            {
                hash.AppendField(values.GetBytes(entry));
            }
            else
            {
                Append(ref hash, values.IsNull(entry) ? null : values.Get<double>(entry));
            }
        }
    }

    private static void Append(ref SipHash128 hash, long number) => hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in number)));

    // One byte says whether there is a value: a missing one is not zero.
    private static void Append(ref SipHash128 hash, double? value)
    {
        hash.Append(value is null ? [0] : [1]);
        if (value is { } number)
        {
            hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<double>(in number)));
        }
    }
}
