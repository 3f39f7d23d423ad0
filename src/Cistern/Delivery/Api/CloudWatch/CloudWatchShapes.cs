using Cistern.Delivery.Api.Shapes;
using static Cistern.Delivery.Api.Shapes.Shape;

namespace Cistern.Delivery.Api.CloudWatch;

/// <summary>The inputs of the operations that read metrics (CloudWatch, 2010-08-01).</summary>
internal static class CloudWatchShapes
{
    /// <summary>All that statistics may be; those of a metric's points are computed from them.</summary>
    private static readonly Shape Statistic = OneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum");

    private static readonly Shape Unit = OneOf(
        "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count",
        "Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second",
        "Count/Second", "None");

    private static readonly Structure Dimension = Of(Need("Name", Text(1, 255)), Need("Value", Text(1, 1024)));

    private static readonly Structure DimensionFilter = Of(Need("Name", Text(1, 255)), May("Value", Text(1, 1024)));

    private static readonly Structure Metric = Of(
        May("Namespace", Text(1, 255, "[^:].*")),
        May("MetricName", Text(1, 255)),
        May("Dimensions", Shape.List(Dimension, 0, 30)));

    private static readonly Structure MetricStat = Of(
        Need("Metric", Metric),
        Need("Period", Whole(1)),
        Need("Stat", Text(1, 100)),
        May("Unit", Unit));

    private static readonly Structure MetricDataQuery = Of(
        Need("Id", Text(1, 255)),
        May("MetricStat", MetricStat),
        May("Expression", Text(1, 2048)),
        May("Label", Text(0, 1024)),
        May("ReturnData", Flag),
        May("Period", Whole(1)));

    public static readonly Structure ListMetricsInput = Of(
        May("Namespace", Text(1, 255, "[^:].*")),
        May("MetricName", Text(1, 255)),
        May("Dimensions", Shape.List(DimensionFilter, 0, 30)),
        May("NextToken", Text(0, 1024)),
        May("RecentlyActive", OneOf("PT3H")));

    public static readonly Structure GetMetricStatisticsInput = Of(
        Need("Namespace", Text(1, 255, "[^:].*")),
        Need("MetricName", Text(1, 255)),
        May("Dimensions", Shape.List(Dimension, 0, 30)),
        Need("StartTime", Time),
        Need("EndTime", Time),
        Need("Period", Whole(1)),
        May("Statistics", Shape.List(Statistic, 1, 5)),
        May("ExtendedStatistics", Shape.List(Text(1, 100), 1, 10)),
        May("Unit", Unit));

    public static readonly Structure GetMetricDataInput = Of(
        Need("MetricDataQueries", Shape.List(MetricDataQuery, 1, 500)),
        Need("StartTime", Time),
        Need("EndTime", Time),
        May("NextToken", Text(0, 1024)),
        May("ScanBy", OneOf("TimestampDescending", "TimestampAscending")),
        May("MaxDatapoints", Whole(1)));
}
