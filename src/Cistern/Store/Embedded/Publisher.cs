using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded;

/// <summary>Turns a delivery that is in the journal into visible rows; after a start the same way as when it was taken.</summary>
internal sealed class Publisher(StoreTables tables)
{
    private readonly ColumnBatch _deliveryRow = new(Tables.Deliveries);

    public void Publish(PendingCommit pending)
    {
        var header = JournalHeader.Of(pending.Delivery, null);
        Publish(pending.Sequence, header, pending.Delivery.Rows, pending.Kept, pending.Repeats, pending.Delivery.Body.Length, pending);
    }

    /// <summary>What all rows of a delivery have in common.</summary>
    public static DeliveryColumns CommonOf(JournalHeader header) =>
        new(header.Received * 1000, header.DeliveryId, header.Stream, header.Route, header.Attributes ?? new Dictionary<string, string>());

    /// <param name="kept">Rows to show, numbered table by table; empty means all, unless every row is a repeat.</param>
    public void Publish(long sequence, JournalHeader header, DecodedDelivery rows, int[] kept, int repeats, long bytes, PendingCommit? pending = null)
    {
        var common = CommonOf(header) with { Rules = rows.Rules };

        // One writer shows entries in the order of the journal, so the sequence is what the column promises.
        new DeliveryRow(header.Route, header.Key, header.SourceAddress, common.Attributes, repeats, bytes, header.Duration / 1e6, sequence).Write(_deliveryRow, rows);
        tables.Publish(sequence, pending?.Claim, hot =>
        {
            if (pending?.Large?.Rows is { } large)
            {
                Link(hot, large, kept, repeats);
            }
            else
            {
                Append(hot, rows, kept, repeats, common);
            }

            hot[Tables.Deliveries.Name].Append(_deliveryRow, default, common);
        });
    }

    private static void Link(IReadOnlyDictionary<string, HotTable> hot, LargeRows rows, int[] kept, int repeats)
    {
        var split = new KeptRows(kept, all: repeats == 0);
        foreach (var table in rows.Signals)
        {
            if (split.Next((int)table.Rows) is { } own)
            {
                hot[table.Schema.Name].AppendKept(table, own);
            }
            else
            {
                hot[table.Schema.Name].Attach(table);
            }
        }

        hot[Tables.Rejects.Name].Attach(rows.Rejects);
    }

    private static void Append(IReadOnlyDictionary<string, HotTable> hot, DecodedDelivery rows, int[] kept, int repeats, DeliveryColumns common)
    {
        var split = new KeptRows(kept, all: repeats == 0);
        foreach (var batch in rows.Signals)
        {
            var own = split.Next(batch.RowCount);
            if (batch.RowCount > 0 && own is not [])
            {
                hot[batch.Schema.Name].Append(batch, own, common);
            }
        }

        if (rows.Rejects.RowCount > 0)
        {
            hot[Tables.Rejects.Name].Append(rows.Rejects, default, common);
        }
    }
}
