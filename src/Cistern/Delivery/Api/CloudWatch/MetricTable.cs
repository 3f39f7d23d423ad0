using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Metrics;

namespace Cistern.Delivery.Api.CloudWatch;

/// <summary>A metric as CloudWatch tells it: a name, and the stream as its dimension, or none for what belongs to the account.</summary>
/// <param name="Stream">The stream's name; null without a dimension.</param>
internal sealed record NamedMetric(string Name, string? Stream)
{
    public JsonObject Describe()
    {
        var dimensions = new JsonArray();
        if (Stream is not null)
        {
            dimensions.Add((JsonNode)new JsonObject { ["Name"] = StreamMetrics.Dimension, ["Value"] = Stream });
        }

        return new JsonObject { ["Namespace"] = StreamMetrics.Namespace, ["MetricName"] = Name, ["Dimensions"] = dimensions };
    }
}

/// <summary>The metrics that a caller can see, under the names that CloudWatch uses.</summary>
internal sealed class MetricTable(StreamMetrics metrics, TimeProvider time)
{
    private const int DaySeconds = 24 * 60 * 60;

    /// <summary>All that have a point since a time, in the order of stream and name.</summary>
    public IEnumerable<NamedMetric> List(Caller caller, TimeSpan within)
    {
        var account = StreamMetrics.AccountArn(caller.Region, caller.Account);
        return metrics.List(time.GetUtcNow() - within)
            .Where(entry => entry.Arn == account || entry.Arn.StartsWith(account + ":", StringComparison.Ordinal))
            .Select(entry => new NamedMetric(StreamMetricTable.NameOf(entry.Metric), StreamId.TryParse(entry.Arn, out var id) ? id.Name : null))
            .OrderBy(metric => metric.Stream ?? "", StringComparer.Ordinal)
            .ThenBy(metric => metric.Name, StringComparer.Ordinal);
    }

    /// <summary>The points of a metric in periods; a metric that does not exist has none.</summary>
    /// <param name="query">Its <c>Namespace</c>, <c>MetricName</c> and <c>Dimensions</c>.</param>
    public IReadOnlyList<MetricPoint> Read(Caller caller, JsonObject query, string? unit, MetricPeriods periods)
    {
        if ((string?)query["Namespace"] != StreamMetrics.Namespace || StreamMetricTable.Find((string?)query["MetricName"] ?? "") is not { } metric
            || (unit is not null && unit != StreamMetricTable.UnitOf(metric)) || ArnOf(caller, query["Dimensions"] as JsonArray ?? []) is not { } arn)
        {
            return [];
        }

        // Nothing older than a day is there, and the dates of a request may be any.
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var from = Math.Clamp(periods.Start, now - (2 * DaySeconds), now + DaySeconds);
        var before = Math.Clamp(periods.End, now - (2 * DaySeconds), now + DaySeconds);
        return periods.Join(metrics.Read(arn, metric, DateTimeOffset.FromUnixTimeSeconds(from), DateTimeOffset.FromUnixTimeSeconds(before)));
    }

    // The dimensions must be exactly those of the metric.
    private static string? ArnOf(Caller caller, JsonArray dimensions) => dimensions switch
    {
        [] => StreamMetrics.AccountArn(caller.Region, caller.Account),
        [JsonObject only] when (string?)only["Name"] == StreamMetrics.Dimension => caller.Stream((string)only["Value"]!).Arn,
        _ => null,
    };
}

/// <summary>Time cut into periods.</summary>
/// <param name="Start">Of the first one, seconds of UTC, a whole minute.</param>
/// <param name="End">The end of the question; a point that begins here or later is outside.</param>
/// <param name="Period">Seconds, a multiple of 60.</param>
internal sealed record MetricPeriods(long Start, long End, long Period)
{
    private const double LastSecond = 253_402_300_799;

    public long Count => (End - Start + Period - 1) / Period;

    /// <summary>A time of a request in whole seconds; what no calendar has becomes its first or last second.</summary>
    public static long Seconds(JsonNode time) => (long)Math.Clamp((double)time, 0, LastSecond);

    /// <summary>Joins points of a minute to points of a period, whose time becomes the period's begin. Periods without points are left out.</summary>
    public IReadOnlyList<MetricPoint> Join(IEnumerable<MetricPoint> points)
    {
        var joined = new List<MetricPoint>();
        foreach (var point in points)
        {
            var seconds = point.Minute * 60;
            if (seconds < Start || seconds >= End)
            {
                continue;
            }

            var at = point with { Minute = (Start + ((seconds - Start) / Period * Period)) / 60 };
            if (joined.Count > 0 && joined[^1].Minute == at.Minute)
            {
                joined[^1] = joined[^1].With(at);
            }
            else
            {
                joined.Add(at);
            }
        }

        return joined;
    }
}
