using Cistern.Delivery.Metrics;
using Cistern.Journal;
using Cistern.Tests.Ingest;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Delivery.Metrics;

public sealed class StreamMetricsTests
{
    private const string Arn = "arn:aws:firehose:us-east-1:000000000000:deliverystream/a";

    private readonly ManualTime _time = new();

    [Fact]
    public void The_table_has_every_metric_in_order_once()
    {
        Assert.Equal(Enum.GetValues<StreamMetric>(), StreamMetricTable.All.Select(entry => entry.Metric));
        Assert.Equal(StreamMetricTable.All.Count, StreamMetricTable.All.Select(entry => entry.Name).Distinct().Count());
        Assert.All(StreamMetricTable.All, entry => Assert.Equal(entry.Metric, StreamMetricTable.Find(entry.Name)));
    }

    [Fact]
    public void A_minute_has_sum_count_minimum_and_maximum()
    {
        var metrics = new StreamMetrics(_time);
        metrics.Add(Arn, StreamMetric.PutRecordLatency, 3);
        metrics.Add(Arn, StreamMetric.PutRecordLatency, 1);
        metrics.Add(Arn, StreamMetric.PutRecordLatency, 20, samples: 4);

        var point = Assert.Single(All(metrics, StreamMetric.PutRecordLatency));

        Assert.Equal((24, 6, 1, 5), (point.Sum, point.Count, point.Min, point.Max));
    }

    [Fact]
    public void A_day_is_kept()
    {
        var metrics = new StreamMetrics(_time);
        for (var minute = 0; minute < 1500; minute++)
        {
            metrics.Add(Arn, StreamMetric.IncomingRecords, minute);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        metrics.Forget();

        Assert.InRange(All(metrics, StreamMetric.IncomingRecords).Length, 1439, 1441);
        Assert.InRange(metrics.Points, 1439, 1441);
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Empty(All(metrics, StreamMetric.IncomingRecords));
        metrics.Forget();
        Assert.Equal(0, metrics.Points);
        Assert.Empty(metrics.List(DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void Memory_is_bounded_and_the_oldest_goes_first()
    {
        var metrics = new StreamMetrics(_time);
        for (var minute = 0; minute < 500; minute++)
        {
            for (var stream = 0; stream < 500; stream++)
            {
                metrics.Add($"{Arn}{stream}", StreamMetric.IncomingRecords, 1);
            }

            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.InRange(metrics.Points, 50_000, 200_000);
        var left = metrics.Read($"{Arn}7", StreamMetric.IncomingRecords, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        Assert.Equal((_time.GetUtcNow().ToUnixTimeSeconds() / 60) - 1, left[^1].Minute);
    }

    [Fact]
    public void Nothing_is_allocated_after_the_first_of_a_minute()
    {
        var metrics = new StreamMetrics(_time);
        metrics.Add(Arn, StreamMetric.IncomingRecords, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var round = 0; round < 1000; round++)
        {
            metrics.Add(Arn, StreamMetric.IncomingRecords, 1);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(1001, All(metrics, StreamMetric.IncomingRecords).Single().Sum);
    }

    [Fact]
    public async Task Adding_from_many_threads_loses_nothing()
    {
        var metrics = new StreamMetrics(_time);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var round = 0; round < 2000; round++)
            {
                metrics.Add($"{Arn}{round % 3}", StreamMetric.IncomingRecords, 1);
            }
        })));

        Assert.Equal(16_000, metrics.All().Sum(series => series.Points.Sum(point => point.Sum)));
        Assert.Equal(3, metrics.Points);
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(1, 0)]
    public void What_is_no_measurement_is_left_out(double value, long samples)
    {
        var metrics = new StreamMetrics(_time);

        metrics.Add(Arn, StreamMetric.IncomingRecords, value, samples);

        Assert.Equal(0, metrics.Points);
    }

    [Fact]
    public void A_clock_that_goes_back_adds_to_the_latest_minute()
    {
        var metrics = new StreamMetrics(_time);
        metrics.Add(Arn, StreamMetric.IncomingRecords, 1);
        _time.Advance(TimeSpan.FromMinutes(-5));
        metrics.Add(Arn, StreamMetric.IncomingRecords, 2);
        _time.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal(3, Assert.Single(All(metrics, StreamMetric.IncomingRecords)).Sum);
    }

    [Fact]
    public void A_restart_keeps_the_points()
    {
        using var folder = new ScratchFolder();
        var path = Path.Combine(folder, "metrics.json");
        var metrics = new StreamMetrics(_time);
        metrics.Add(Arn, StreamMetric.IncomingBytes, 0.5);
        _time.Advance(TimeSpan.FromMinutes(1));
        metrics.Add(Arn, StreamMetric.IncomingBytes, 7, samples: 2);
        MetricsFile.Write(new FileDisk(), path, metrics);

        var restored = new StreamMetrics(_time);
        Assert.Null(MetricsFile.Read(new FileDisk(), path, restored));

        Assert.Equal(All(metrics, StreamMetric.IncomingBytes), All(restored, StreamMetric.IncomingBytes));
        Assert.Equal(2, restored.Points);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":9,"series":[]}""")]
    [InlineData("""{"version":1,"series":[{"arn":"a","metric":"IncomingBytes","points":[[1]]}]}""")]
    [InlineData("""{"version":1,"series":[{"arn":null,"metric":"IncomingBytes","points":[]}]}""")]
    [InlineData("""{"version":1,"series":5}""")]
    public void A_damaged_file_is_begun_anew(string content)
    {
        using var folder = new ScratchFolder();
        var path = Path.Combine(folder, "metrics.json");
        File.WriteAllText(path, content);

        Assert.NotNull(MetricsFile.Read(new FileDisk(), path, new StreamMetrics(_time)));
    }

    [Fact]
    public void A_metric_of_a_later_release_is_left_out()
    {
        using var folder = new ScratchFolder();
        var path = Path.Combine(folder, "metrics.json");
        File.WriteAllText(path, """{"version":1,"series":[{"arn":"a","metric":"Later","points":[[1,1,1,1,1]]}]}""");
        var metrics = new StreamMetrics(_time);

        Assert.Null(MetricsFile.Read(new FileDisk(), path, metrics));
        Assert.Equal(0, metrics.Points);
    }

    private MetricPoint[] All(StreamMetrics metrics, StreamMetric metric) => metrics.Read(Arn, metric, DateTimeOffset.UnixEpoch, _time.GetUtcNow().AddMinutes(1));
}
