using System.Text;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;

namespace Cistern.Store;

/// <summary>What the row of <c>deliveries</c> says of a delivery, besides what all its rows have in common.</summary>
/// <param name="Repeats">Rows that were left out.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Position">The place in the order in which deliveries became visible; null in a store that has no such order.</param>
internal sealed record DeliveryRow(
    string Route, string Key, string SourceAddress, IReadOnlyDictionary<string, string> Attributes, long Repeats, long Bytes, double Duration, long? Position)
{
    /// <summary>Makes it the only row of a batch.</summary>
    public void Write(ColumnBatch into, DecodedDelivery rows)
    {
        into.Clear();
        Text(into, "signal", SignalsOf(rows));
        Text(into, "route", Route);
        Text(into, "key", Key);
        Text(into, "source_address", SourceAddress);
        foreach (var (name, value) in Attributes)
        {
            into.Map("attributes").Add(0, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        }

        Number(into, "records", rows.Records);
        Number(into, "rows", rows.Rows - Repeats);
        Number(into, "rejected", rows.RejectRows);
        Number(into, "repeats", Repeats);
        Number(into, "bytes", Bytes);
        if (Position is { } position)
        {
            Number(into, "position", position);
        }

        if (rows.SentAt is { } sentAt)
        {
            Number(into, "sent_at", sentAt * 1000);
        }

        into.Values<double>("duration").Set(0, Duration);
        into.EndRow();
    }

    // The signals that a delivery brought rows of.
    private static string SignalsOf(DecodedDelivery rows) => string.Join('+', Tables.Signals.Where((_, signal) => rows.RowsOf(signal) > 0).Select(table => table.Name));

    private static void Text(ColumnBatch row, string column, string value) => row.Text(column).Set(0, Encoding.UTF8.GetBytes(value));

    private static void Number(ColumnBatch row, string column, long value) => row.Values<long>(column).Set(0, value);
}
