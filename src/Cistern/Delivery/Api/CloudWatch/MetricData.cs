using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;

namespace Cistern.Delivery.Api.CloudWatch;

/// <summary><c>GetMetricData</c>: several metrics, and arithmetic on them.</summary>
internal sealed class MetricData(MetricTable table)
{
    private const int DatapointsMax = 100_800;
    private const string Descending = "TimestampDescending";

    // Of the time itself, before anything is read.
    private const long PeriodsMax = 10_000_000;

    public JsonObject Get(Caller caller, JsonObject input)
    {
        var queries = QueriesOf(input);
        var range = RangeOf(input);
        var series = new Dictionary<string, SortedDictionary<long, double>>(StringComparer.Ordinal);
        foreach (var query in queries.Where(query => query.Stat is not null))
        {
            series[query.Id] = ReadMetric(caller, query.Stat!, range);
        }

        foreach (var query in InOrderOfUse(queries))
        {
            series[query.Id] = Compute(query.Expression!, series);
        }

        return Page(queries, series, input);
    }

    private static DataQuery[] QueriesOf(JsonObject input)
    {
        DataQuery[] queries = [.. ((JsonArray)input["MetricDataQueries"]!).Select(query => DataQuery.Read((JsonObject)query!))];
        var repeated = queries.GroupBy(query => query.Id).FirstOrDefault(group => group.Skip(1).Any());
        return repeated is null ? queries : throw Invalid($"The value {repeated.Key} for parameter Id is not unique.");
    }

    private static (long Start, long End) RangeOf(JsonObject input)
    {
        var (start, end) = (MetricPeriods.Seconds(input["StartTime"]!), MetricPeriods.Seconds(input["EndTime"]!));
        return start < end ? (start, end) : throw Invalid("The parameter StartTime must be less than the parameter EndTime.");
    }

    private SortedDictionary<long, double> ReadMetric(Caller caller, JsonObject stat, (long Start, long End) range)
    {
        var period = (long)stat["Period"]!;
        var statistic = (string)stat["Stat"]!;
        Statistics.CheckPeriod(period);
        Statistics.Check(statistic);

        // Periods begin at multiples of themselves here.
        var periods = new MetricPeriods(range.Start / period * period, range.End, period);
        if (periods.Count > PeriodsMax)
        {
            throw Invalid("The time between StartTime and EndTime is too long for the Period.");
        }

        var points = table.Read(caller, (JsonObject)stat["Metric"]!, (string?)stat["Unit"], periods);
        return new SortedDictionary<long, double>(points.ToDictionary(point => point.Minute * 60, point => Statistics.Of(point, statistic)!.Value));
    }

    // An expression may use others, but not itself.
    private static IEnumerable<DataQuery> InOrderOfUse(DataQuery[] queries)
    {
        var known = queries.Where(query => query.Stat is not null).Select(query => query.Id).ToHashSet();
        var waiting = queries.Where(query => query.Expression is not null).ToList();
        var uses = waiting.ToDictionary(query => query.Id, query => MetricExpression.Ids(query.Expression!));
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(query => uses[query.Id].All(known.Contains)).ToArray();
            if (ready.Length == 0)
            {
                throw Invalid($"Error in expression '{waiting[0].Id}': it names an id that no query has, or depends on itself");
            }

            foreach (var query in ready)
            {
                yield return query;
                known.Add(query.Id);
                waiting.Remove(query);
            }
        }
    }

    // Times at which every series that it names has a value.
    private static SortedDictionary<long, double> Compute(string expression, Dictionary<string, SortedDictionary<long, double>> series)
    {
        var computed = new SortedDictionary<long, double>();
        foreach (var time in MetricExpression.Ids(expression).SelectMany(id => series[id].Keys).Distinct())
        {
            if (MetricExpression.Compute(expression, id => series[id].TryGetValue(time, out var value) ? value : null) is { } value)
            {
                computed[time] = value;
            }
        }

        return computed;
    }

    private static JsonObject Page(DataQuery[] queries, Dictionary<string, SortedDictionary<long, double>> series, JsonObject input)
    {
        var skip = PageToken.Read((string?)input["NextToken"]);
        var room = (int)Math.Min((long?)input["MaxDatapoints"] ?? DatapointsMax, DatapointsMax);
        var descending = ((string?)input["ScanBy"] ?? Descending) == Descending;
        var results = new JsonArray();
        var (passed, total) = (0, 0);
        foreach (var query in queries.Where(query => query.Returned))
        {
            var points = descending ? series[query.Id].Reverse().ToArray() : [.. series[query.Id]];
            var shown = points.Skip(Math.Max(0, skip - passed)).Take(Math.Max(0, Math.Min(room, skip + room - passed))).ToArray();
            passed += points.Length;
            total = passed;
            results.Add((JsonNode)query.Describe(shown, isWhole: passed <= skip + room));
        }

        var output = new JsonObject { ["MetricDataResults"] = results, ["Messages"] = new JsonArray() };
        if (total > skip + room)
        {
            output["NextToken"] = PageToken.Write(skip + room);
        }

        return output;
    }

    private static ApiException Invalid(string message) => new(ApiErrors.Validation(message));
}

/// <summary>One of the queries: a metric or an expression.</summary>
internal sealed record DataQuery(string Id, JsonObject? Stat, string? Expression, string Label, bool Returned)
{
    public static DataQuery Read(JsonObject query)
    {
        var id = (string)query["Id"]!;
        var stat = query["MetricStat"] as JsonObject;
        var expression = (string?)query["Expression"];
        if (!char.IsAsciiLetterLower(id[0]) || !id.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
        {
            throw new ApiException(ApiErrors.Validation($"The value {id} for parameter Id is invalid: it begins with a lower-case letter and has letters, digits and underscores."));
        }

        return stat is null == expression is null
            ? throw new ApiException(ApiErrors.Validation($"The query {id} must have either MetricStat or Expression."))
            : new DataQuery(id, stat, expression, (string?)query["Label"] ?? (string?)stat?["Metric"]?["MetricName"] ?? id, (bool?)query["ReturnData"] ?? true);
    }

    public JsonObject Describe(KeyValuePair<long, double>[] points, bool isWhole) => new()
    {
        ["Id"] = Id,
        ["Label"] = Label,
        ["Timestamps"] = new JsonArray([.. points.Select(point => (JsonNode)(double)point.Key)]),
        ["Values"] = new JsonArray([.. points.Select(point => (JsonNode)point.Value)]),
        ["StatusCode"] = isWhole ? "Complete" : "PartialData",
    };
}
