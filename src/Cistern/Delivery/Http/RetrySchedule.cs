namespace Cistern.Delivery.Http;

/// <summary>When a failed delivery is tried again, by Firehose's rules.</summary>
/// <remarks>
/// The window opens at the first failure, not at the first send. Pauses are 1, 2, 4, … 64, 120, 120 seconds, each off by up to 15 %
/// by chance. The last pause is cut so that one attempt is made as the window closes. Safe to share between deliveries.
/// </remarks>
internal sealed class RetrySchedule(TimeSpan window, Random random)
{
    private const double FirstPauseSeconds = 1;
    private const double PauseSecondsMax = 120;
    private const double Jitter = 0.15;

    private readonly Lock _gate = new();

    /// <summary>The pause before the next attempt, or null if the window has closed.</summary>
    /// <param name="attemptsMade">Attempts so far, at least one.</param>
    /// <param name="sinceFirstFailure">How long the window has been open.</param>
    public TimeSpan? NextPause(int attemptsMade, TimeSpan sinceFirstFailure)
    {
        var left = window - sinceFirstFailure;
        if (left <= TimeSpan.Zero)
        {
            return null;
        }

        TimeSpan pause;
        lock (_gate)
        {
            pause = Pause(attemptsMade, random);
        }

        return pause < left ? pause : left;
    }

    /// <summary>The pause after a number of failures in a row, at least one, without regard to a window.</summary>
    public static TimeSpan Pause(int failures, Random random) =>
        TimeSpan.FromSeconds(PauseSeconds(failures) * (1 - Jitter + (2 * Jitter * random.NextDouble())));

    // Past 2^7 the cap rules; the exponent is bounded so that it cannot overflow.
    private static double PauseSeconds(int attemptsMade) =>
        Math.Min(PauseSecondsMax, FirstPauseSeconds * Math.Pow(2, Math.Min(attemptsMade - 1, 16)));
}
