namespace Cistern.Demo.Metrics;

/// <summary>Something that is measured.</summary>
internal interface IMetricSource
{
    void Add(MetricPeriod period, MetricPoints points);
}

/// <summary>Gathers the points of a period.</summary>
internal sealed class MetricPoints
{
    private readonly List<MetricPoint> _points = [];

    public IReadOnlyList<MetricPoint> All => _points;

    public void Clear() => _points.Clear();

    /// <param name="value">Null if there were no samples; then there is no point.</param>
    public void Add(MetricPeriod period, string account, string space, string name, string unit, Statistics? value, params (string Name, string Value)[] dimensions)
    {
        if (value is not null)
        {
            _points.Add(new MetricPoint(account, space, name, dimensions, unit, period, value));
        }
    }
}
