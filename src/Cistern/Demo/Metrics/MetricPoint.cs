namespace Cistern.Demo.Metrics;

/// <summary>One metric in one period.</summary>
/// <param name="Dimensions">In the order in which they are sent.</param>
internal sealed record MetricPoint(string Account, string Namespace, string Name, (string Name, string Value)[] Dimensions, string Unit, MetricPeriod Period, Statistics Value);

/// <summary>A period that is measured: a minute, or several of a past that is kept more coarsely.</summary>
/// <param name="Start">In milliseconds since 1970.</param>
internal readonly record struct MetricPeriod(long Start, int Minutes)
{
    private const long Minute = 60_000;

    public long End => Start + (Minutes * Minute);

    /// <summary>The starts of its minutes.</summary>
    public IEnumerable<long> Starts()
    {
        for (var minute = Start; minute < End; minute += Minute)
        {
            yield return minute;
        }
    }
}

/// <summary>What CloudWatch keeps of the samples of a period.</summary>
/// <param name="More">Additional statistics by name, in the order in which they are sent.</param>
internal sealed record Statistics(double Min, double Max, double Sum, double Count, (string Name, double Value)[] More)
{
    /// <summary>The statistics of samples, or null if there are none: CloudWatch sends no point then.</summary>
    /// <param name="percentiles">Which ones are sent besides, as shares.</param>
    public static Statistics? Of(IEnumerable<double> samples, params double[] percentiles)
    {
        var sorted = samples.Select(sample => Math.Round(sample, 4)).Order().ToArray();
        return sorted.Length == 0 ? null
            : new Statistics(sorted[0], sorted[^1], Math.Round(sorted.Sum(), 4), sorted.Length, [.. percentiles.Select(share => (NameOf(share), At(sorted, share)))]);
    }

    /// <summary>With a mean that leaves out the smallest and largest tenth, as JSON streams can bring it.</summary>
    public Statistics WithTrimmedMean(IEnumerable<double> samples)
    {
        var sorted = samples.Order().ToArray();
        var left = sorted.Length / 10;
        return this with { More = [.. More, ("TM(10%:90%)", Math.Round(sorted[left..(sorted.Length - left)].Average(), 4))] };
    }

    private static string NameOf(double share) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"p{(decimal)share * 100:0.##}");

    private static double At(double[] sorted, double share) => sorted[Math.Min((int)(share * sorted.Length), sorted.Length - 1)];
}
