using System.Text;
using System.Text.Json;
using Cistern.Demo;
using Cistern.Demo.Metrics;
using Cistern.Demo.Origin;

namespace Cistern.Tests.Demo.Metrics;

public sealed class MetricFeedTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = DemoRuns.Told;
    private static readonly DemoStream[] Streams = [DemoStream.MetricsJson, DemoStream.MetricsOtlp07, DemoStream.MetricsOtlp10];

    [Fact]
    public void Json_has_a_line_a_metric_with_its_members_in_the_order_of_real_ones()
    {
        var lines = JsonLines(Now, Now.AddMinutes(5));

        Assert.NotEmpty(lines);
        foreach (var line in lines)
        {
            var point = JsonDocument.Parse(line).RootElement;
            Assert.Equal(["metric_stream_name", "account_id", "region", "namespace", "metric_name", "dimensions", "timestamp", "value", "unit"], point.EnumerateObject().Select(member => member.Name));
            Assert.Equal(["max", "min", "sum", "count"], point.GetProperty("value").EnumerateObject().Take(4).Select(member => member.Name));
            Assert.All(point.GetProperty("value").EnumerateObject(), member => Assert.Contains('.', member.Value.GetRawText()));
            Assert.Equal(0, point.GetProperty("timestamp").GetInt64() % 60_000);
        }

        Assert.Contains(lines, line => line.Contains("\"TM(10%:90%)\":", StringComparison.Ordinal) && line.Contains("\"dimensions\":{\"Environment\":\"production\"}", StringComparison.Ordinal));
    }

    [Fact]
    public void The_two_OpenTelemetry_formats_differ_where_they_should()
    {
        var old = Otlp(DemoStream.MetricsOtlp07, Now, Now.AddMinutes(5));
        var recent = Otlp(DemoStream.MetricsOtlp10, Now, Now.AddMinutes(5));

        Assert.All(old, metric => Assert.True(metric.FlatLabels));
        Assert.All(recent, metric => Assert.False(metric.FlatLabels));
        Assert.Equal(["AWS/ApplicationELB", "AWS/EC2", "AWS/ECS"], old.Select(metric => metric.Namespace).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["AWS/Lambda", "AWS/SQS"], recent.Select(metric => metric.Namespace).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(recent, metric => metric.Dimensions == "FunctionName=shop-orders, Resource=shop-orders" && metric.Name == "Duration" && metric.Unit == "ms" && metric.Quantiles.Keys.SequenceEqual([0, 1, 0.5, 0.9, 0.99]));
        Assert.All(old.Concat(recent), metric =>
        {
            Assert.Equal(60_000, metric.End - metric.Start);
            Assert.InRange(metric.Sum, (metric.Count * metric.Quantiles[0]) - 0.01, (metric.Count * metric.Quantiles[1]) + 0.01);
        });
    }

    [Fact]
    public void A_record_holds_a_message_for_each_account()
    {
        foreach (var stream in Streams[1..])
        {
            var messages = DemoRuns.Records(stream, Now, Now.AddMinutes(1)).SelectMany(OtlpReader.Messages).ToList();

            Assert.Equal([DemoAccounts.Main, DemoAccounts.Linked], messages.Select(message => message.Select(metric => metric.Account).Distinct().Single()));
        }
    }

    [Fact]
    public void A_point_in_three_formats_says_the_same()
    {
        var point = new MetricPoint(DemoAccounts.Main, "AWS/Lambda", "Duration", [("FunctionName", "one")], "Milliseconds", new MetricPeriod(1_760_000_040_000, 1), new Statistics(0, 20.5, 30.75, 300, [("p99.9", 20.25)]));

        var json = JsonDocument.Parse(new JsonMetricWriter().Record("s", [point])).RootElement;
        var old = OtlpReader.Messages(new OtlpMetricWriter(flatLabels: true).Record("s", [point])).Single().Single();
        var recent = OtlpReader.Messages(new OtlpMetricWriter(flatLabels: false).Record("s", [point])).Single().Single();

        Assert.Equal("""{"max":20.5,"min":0.0,"sum":30.75,"count":300.0,"p99.9":20.25}""", json.GetProperty("value").GetRawText());
        Assert.Equivalent(old, recent with { FlatLabels = true }, strict: true);
        Assert.Equal(new Dictionary<double, double> { [0] = 0, [1] = 20.5, [0.999] = 20.25 }, old.Quantiles);
        Assert.Equal((1_760_000_040_000, 300.0, 30.75, "FunctionName=one", "ms"), (old.Start, old.Count, old.Sum, old.Dimensions, old.Unit));
    }

    [Fact]
    public void No_series_comes_in_two_streams_and_no_point_twice()
    {
        var json = JsonLines(Now.AddDays(-1), Now).Select(line => JsonDocument.Parse(line).RootElement).Select(point => (point.GetProperty("namespace").GetString()!, point.GetProperty("metric_name").GetString()!, point.GetProperty("dimensions").GetRawText(), point.GetProperty("timestamp").GetInt64()));
        var otlp = Streams[1..].SelectMany(stream => Otlp(stream, Now.AddDays(-1), Now)).Select(metric => (metric.Namespace, metric.Name, metric.Dimensions + metric.Account, metric.Start));
        var all = json.Concat(otlp).ToList();

        Assert.Equal(all.Count, all.Distinct().Count());
    }

    [Fact]
    public void The_edges_metrics_are_what_its_log_says_of_the_same_minute()
    {
        var feeds = DemoRuns.Feeds(rate: 5);
        var lines = DemoRuns.Records(feeds, DemoStream.Requests, Now, Now.AddMinutes(10)).Select(line => Encoding.ASCII.GetString(line).Split('\t')).ToList();
        var points = JsonLines(feeds, Now, Now.AddMinutes(10)).Select(line => JsonDocument.Parse(line).RootElement).Where(point => point.GetProperty("namespace").GetString() == "AWS/CloudFront").ToList();
        double Sum(string metric) => points.Where(point => point.GetProperty("metric_name").GetString() == metric).Sum(point => point.GetProperty("value").GetProperty("sum").GetDouble());

        Assert.Equal(50, points.Count);
        Assert.Equal(lines.Count, Sum("Requests"));
        Assert.Equal(lines.Sum(field => double.Parse(field[5], System.Globalization.CultureInfo.InvariantCulture)), Sum("BytesDownloaded"));
        Assert.All(points, point => Assert.Equal("""{"DistributionId":"E2DEMOEXAMPLE7","Region":"Global"}""", point.GetProperty("dimensions").GetRawText()));
    }

    [Fact]
    public void What_a_function_logs_in_a_minute_is_what_is_measured_of_it()
    {
        var starts = Logs.LogRecord.All(Now, Now.AddMinutes(11)).Where(one => one.Group == LambdaFunction.Orders.LogGroup && one.Message.StartsWith("REPORT", StringComparison.Ordinal)).ToList();
        var measured = Otlp(DemoStream.MetricsOtlp10, Now, Now.AddMinutes(10)).Where(metric => metric.Dimensions == "FunctionName=shop-orders").ToList();
        double Sum(string metric) => measured.Where(one => one.Name == metric).Sum(one => one.Sum);

        // Measured by when they were called, logged by when they ended: at the edges they may differ.
        Assert.InRange(Sum("Invocations"), 50, 1_000);
        Assert.InRange(starts.Count(one => one.Time < Now.AddMinutes(10).ToUnixTimeMilliseconds()), Sum("Invocations") - 5, Sum("Invocations") + 5);
    }

    [Fact]
    public void Trouble_of_the_origin_shows_in_what_is_measured()
    {
        var trouble = new OriginTrouble(DemoRuns.Seed);
        var failures = Otlp(DemoStream.MetricsOtlp07, Now, Now.AddHours(12)).Where(metric => metric.Name == "HTTPCode_Target_5XX_Count" && !metric.Dimensions.Contains("Zone", StringComparison.Ordinal)).ToList();

        Assert.InRange(failures.Where(metric => trouble.Touches(metric.Start)).Max(metric => metric.Sum), 20, 1_000);
        Assert.InRange(failures.Where(metric => !trouble.Touches(metric.Start)).Max(metric => metric.Sum), 1, 6);
    }

    [Fact]
    public void A_point_is_there_when_its_minute_is_over_and_not_before()
    {
        using var feed = DemoRuns.Feeds().From(DemoStream.MetricsOtlp10, Now);

        Assert.Null(feed.Next(Now.AddSeconds(59)));
        Assert.NotNull(feed.Next(Now.AddSeconds(60)));
        Assert.Null(feed.Next(Now.AddSeconds(61)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_records_and_another_one_others()
    {
        foreach (var stream in Streams)
        {
            var records = DemoRuns.Records(stream, Now, Now.AddMinutes(3));

            Assert.Equal(records, DemoRuns.Records(stream, Now, Now.AddMinutes(3)));
            Assert.NotEqual(records, DemoRuns.Records(stream, Now, Now.AddMinutes(3), seed: 8));
        }
    }

    [Fact]
    public void Older_points_are_coarser_with_the_sums_of_their_minutes_and_without_gaps()
    {
        foreach (var (age, minutes) in new[] { (TimeSpan.FromHours(2), 1), (TimeSpan.FromHours(20), 5), (TimeSpan.FromDays(8), 15) })
        {
            var from = Now - age;
            var points = Otlp(DemoStream.MetricsOtlp10, from, from.AddMinutes(30)).Where(metric => metric.Name == "Invocations" && metric.Dimensions == "FunctionName=shop-orders").ToList();

            Assert.All(points, point => Assert.Equal(minutes * 60_000, point.End - point.Start));
            Assert.Equal(Enumerable.Range(0, 30 / minutes).Select(place => from.ToUnixTimeMilliseconds() + (place * minutes * 60_000L)), points.Select(point => point.Start));
        }

        var whole = Otlp(DemoStream.MetricsOtlp10, Now.AddDays(-8), Now.AddDays(-8).AddHours(1)).Where(metric => metric.Name == "Invocations" && metric.Dimensions == "FunctionName=shop-orders").Sum(metric => metric.Sum);
        Assert.Equal(Enumerable.Range(0, 60).Sum(minute => LambdaFunction.Orders.In(DemoRuns.Seed, 1, new OriginTrouble(DemoRuns.Seed), Now.AddDays(-8).AddMinutes(minute).ToUnixTimeMilliseconds()).Count), whole);
    }

    [Fact]
    public void A_month_of_history_is_bounded()
    {
        var feeds = DemoRuns.Feeds();
        long points = 0;
        foreach (var stream in Streams)
        {
            using var feed = (MetricFeed)feeds.From(stream, Now.AddDays(-30));
            while (feed.Next(Now) is not null)
            {
            }

            points += feed.Points;
        }

        // The edge's five series have no points here, for nobody made its requests.
        const int OfEdge = 5 * ((6 * 60) + (114 * 12) + (25 * 96));
        output.WriteLine($"{points + OfEdge} points in 30 days");
        Assert.InRange(points + OfEdge, 100_000, 250_000);
    }

    private static List<string> JsonLines(DateTimeOffset from, DateTimeOffset until) => JsonLines(DemoRuns.Feeds(), from, until);

    private static List<string> JsonLines(DemoFeeds feeds, DateTimeOffset from, DateTimeOffset until)
    {
        var records = DemoRuns.Records(feeds, DemoStream.MetricsJson, from, until);
        Assert.All(records, record => Assert.Equal((byte)'\n', record[^1]));
        return [.. records.SelectMany(record => Encoding.UTF8.GetString(record).Split('\n', StringSplitOptions.RemoveEmptyEntries))];
    }

    private static List<MetricRecord> Otlp(DemoStream stream, DateTimeOffset from, DateTimeOffset until) =>
        [.. DemoRuns.Records(stream, from, until).SelectMany(OtlpReader.Messages).SelectMany(message => message)];
}
