using Cistern.Store;

namespace Cistern.Query.Model;

/// <summary>Reads <c>from</c>, <c>to</c> and <c>tz</c>, which all addresses share.</summary>
internal static class PeriodReader
{
    private const string FromDefault = "-24h";

    // Longer than there are logs; bounds the search for a zone's changes.
    private const int YearsMax = 100;

    public static QueryProblem? Read(string? from, string? to, string? tz, DateTimeOffset now, out Period period)
    {
        var range = new TimeRange(now, now);
        period = new(range, TimeZoneInfo.Utc, tz ?? "UTC");
        if (!Zones.TryFind(period.ZoneName, out var zone))
        {
            return new(QueryFault.NameUnknown, $"cannot use time zone '{tz}': it is not a name of the IANA database that this machine has; use UTC or a name such as Europe/Berlin");
        }

        if (!Moments.TryParse(from ?? FromDefault, now, out var start))
        {
            return new(QueryFault.RangeInvalid, $"cannot read from '{from}': {Moments.Forms}");
        }

        if (!Moments.TryParse(to ?? "now", now, out var end))
        {
            return new(QueryFault.RangeInvalid, $"cannot read to '{to}': {Moments.Forms}");
        }

        period = new(new(start, end), zone, period.ZoneName);
        return Check(period);
    }

    private static QueryProblem? Check(Period period)
    {
        if (period.From >= period.To)
        {
            return new(QueryFault.RangeInvalid, $"cannot use the range {period.From:O} to {period.To:O}: it ends before it begins; 'from' must be before 'to'");
        }

        return period.Length.TotalDays > YearsMax * 366
            ? new(QueryFault.RangeInvalid, $"cannot use the range {period.From:O} to {period.To:O}: the limit is {YearsMax} years; ask for less")
            : null;
    }
}
