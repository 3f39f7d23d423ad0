namespace Cistern.Query.Model;

/// <summary>From when on a time zone has an offset.</summary>
internal readonly record struct ZonePiece(DateTimeOffset From, TimeSpan Offset);

/// <summary>Time zones by IANA name, taken apart so that no engine needs time zone data of its own.</summary>
internal static class Zones
{
    // No zone changes its offset and back within six hours.
    private static readonly TimeSpan Step = TimeSpan.FromHours(6);

    public static bool TryFind(string name, out TimeZoneInfo zone)
    {
        zone = TimeZoneInfo.Utc;
        return name is "UTC" || (IsName(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone!));
    }

    // The system looks a name up as a file, so nothing but the characters of IANA names may reach it.
    private static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+');

    /// <summary>The offsets of a range, the first from its start on.</summary>
    public static IReadOnlyList<ZonePiece> Pieces(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        var pieces = new List<ZonePiece> { new(from, zone.GetUtcOffset(from)) };
        if (!zone.SupportsDaylightSavingTime && zone.GetAdjustmentRules().Length == 0)
        {
            return pieces;
        }

        for (var at = from; at < to; at += Step)
        {
            if (zone.GetUtcOffset(at + Step) != pieces[^1].Offset)
            {
                pieces.Add(new(Change(zone, at, at + Step), zone.GetUtcOffset(at + Step)));
            }
        }

        return pieces;
    }

    /// <summary>The moment at which a wall clock first shows a time; for one that it skips, the moment of the skip.</summary>
    public static DateTimeOffset ToUtc(TimeZoneInfo zone, DateTime local)
    {
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local.Ticks - offset.Ticks, TimeSpan.Zero);
    }

    private static DateTimeOffset Change(TimeZoneInfo zone, DateTimeOffset before, DateTimeOffset after)
    {
        var offset = zone.GetUtcOffset(before);
        while (after - before > TimeSpan.FromSeconds(1))
        {
            var middle = before + ((after - before) / 2);
            (before, after) = zone.GetUtcOffset(middle) == offset ? (middle, after) : (before, middle);
        }

        // Changes happen at whole seconds.
        return new DateTimeOffset(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }
}
