using Cistern.DuckDb;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.Identity;

/// <summary>A metric is told by everything but the delivery that brought it: the same metric at the same time with other values is another row, and kept.</summary>
/// <remarks>Decoders sort dimensions and statistics by name, so that the order in which a format writes them makes no difference.</remarks>
internal sealed class MetricIdentity(SipKey key) : SignalIdentity(
    Tables.Metrics, "metric_stream", "account", "region", "namespace", "metric", "unit", "dimensions", "time", "min", "max", "sum", "count", "quantiles")
{
    private const int Texts = 6;
    private const int SourceTexts = 4;
    private const int Dimensions = 6;
    private const int Time = 7;
    private const int FirstValue = 8;
    private const int Quantiles = 12;

    public override void Of(ColumnBatch batch, Span<UInt128> identities)
    {
        var texts = new TextColumn[Texts];
        for (var column = 0; column < Texts; column++)
        {
            texts[column] = batch.Text(Places[column]);
        }

        var times = batch.Values<long>(Places[Time]);
        var values = new ValueColumn<double>[Quantiles - FirstValue];
        for (var column = 0; column < values.Length; column++)
        {
            values[column] = batch.Values<double>(Places[FirstValue + column]);
        }

        var (dimensions, quantiles) = ((MapColumn)batch[Places[Dimensions]], (MapColumn)batch[Places[Quantiles]]);
        var source = Begin();
        for (var row = 0; row < identities.Length; row++)
        {
            // The rows of a delivery come from few metric streams and namespaces, one after another.
            if (row == 0 || !SourceIsSame(texts, row))
            {
                source = Begin();
                AppendTexts(ref source, texts.AsSpan(0, SourceTexts), row);
            }

            var hash = source;
            AppendTexts(ref hash, texts.AsSpan(SourceTexts), row);
            Append(ref hash, dimensions, row);
            hash.Append((ulong)(times[row] ?? 0));
            foreach (var column in values)
            {
                Append(ref hash, column[row]);
            }

            Append(ref hash, quantiles, row);
            identities[row] = hash.Finish();
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
        hash.Append((ulong)stored.Vector(Time).Get<long>(row));
        for (var column = FirstValue; column < Quantiles; column++)
        {
            var values = stored.Vector(column);
            Append(ref hash, values.IsNull(row) ? null : values.Get<double>(row));
        }

        Append(ref hash, stored.Vector(Quantiles), row);
        return hash.Finish();
    }

    private static bool SourceIsSame(TextColumn[] texts, int row)
    {
        for (var column = 0; column < SourceTexts; column++)
        {
            if (!texts[column][row].SequenceEqual(texts[column][row - 1]))
            {
                return false;
            }
        }

        return true;
    }

    private static void AppendTexts(ref SipHash128 hash, ReadOnlySpan<TextColumn> texts, int row)
    {
        foreach (var text in texts)
        {
            hash.AppendField(text[row]);
        }
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
        hash.Append((ulong)count);
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
        hash.Append((ulong)count);
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

    // One byte says whether there is a value: a missing one is not zero.
    private static void Append(ref SipHash128 hash, double? value)
    {
        hash.Append(value is null ? (byte)0 : (byte)1);
        if (value is { } number)
        {
            hash.Append(BitConverter.DoubleToUInt64Bits(number));
        }
    }
}
