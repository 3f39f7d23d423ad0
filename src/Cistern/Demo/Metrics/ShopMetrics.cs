using Cistern.Demo.Origin;

namespace Cistern.Demo.Metrics;

/// <summary>The shop's own namespace: the orders that its function logs.</summary>
internal sealed class ShopMetrics(int seed, double scale, OriginTrouble trouble) : IMetricSource
{
    private const string Namespace = "Shop";

    private static readonly (string, string) _environment = ("Environment", "production");

    public void Add(MetricPeriod period, MetricPoints points)
    {
        var runs = period.Starts().SelectMany(minute => LambdaFunction.Orders.In(seed, scale, trouble, minute)).ToList();
        double[] carts = [.. runs.Where(run => run.Outcome == InvocationOutcome.Done).Select(run => run.Amount)];
        points.Add(period, DemoAccounts.Main, Namespace, "Orders", "Count", Statistics.Of(runs.Select(run => run.Outcome == InvocationOutcome.Done ? 1.0 : 0)), _environment);
        points.Add(period, DemoAccounts.Main, Namespace, "CartValue", "None", Statistics.Of(carts, 0.5, 0.9)?.WithTrimmedMean(carts), _environment);
    }
}
