using Cistern.Demo.Origin;

namespace Cistern.Demo.Metrics;

/// <summary>AWS/ECS, AWS/ApplicationELB and AWS/EC2: what runs the site's web service, and what stands before it.</summary>
internal sealed class ServerMetrics(WebService service, int seed) : IMetricSource
{
    private const string Balancer = "app/docs/50dc6c495c0c9188";

    private static readonly (string Id, string Account, double Busy)[] _instances =
        [("i-0b22a22eec53b9321", DemoAccounts.Main, 0.35), ("i-0598c7d356eba48d7", DemoAccounts.Main, 0.3), ("i-0a1b2c3d4e5f67890", DemoAccounts.Linked, 0.15)];

    public void Add(MetricPeriod period, MetricPoints points)
    {
        var minutes = period.Starts().Select(minute => (Start: minute, Load: LoadAt(minute))).ToArray();
        AddTasks(period, minutes, points);
        foreach (var instance in _instances)
        {
            AddInstance(period, minutes, instance, points);
        }

        var requests = period.Starts().SelectMany(service.In).Where(request => request.Route != WebRoute.Health).ToList();
        AddBalancer(period, requests, points, ("LoadBalancer", Balancer));
        foreach (var zone in requests.GroupBy(request => WebService.ZoneOf(request.Task)).OrderBy(zone => zone.Key, StringComparer.Ordinal))
        {
            AddBalancer(period, [.. zone], points, ("AvailabilityZone", zone.Key), ("LoadBalancer", Balancer));
        }
    }

    private void AddTasks(MetricPeriod period, (long Start, double Load)[] minutes, MetricPoints points)
    {
        void Put(string name, Func<Random, double, double> value) =>
            points.Add(
                period,
                WebService.Account,
                "AWS/ECS",
                name,
                "Percent",
                Statistics.Of(minutes.SelectMany(minute => Samples(name, minute.Start, WebService.Tasks, random => Math.Min(100, value(random, minute.Load))))),
                ("ClusterName", "docs"),
                ("ServiceName", WebService.Name));

        Put("CPUUtilization", (random, load) => (18 * load) + random.Tail(3));
        Put("MemoryUtilization", (random, load) => 41 + (3 * load) + (random.NextDouble() * 4));
    }

    private void AddInstance(MetricPeriod period, (long Start, double Load)[] minutes, (string Id, string Account, double Busy) instance, MetricPoints points)
    {
        void Put(string name, string unit, Func<Random, double, double> value) =>
            points.Add(
                period,
                instance.Account,
                "AWS/EC2",
                name,
                unit,
                Statistics.Of(minutes.SelectMany(minute => Samples(instance.Id + name, minute.Start, 1, random => value(random, minute.Load * instance.Busy)))),
                ("InstanceId", instance.Id));

        Put("CPUUtilization", "Percent", (random, load) => Math.Min(100, 3 + (60 * load) + random.Tail(4)));
        Put("NetworkIn", "Bytes", (random, load) => Math.Round(900_000 * (0.2 + load + random.Tail(0.1))));
        Put("NetworkOut", "Bytes", (random, load) => Math.Round(7_400_000 * (0.2 + load + random.Tail(0.1))));
    }

    // A metric that counts failures has no point where none happened.
    private static void AddBalancer(MetricPeriod period, List<WebRequest> requests, MetricPoints points, params (string, string)[] dimensions)
    {
        void Put(string name, string unit, Statistics? value) => points.Add(period, WebService.Account, "AWS/ApplicationELB", name, unit, value, dimensions);

        Put("RequestCount", "Count", Statistics.Of(requests.Select(_ => 1.0)));
        Put("TargetResponseTime", "Seconds", Statistics.Of(requests.Select(request => request.Milliseconds / 1000), 0.5, 0.99));
        Put("HTTPCode_Target_5XX_Count", "Count", Statistics.Of(requests.Where(request => request.Failed).Select(_ => 1.0)));
    }

    private IEnumerable<double> Samples(string name, long minute, int count, Func<Random, double> value)
    {
        var random = Chance.Of(seed, name, minute);
        return [.. Enumerable.Range(0, count).Select(_ => value(random))];
    }

    // Whoever waits for an origin in trouble tries again.
    private double LoadAt(long minute) => SiteLoad.At(minute) * (service.Trouble.Touches(minute) ? 2.6 : 1);
}
