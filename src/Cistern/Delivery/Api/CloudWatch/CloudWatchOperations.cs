using System.Globalization;
using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.Shapes;
using Cistern.Delivery.Metrics;

namespace Cistern.Delivery.Api.CloudWatch;

/// <summary><c>ListMetrics</c> and <c>GetMetricStatistics</c>; <c>GetMetricData</c> is in <see cref="MetricData"/>.</summary>
internal sealed class CloudWatchOperations
{
    private const int ListedMax = 500;
    private const int DatapointsMax = 1440;

    private static readonly TimeSpan Recent = TimeSpan.FromHours(3);

    private readonly MetricTable _table;
    private readonly Dictionary<string, ControlOperation> _operations;

    public CloudWatchOperations(StreamMetrics metrics, TimeProvider time)
    {
        _table = new MetricTable(metrics, time);
        _operations = new(StringComparer.Ordinal)
        {
            ["ListMetrics"] = new(CloudWatchShapes.ListMetricsInput, List),
            ["GetMetricStatistics"] = new(CloudWatchShapes.GetMetricStatisticsInput, GetStatistics),
            ["GetMetricData"] = new(CloudWatchShapes.GetMetricDataInput, new MetricData(_table).Get),
        };
    }

    /// <exception cref="ApiException">The error answer.</exception>
    public JsonObject Run(CloudWatchRequest request, Caller caller, ReadOnlyMemory<byte> body)
    {
        if (!_operations.TryGetValue(request.Operation, out var operation))
        {
            throw CloudWatchErrors.UnknownOperation(request.Operation.Length <= 100 ? request.Operation : request.Operation[..100]);
        }

        var input = request.Read(body, operation.Input);
        InputCheck.Check(input, operation.Input);
        return operation.Run(caller, input);
    }

    private JsonObject List(Caller caller, JsonObject input)
    {
        var skip = PageToken.Read((string?)input["NextToken"]);
        var within = input["RecentlyActive"] is null ? StreamMetrics.Kept : Recent;
        var found = (string?)input["Namespace"] is null or StreamMetrics.Namespace
            ? _table.List(caller, within).Where(metric => Matches(metric, input)).Skip(skip).Take(ListedMax + 1).ToArray()
            : [];
        var output = new JsonObject { ["Metrics"] = new JsonArray([.. found.Take(ListedMax).Select(metric => (JsonNode)metric.Describe())]) };
        if (found.Length > ListedMax)
        {
            output["NextToken"] = PageToken.Write(skip + ListedMax);
        }

        return output;
    }

    private static bool Matches(NamedMetric metric, JsonObject input) =>
        ((string?)input["MetricName"] is not { } name || metric.Name == name)
        && (input["Dimensions"] as JsonArray ?? []).All(filter =>
            metric.Stream is not null && (string?)filter!["Name"] == StreamMetrics.Dimension && ((string?)filter["Value"] is not { } value || value == metric.Stream));

    private JsonObject GetStatistics(Caller caller, JsonObject input)
    {
        var statistics = StatisticsOf(input);
        var name = (string)input["MetricName"]!;
        var points = _table.Read(caller, input, (string?)input["Unit"], PeriodsOf(input));
        return new JsonObject
        {
            ["Label"] = name,
            ["Datapoints"] = new JsonArray([.. points.Select(point => (JsonNode)Datapoint(point, statistics, StreamMetricTable.UnitOf(StreamMetricTable.Find(name)!.Value)))]),
        };
    }

    private static string[] StatisticsOf(JsonObject input)
    {
        if (input["ExtendedStatistics"] is JsonArray { Count: > 0 } extended)
        {
            Statistics.Check((string?)extended[0] ?? "");
        }

        return input["Statistics"] is JsonArray given
            ? [.. given.Select(statistic => (string)statistic!).Distinct()]
            : throw CloudWatchErrors.Missing("At least one of the parameters Statistics and ExtendedStatistics must be specified.");
    }

    private static MetricPeriods PeriodsOf(JsonObject input)
    {
        var period = (long)input["Period"]!;
        Statistics.CheckPeriod(period);
        var periods = new MetricPeriods(MetricPeriods.Seconds(input["StartTime"]!) / 60 * 60, MetricPeriods.Seconds(input["EndTime"]!), period);
        if (periods.Start >= periods.End)
        {
            throw CloudWatchErrors.InvalidValue("The parameter StartTime must be less than the parameter EndTime.");
        }

        return periods.Count <= DatapointsMax
            ? periods
            : throw CloudWatchErrors.InvalidCombination(string.Create(CultureInfo.InvariantCulture,
                $"You have requested up to {periods.Count:N0} datapoints, which exceeds the limit of {DatapointsMax:N0}. You may reduce the datapoints requested by increasing Period, or decreasing the time range."));
    }

    private static JsonObject Datapoint(MetricPoint point, string[] statistics, string unit)
    {
        var datapoint = new JsonObject { ["Timestamp"] = point.Minute * 60.0 };
        foreach (var statistic in statistics)
        {
            datapoint[statistic] = Statistics.Of(point, statistic);
        }

        datapoint["Unit"] = unit;
        return datapoint;
    }
}

/// <summary>Where the next page begins.</summary>
internal static class PageToken
{
    private const string Prefix = "cistern-";
    private const int SkipMax = 1_000_000_000;

    public static string Write(int skip) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{skip}");

    /// <exception cref="ApiException">InvalidNextToken.</exception>
    public static int Read(string? token)
    {
        if (token is null or "")
        {
            return 0;
        }

        return token.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(token[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var skip) && skip <= SkipMax
            ? skip
            : throw CloudWatchErrors.InvalidToken();
    }
}
