using Cistern.Formats;

namespace Cistern.Query.Catalogue;

/// <summary>What can be asked about deliveries, rejects and events: the health of what arrives.</summary>
internal static class DeliverySignals
{
    public static Signal Deliveries { get; } = new(
        Tables.Deliveries,
        CommonFields.All,
        [
            new("deliveries", Unit.Deliveries, MeasureKind.Count, "Deliveries stored.", s => s.Count()),
            new("records", Unit.Records, MeasureKind.Count, "Records in the deliveries.", s => s.Sum("records")),
            new("rows", Unit.Rows, MeasureKind.Count, "Rows stored.", s => s.Sum("\"rows\"")),
            new("rejected", Unit.Records, MeasureKind.Count, "Lines and records set aside in rejects.", s => s.Sum("rejected")),
            new("repeats", Unit.Rows, MeasureKind.Count, "Rows that were stored before and were not stored again.", s => s.Sum("repeats")),
            new("bytes", Unit.Bytes, MeasureKind.Count, "Bytes of the bodies as they came.", s => s.Sum("bytes")),
            new("reject_rate", Unit.Ratio, MeasureKind.Value, "Rejected / (rows + rejected + repeats).", s => $"{s.Sum("rejected")} / nullif({s.Sum("\"rows\" + rejected + repeats")}, 0)"),
            new("records_per_delivery", Unit.Records, MeasureKind.Value, "Mean records of a delivery.", _ => "avg(records)"),
            new("bytes_per_delivery", Unit.Bytes, MeasureKind.Value, "Mean bytes of a delivery's body.", _ => "avg(bytes)"),
            new("duration_p50", Unit.Seconds, MeasureKind.Value, "The time within which half of the deliveries were read and decoded; by t-digest, rank within 1 %.", s => s.Quantile("duration", 0.5)),
            new("duration_p95", Unit.Seconds, MeasureKind.Value, "The time within which 95 % of the deliveries were read and decoded; by t-digest, rank within 1 %.", s => s.Quantile("duration", 0.95)),
            new("duration_max", Unit.Seconds, MeasureKind.Value, "The longest time that a delivery took to be read and decoded.", s => s.Max("duration")),
            new("delay_p50", Unit.Seconds, MeasureKind.Value, "Half of the deliveries arrived within this time after Firehose made them; by t-digest, rank within 1 %.", s => s.Quantile(CommonFields.Delay(s, "sent_at"), 0.5)),
            new("delay_p95", Unit.Seconds, MeasureKind.Value, "95 % of the deliveries arrived within this time after Firehose made them; by t-digest, rank within 1 %.", s => s.Quantile(CommonFields.Delay(s, "sent_at"), 0.95)),
            new("delay_max", Unit.Seconds, MeasureKind.Value, "The longest time from Firehose making a delivery to its arrival.", s => s.Max(CommonFields.Delay(s, "sent_at"))),
            new("streams", Unit.Values, MeasureKind.Value, "Distinct streams.", s => s.CountDistinct("stream")),
            new("last_seen", Unit.Time, MeasureKind.Moment, "When the last delivery arrived.", s => s.Max("time")),
        ])
    {
        FreeText = ["delivery_id", "stream", "signal", "route", "key", "source_address"],
        TieBreak = ["stream"],
        Support = s => s.Count(),
    };

    public static Signal Rejects { get; } = new(
        Tables.Rejects,
        CommonFields.All,
        [
            new("rejects", Unit.Records, MeasureKind.Count, "Lines and records set aside.", s => s.Count()),
            new("deliveries", Unit.Deliveries, MeasureKind.Value, "Distinct deliveries that brought them.", s => s.CountDistinct("concat(stream, ' ', delivery_id)")),
            new("bytes", Unit.Bytes, MeasureKind.Count, "Bytes set aside.", s => s.Sum("octet_length(data)")),
            new("last_seen", Unit.Time, MeasureKind.Moment, "When the last of them arrived.", s => s.Max("time")),
        ])
    {
        FreeText = ["reason", "data", "stream", "delivery_id", "route"],
        TieBreak = ["record_index", "item_index", "stream"],
        Support = s => s.Count(),
    };

    public static Signal Events { get; } = new(
        Tables.Events,
        CommonFields.All,
        [
            new("events", Unit.Events, MeasureKind.Count, "What left no row elsewhere, counted by the minute.", s => s.Sum("\"count\"")),
            new("last_seen", Unit.Time, MeasureKind.Moment, "The last minute with an event.", s => s.Max("time")),
        ])
    {
        FreeText = ["stream", "key", "kind", "reason"],
        TieBreak = ["stream", "key", "kind", "reason", "count"],
        MeasuredColumns = ["count"],
        Support = s => s.Sum("\"count\""),
    };
}
