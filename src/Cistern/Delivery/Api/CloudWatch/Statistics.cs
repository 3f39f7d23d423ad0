using Cistern.Delivery.Metrics;

namespace Cistern.Delivery.Api.CloudWatch;

/// <summary>What is computed of a point.</summary>
internal static class Statistics
{
    public static IReadOnlyList<string> All { get; } = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];

    /// <summary>The value, or null if it is none of <see cref="All"/>.</summary>
    public static double? Of(MetricPoint point, string statistic) => statistic switch
    {
        "SampleCount" => point.Count,
        "Average" => point.Sum / point.Count,
        "Sum" => point.Sum,
        "Minimum" => point.Min,
        "Maximum" => point.Max,
        _ => null,
    };

    /// <exception cref="ApiException">It is another statistic.</exception>
    public static void Check(string statistic)
    {
        if (!All.Contains(statistic))
        {
            throw CloudWatchErrors.InvalidValue(
                $"The value {statistic} for a statistic is not supported: percentiles and trimmed statistics need every sample, and only {string.Join(", ", All)} of a minute are kept.");
        }
    }

    /// <exception cref="ApiException">It is no period of this service.</exception>
    public static void CheckPeriod(long period)
    {
        if (period % 60 != 0)
        {
            throw CloudWatchErrors.InvalidValue($"The value {period} for parameter Period is invalid: points are of one minute, so that it must be a multiple of 60.");
        }
    }
}
