namespace Cistern.Delivery.Kinesis;

/// <summary>Pauses after failures: 1, 2, 4, … up to 30 seconds, each off by up to 15 % by chance.</summary>
internal sealed class KinesisBackOff(Random random)
{
    private const double SecondsMax = 30;
    private const double Jitter = 0.15;
    private const int DoublingsMax = 5;

    /// <summary>Since the last success.</summary>
    public int Failures { get; private set; }

    public void Reset() => Failures = 0;

    public TimeSpan Next()
    {
        var seconds = Math.Min(SecondsMax, Math.Pow(2, Math.Min(Failures++, DoublingsMax)));
        return TimeSpan.FromSeconds(seconds * (1 - Jitter + (2 * Jitter * random.NextDouble())));
    }
}
