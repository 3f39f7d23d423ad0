using System.Globalization;
using System.Text;
using Cistern.Ingest;

namespace Cistern.Operations;

/// <summary>A number that only grows.</summary>
internal sealed class Counter
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Add(long amount) => Interlocked.Add(ref _value, amount);
}

/// <summary>How often a duration fell under each of a few bounds.</summary>
internal sealed class DurationHistogram
{
    // From a small delivery on a fast disk to Firehose's own limit of 180 s.
    private static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180];

    private readonly long[] _counts = new long[Bounds.Length + 1];
    private long _ticks;

    public void Record(TimeSpan duration)
    {
        var place = Array.FindIndex(Bounds, bound => duration.TotalSeconds <= bound);
        Interlocked.Increment(ref _counts[place < 0 ? Bounds.Length : place]);
        Interlocked.Add(ref _ticks, duration.Ticks);
    }

    /// <summary>The seconds within which a share of the durations lay, between two bounds in proportion; null if there was none.</summary>
    public double? Quantile(double share)
    {
        var counts = new long[_counts.Length];
        for (var place = 0; place < counts.Length; place++)
        {
            counts[place] = Interlocked.Read(ref _counts[place]);
        }

        var rank = share * counts.Sum();
        for (var place = 0; place < Bounds.Length; place++)
        {
            if (counts[place] > 0 && counts[place] >= rank)
            {
                var under = place == 0 ? 0 : Bounds[place - 1];
                return under + ((Bounds[place] - under) * rank / counts[place]);
            }

            rank -= counts[place];
        }

        // Beyond the last bound nothing more is known.
        return counts[^1] > 0 ? Bounds[^1] : null;
    }

    public void Write(PrometheusText text, string name, string help)
    {
        text.Head(name, "histogram", help);
        long under = 0;
        for (var place = 0; place < Bounds.Length; place++)
        {
            under += Interlocked.Read(ref _counts[place]);
            text.Line($"{name}_bucket", $"le=\"{Bounds[place].ToString(CultureInfo.InvariantCulture)}\"", under);
        }

        under += Interlocked.Read(ref _counts[^1]);
        text.Line($"{name}_bucket", "le=\"+Inf\"", under);
        text.Line($"{name}_sum", "", TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds);
        text.Line($"{name}_count", "", under);
    }
}

/// <summary>The instruments of a server: it counts, and <see cref="MetricsPage"/> shows them.</summary>
internal sealed class ServerMetrics
{
    private readonly Counter[] _refused = [.. Enumerable.Range(0, IngestFaults.All.Count + 1).Select(_ => new Counter())];

    public Counter Stored { get; } = new();

    public Counter Repeated { get; } = new();

    public Counter Rows { get; } = new();

    public Counter Rejected { get; } = new();

    public Counter RepeatedRows { get; } = new();

    public Counter BodyBytes { get; } = new();

    public Counter InflatedBytes { get; } = new();

    public Counter ClientsGone { get; } = new();

    /// <summary>From a delivery's arrival to its answer, for those that were stored or repeated.</summary>
    public DurationHistogram Durations { get; } = new();

    // The numbers of the faults are consecutive from 1; a test holds that.
    public Counter Refused(IngestFault fault) => _refused[(int)fault];
}

/// <summary>Writes the text format of Prometheus, version 0.0.4.</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();

    public void Head(string name, string type, string help) =>
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <param name="labels">As in <c>fault="queue_full"</c>; empty for none. Values come from closed lists and need no escapes.</param>
    public void Line(string name, string labels, double value) =>
        _text.Append(name).Append(labels.Length > 0 ? "{" + labels + "}" : "").Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');

    public void Single(string name, string type, string help, double value)
    {
        Head(name, type, help);
        Line(name, "", value);
    }

    public override string ToString() => _text.ToString();
}
