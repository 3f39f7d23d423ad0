using Cistern.Delivery.Http;

namespace Cistern.Commands.Sending;

/// <summary>Counts what a sender did. Safe to share between the tasks that send.</summary>
internal sealed class SendStatistics(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _started = time.GetTimestamp();
    private readonly List<double> _seconds = [];

    public long Deliveries { get; private set; }

    public long Records { get; private set; }

    public long RecordBytes { get; private set; }

    public long WireBytes { get; private set; }

    public long Retries { get; private set; }

    /// <summary>Deliveries that were given up.</summary>
    public long GivenUp { get; private set; }

    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    public void Add(OutgoingDelivery delivery, DeliveryOutcome outcome)
    {
        lock (_gate)
        {
            Retries += outcome.Attempts - 1;
            if (!outcome.Delivered)
            {
                GivenUp++;
                return;
            }

            Deliveries++;
            Records += delivery.Records;
            RecordBytes += delivery.RecordBytes;
            WireBytes += delivery.Body.Length;
            _seconds.Add(outcome.Elapsed.TotalSeconds);
        }
    }

    public string Line() =>
        $"{Units.Count(Deliveries)} deliveries, {Units.Count(Records)} records, {Units.Bytes(RecordBytes)}, {Units.Count(Math.Round(PerSecond))} records/s"
        + (Retries > 0 ? $", {Retries} retries" : "") + (GivenUp > 0 ? $", {GivenUp} given up" : "");

    /// <summary>The summary: one figure a line, a name first, so that a script finds it with <c>grep</c>.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine($"deliveries   {Units.Count(Deliveries)}");
        output.WriteLine($"records      {Units.Count(Records)}");
        output.WriteLine($"bytes        {Units.Bytes(RecordBytes)} ({Units.Bytes(WireBytes)} on the wire)");
        output.WriteLine($"retries      {Units.Count(Retries)}");
        output.WriteLine($"answer time  p50 {Units.Seconds(Quantile(0.5))}, p95 {Units.Seconds(Quantile(0.95))}");
        output.WriteLine($"took         {Units.Seconds(Elapsed.TotalSeconds)}, {Units.Count(Math.Round(PerSecond))} records/s");
        output.WriteLine($"given up     {Units.Count(GivenUp)}");
    }

    private double PerSecond => Records / Math.Max(Elapsed.TotalSeconds, 0.001);

    /// <summary>A quantile of the seconds that delivered batches took, retries included; the nearest one from below.</summary>
    public double Quantile(double share)
    {
        lock (_gate)
        {
            _seconds.Sort();
            return _seconds.Count == 0 ? 0 : _seconds[Math.Min((int)(share * _seconds.Count), _seconds.Count - 1)];
        }
    }
}
