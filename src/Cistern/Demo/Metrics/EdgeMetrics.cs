using Cistern.Demo.Origin;

namespace Cistern.Demo.Metrics;

/// <summary>AWS/CloudFront: what the demo's real-time log says of the same minutes, added up.</summary>
internal sealed class EdgeMetrics(TrafficTally tally) : IMetricSource
{
    private const string Namespace = "AWS/CloudFront";

    private static readonly (string, string)[] _dimensions = [("DistributionId", DemoSite.DistributionId), ("Region", "Global")];

    public void Add(MetricPeriod period, MetricPoints points)
    {
        var minutes = period.Starts().Select(tally.In).Where(minute => minute.Requests > 0).ToArray();
        void Put(string name, string unit, Func<EdgeMinute, double> value) =>
            points.Add(period, DemoAccounts.Main, Namespace, name, unit, Statistics.Of(minutes.Select(value)), _dimensions);

        Put("Requests", "None", minute => minute.Requests);
        Put("BytesDownloaded", "None", minute => minute.Bytes);
        Put("4xxErrorRate", "Percent", minute => 100.0 * minute.ClientErrors / minute.Requests);
        Put("5xxErrorRate", "Percent", minute => 100.0 * minute.ServerErrors / minute.Requests);
        Put("TotalErrorRate", "Percent", minute => 100.0 * (minute.ClientErrors + minute.ServerErrors) / minute.Requests);
    }
}
