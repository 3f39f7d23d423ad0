using System.Globalization;
using System.Text.Json;
using Cistern.Delivery;
using Cistern.Delivery.Metrics;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Delivery.Simulation;

/// <summary>Intervals and windows on a simulated clock: what Firehose documents holds to the second.</summary>
public sealed class TimingSimulation
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_record_leaves_within_the_interval_or_when_the_size_is_reached() => SimulationRounds.Run(rounds: 10, seed =>
    {
        using var folder = new ScratchFolder();
        using var service = new SimulatedService(folder, seed);
        var random = new Random(seed);
        var interval = TimeSpan.FromSeconds(random.Next(0, 900));
        service.Add(SimulatedService.Plan("s", plan => plan with { Http = plan.Http! with { Buffering = new BufferHints(5_000, interval) } }));
        service.Begin();
        Dictionary<string, DateTimeOffset> put = [];
        for (var number = 0; number < 300; number++)
        {
            var record = number.ToString(CultureInfo.InvariantCulture) + new string('x', random.Next(400));
            put.Add(record, service.Now);
            service.Put("s", [record]);
            service.Advance(TimeSpan.FromSeconds(random.Next(0, 30)));
        }

        service.Advance(interval + _second);
        foreach (var attempt in service.Endpoint.Attempts)
        {
            var oldest = attempt.Records.Min(record => put[record]);
            Assert.InRange(attempt.Began - oldest, TimeSpan.Zero, interval + _second);
            var isFull = attempt.Records.Sum(record => record.Length + 1) > 5_000 - 402;
            Assert.True(isFull || attempt.Began - oldest >= interval - _second, $"a batch of {attempt.Records.Count} records left {attempt.Began - oldest} after the first, before the interval of {interval} and without being full");
        }

        Assert.Equal(put.Keys.Order(), service.Endpoint.Stored.Keys.Order());
        Assert.All(service.Endpoint.Stored.Values, times => Assert.Equal(1, times));
    });

    [Fact]
    public void A_batch_is_tried_until_its_window_closes_and_then_backed_up() => SimulationRounds.Run(rounds: 20, seed =>
    {
        using var folder = new ScratchFolder();
        using var service = new SimulatedService(folder, seed);
        var random = new Random(seed);
        var window = TimeSpan.FromSeconds(random.Next(0, 7200));
        service.Add(SimulatedService.Plan("s", plan => plan with { Http = plan.Http! with { RetryWindow = window } }));
        service.Begin();
        service.Endpoint.Mood = random.Next(2) == 0 ? EndpointMood.Refusing : EndpointMood.Silent;
        service.Put("s", ["a", "b"]);
        service.Advance(TimeSpan.FromSeconds(60) + window + TimeSpan.FromSeconds(180 + 180 + 300) + _second);

        var attempts = service.Endpoint.Attempts;
        Assert.Single(attempts.Select(attempt => attempt.Id).Distinct());
        var opened = attempts[0].Ended;
        Assert.InRange(attempts[^1].Began - opened, window == TimeSpan.Zero ? -TimeSpan.FromSeconds(180) : window - TimeSpan.FromSeconds(180), window + _second);
        CheckPauses(attempts, window);

        var line = Assert.Single(service.Bucket.Objects).Value.Split('\n')[0];
        using var json = JsonDocument.Parse(line);
        Assert.Equal(attempts.Count, json.RootElement.GetProperty("attemptsMade").GetInt32());
        Assert.Equal(attempts[^1].Ended.ToUnixTimeMilliseconds(), json.RootElement.GetProperty("attemptEndingTimestamp").GetInt64());
        Assert.Equal(["a", "b"], service.Bucket.Records("http-endpoint-failed", areErrors: true).Order());
    });

    [Fact]
    public void A_failed_batch_reaches_the_bucket_within_the_interval_of_the_bucket()
    {
        using var folder = new ScratchFolder();
        using var service = new SimulatedService(folder, seed: 1);
        service.Add(SimulatedService.Plan("s", plan => plan with { Http = plan.Http! with { RetryWindow = TimeSpan.Zero } }));
        service.Begin();
        service.Endpoint.Mood = EndpointMood.Refusing;
        service.Put("s", ["a"]);
        service.Advance(TimeSpan.FromSeconds(60 + 299));
        Assert.Empty(service.Bucket.Objects);
        service.Advance(TimeSpan.FromSeconds(2));
        Assert.StartsWith("s/http-endpoint-failed/2026/09/30/12/s-1-2026-09-30-12-06-00-", Assert.Single(service.Bucket.Objects).Key, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_the_address_is_used_by_the_next_attempt()
    {
        using var folder = new ScratchFolder();
        using var service = new SimulatedService(folder, seed: 1);
        service.Add(SimulatedService.Plan("s"));
        service.Begin();
        service.Endpoint.Mood = EndpointMood.Refusing;
        service.Put("s", ["a"]);
        service.Advance(TimeSpan.FromSeconds(65));
        var plan = service.Plans.Single();
        service.Update(plan with { Version = 2, Http = plan.Http! with { Url = new Uri("https://other.example.com/") } });
        service.Endpoint.Mood = EndpointMood.Well;
        service.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("other.example.com", service.Endpoint.Attempts[^1].Url.Host);
        Assert.True(service.Endpoint.Attempts[^1].Delivered);
        Assert.Single(service.Endpoint.Attempts.Select(attempt => attempt.Id).Distinct());
    }

    [Fact]
    public void Records_that_cannot_be_delivered_for_a_day_are_lost_and_counted()
    {
        using var folder = new ScratchFolder();
        using var service = new SimulatedService(folder, seed: 1);
        service.Add(SimulatedService.Plan("s", plan => plan with { Http = null }));
        service.Begin();
        service.Bucket.FailureRate = 1;
        service.Put("s", ["a", "b"]);
        service.Advance(TimeSpan.FromHours(23));
        Assert.Equal((2, 0), (service.StatusOf("s").OutboxRecords, service.StatusOf("s").LostRecords));
        service.Advance(TimeSpan.FromHours(2));
        Assert.Equal((0, 2), (service.StatusOf("s").OutboxRecords, service.StatusOf("s").LostRecords));
    }

    [Fact]
    public void A_destination_that_stands_still_throttles_its_own_stream_alone()
    {
        using var folder = new ScratchFolder();
        using var service = new SimulatedService(folder, seed: 1) { Settings = new() { FreeBytesMin = 0, BytesMax = 400_000, Journal = new() { MaxFileBytes = 20_000 } } };
        service.Add(SimulatedService.Plan("stalled"));
        service.Add(SimulatedService.Plan("well", plan => plan with { Http = null }));
        service.Begin();
        service.Endpoint.Mood = EndpointMood.Silent;
        var taken = 0;
        for (var number = 0; number < 40; number++)
        {
            taken += service.Put("stalled", [.. Enumerable.Range(0, 10).Select(_ => new string('x', 999))]).Count;
        }

        // A quarter of the space, as there are fewer than four streams.
        Assert.InRange(taken, 50, 100);
        Assert.Equal(10, service.Put("well", [.. Enumerable.Range(0, 10).Select(_ => new string('x', 999))]).Count);
    }

    [Fact]
    public void A_disk_that_is_nearly_full_takes_no_records_until_it_has_room()
    {
        using var folder = new ScratchFolder();
        using var service = new SimulatedService(folder, seed: 1) { Settings = new() { FreeBytesMin = 1_000_000 } };
        service.Add(SimulatedService.Plan("s"));
        service.Begin();
        service.Disk.Faults.SpaceBytes = 500_000;
        Assert.Empty(service.Put("s", ["a"]));
        service.Disk.Faults.SpaceBytes = null;
        service.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["b"], service.Put("s", ["b"]));
    }

    [Fact]
    public void Records_wait_for_the_copy_that_the_disk_refuses_and_a_kill_loses_none_of_it()
    {
        using var folder = new ScratchFolder();
        using var service = new SimulatedService(folder, seed: 1);
        service.Add(SimulatedService.Plan("s", plan => plan with { SourceBackup = plan.S3 with { Prefix = "source/" } }));
        service.Begin();
        (service.Disk.Faults.FailFrom, service.Disk.Faults.Where) = (0, (_, path) => path.Contains("outbox", StringComparison.Ordinal));
        Assert.Equal(["a", "b"], service.Put("s", ["a", "b"]));
        service.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(service.Endpoint.Stored);

        service.Kill(power: false);
        service.Disk.Faults.Heal();
        service.Begin();
        service.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(["a", "b"], service.Endpoint.Stored.Keys.Order());
        Assert.Equal(["a", "b"], service.Bucket.Records("source/", areErrors: false).Order());
    }

    [Fact]
    public void What_comes_in_and_what_goes_out_is_measured_and_what_is_not_durable_is_not()
    {
        using var folder = new ScratchFolder();
        using var service = new SimulatedService(folder, seed: 1);
        service.Add(SimulatedService.Plan("s"));
        service.Begin();
        service.Put("s", ["a", "bc"]);
        service.Disk.Faults.FailureRate = 1;
        Assert.Empty(service.Put("s", ["lost"]));
        service.Disk.Faults.Heal();
        service.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal((2, 5), (Sum(service, StreamMetric.IncomingRecords), Sum(service, StreamMetric.IncomingBytes)));
        Assert.Equal((2, 5, 1, 60), (Sum(service, StreamMetric.HttpRecords), Sum(service, StreamMetric.HttpBytes), Sum(service, StreamMetric.HttpSuccess), Sum(service, StreamMetric.HttpDataFreshness)));
    }

    private static double Sum(SimulatedService service, StreamMetric metric) =>
        service.Metrics.Read(SimulatedService.ArnOf("s"), metric, SimulatedService.Start, SimulatedService.Start.AddHours(1)).Sum(point => point.Sum);

    // 1, 2, 4, … 120 s, each off by up to 15 %; the last one may be cut where the window closes.
    private static void CheckPauses(List<SimulatedEndpoint.Attempt> attempts, TimeSpan window)
    {
        for (var number = 1; number < attempts.Count; number++)
        {
            var pause = (attempts[number].Began - attempts[number - 1].Ended).TotalSeconds;
            var expected = Math.Min(120, Math.Pow(2, number - 1));
            var isCut = attempts[number].Began - attempts[0].Ended >= window - _second;
            Assert.InRange(pause, isCut ? 0 : (expected * 0.85) - 0.01, (expected * 1.15) + 0.01);
        }
    }
}
