using Cistern.Formats;
using Cistern.Store;

namespace Cistern.Query.Catalogue;

/// <summary>What can be asked about the points of metric streams.</summary>
/// <remarks>A point holds the statistics of its period alone, so sums and counts add up over any time and any series.</remarks>
internal static class MetricSignal
{
    private const string Additive = "Points are of one period each, so they add up.";

    public static Signal Signal { get; } = new(Tables.Metrics, [.. Computed()], [.. Measures()])
    {
        FreeText = ["metric", "namespace", "series", "metric_stream"],
        TieBreak = ["namespace", "metric", "series", "account", "region", "unit", "metric_stream"],
        FewValued = ["namespace", "unit", "region", "account", "metric_stream"],
        Repeating = ["metric", "series", "dimension_names", "stream", "stream_name", "day_of_week", "hour_of_day"],
        Elsewhere = "dimensions",
        Keyed =
        [
            new("statistic", Unit.Metric, MeasureKind.Value,
                "A statistic that was delivered, by its name: statistic.p99, statistic.TM(25%:75%). Exact for one point; of several the mean weighted by their samples, which is an estimate.",
                static _ => throw new InvalidOperationException("a statistic has no SQL without its name")) { SqlUnder = Statistic },
        ],
        Support = s => s.Count(),
    };

    private static IEnumerable<QueryField> Computed() =>
    [
        new("series", FieldKind.Text, "The dimensions as 'Name=value, Name=value', in the order of their names; empty without dimensions.", s => s.Dialect.MapPairs("dimensions")),
        new("dimension_names", FieldKind.Text, "The names of the dimensions, 'A, B'; empty without dimensions.", s => s.Dialect.MapNames("dimensions")),
        .. CommonFields.All,
    ];

    private static IEnumerable<Measure> Measures()
    {
        // First, because values of facets are counted by it.
        yield return new("points", Unit.Rows, MeasureKind.Count, "Points: one for each metric, its dimensions and period.", s => s.Count());
        yield return new("average", Unit.Metric, MeasureKind.Value, "The sum of the samples / their number.", _ => """sum("sum") / nullif(sum("count"), 0)""");
        yield return new("sum", Unit.Metric, MeasureKind.Value, $"The sum of the samples. {Additive}", _ => """sum("sum")""");
        yield return new("minimum", Unit.Metric, MeasureKind.Value, "The smallest sample.", s => s.Min("\"min\""));
        yield return new("maximum", Unit.Metric, MeasureKind.Value, "The largest sample.", s => s.Max("\"max\""));
        yield return new("sample_count", Unit.Samples, MeasureKind.Count, $"Samples. {Additive}", s => s.Sum("\"count\""));
        yield return new("series", Unit.Values, MeasureKind.Value, "Distinct series: namespace, metric, dimensions, account and region.", s => s.CountDistinct(s.Fingerprint("namespace", "metric", "dimensions", "account", "region")));
        yield return new("last_seen", Unit.Time, MeasureKind.Moment, "The start of the last period.", s => s.Max("time"));
    }

    // Of equal values, also of one alone, the mean is that value; the weighted sum could miss it by its last digit.
    private static string Statistic(SqlDialect dialect, string name)
    {
        var value = dialect.MapNumber("quantiles", name);
        var mean = $"""sum({value} * "count") / nullif({dialect.SumWhere("\"count\"", $"{value} IS NOT NULL")}, 0)""";
        return $"CASE WHEN {dialect.Min(value)} = {dialect.Max(value)} THEN {dialect.Min(value)} ELSE {mean} END";
    }
}
