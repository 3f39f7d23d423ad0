using System.Globalization;

namespace Cistern.Query.Model;

/// <summary>Reads moments as questions write them: <c>now</c>, <c>-24h</c>, <c>now-7d</c>, ISO 8601, milliseconds since 1970.</summary>
internal static class Moments
{
    public const string Forms = "use now, -24h, now-7d, 2026-11-21, 2026-11-21T10:00:00Z, or milliseconds since 1970";

    private static readonly string[] IsoForms =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd' 'HH:mm", "yyyy-MM-dd' 'HH:mm:ss", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFF",
    ];

    // Before 1970 there are no logs; beyond this, adding the length of a range could overflow.
    private static readonly DateTimeOffset Latest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static long Microseconds(DateTimeOffset moment) => (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset moment) =>
        (TryRelative(text, now, out moment) || TryIso(text, out moment) || TryMilliseconds(text, out moment))
        && moment >= DateTimeOffset.UnixEpoch && moment <= Latest;

    private static bool TryRelative(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        moment = now;
        var rest = text.AsSpan().Trim();
        var named = rest.StartsWith("now", StringComparison.Ordinal);
        rest = named ? rest[3..] : rest;
        if (rest.IsEmpty)
        {
            return named;
        }

        if (rest[0] is not ('-' or '+') || !TryLength(rest[1..], out var length) || length.Ticks > now.Ticks / 2)
        {
            return false;
        }

        moment = rest[0] == '-' ? now - length : now + length;
        return true;
    }

    /// <summary>A length such as <c>90s</c>, <c>15m</c>, <c>24h</c>, <c>7d</c>, <c>2w</c>.</summary>
    public static bool TryLength(ReadOnlySpan<char> text, out TimeSpan length)
    {
        length = default;
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        long seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 };
        length = new TimeSpan(Math.Min(seconds * count, int.MaxValue * 100L) * TimeSpan.TicksPerSecond);
        return seconds > 0;
    }

    private static bool TryIso(string text, out DateTimeOffset moment) => DateTimeOffset.TryParseExact(
        text, IsoForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);

    private static bool TryMilliseconds(string text, out DateTimeOffset moment)
    {
        moment = default;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) || milliseconds > Latest.ToUnixTimeMilliseconds())
        {
            return false;
        }

        moment = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }
}
