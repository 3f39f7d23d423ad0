namespace Cistern.Store.Embedded;

/// <summary>Moments as the store keeps them: microseconds since 1970-01-01 UTC.</summary>
internal static class Micros
{
    public const long PerDay = 86_400_000_000;

    public static long Of(DateTimeOffset moment) => (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToMoment(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>The number of the UTC day, also before 1970.</summary>
    public static long DayOf(long micros) => (long)Math.Floor(micros / (double)PerDay);
}
