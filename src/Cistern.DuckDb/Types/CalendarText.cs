using System.Globalization;

namespace Cistern.DuckDb;

/// <summary>Dates before the year 1 and after 9999, in the Gregorian calendar extended both ways, as DuckDB writes them.</summary>
internal static class CalendarText
{
    // The calendar repeats after 400 years, so that any date has a twin that .NET knows, a multiple of this earlier or later.
    private const int DaysPerCycle = 146_097;
    private const int YearsPerCycle = 400;
    private const int CycleStart = 10_957; // 2000-01-01

    public static string Date(long days) => Text(days, "");

    /// <summary>A timestamp.</summary>
    /// <param name="ticks">Since 1970-01-01 UTC.</param>
    public static string Timestamp(Int128 ticks)
    {
        var days = (long)FloorDivide(ticks, TimeSpan.TicksPerDay);
        var time = new TimeOnly((long)(ticks - ((Int128)days * TimeSpan.TicksPerDay)));
        return Text(days, time.ToString(" HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture));
    }

    private static string Text(long days, string time)
    {
        var cycles = (long)FloorDivide(days - CycleStart, DaysPerCycle);
        var twin = new DateOnly(1970, 1, 1).AddDays((int)(days - (cycles * DaysPerCycle)));
        var year = twin.Year + (cycles * YearsPerCycle);
        var (shown, suffix) = year > 0 ? (year, "") : (1 - year, " (BC)");
        return string.Create(CultureInfo.InvariantCulture, $"{shown:0000}-{twin.Month:00}-{twin.Day:00}{suffix}{time}");
    }

    private static Int128 FloorDivide(Int128 value, long divisor)
    {
        var (quotient, rest) = Int128.DivRem(value, divisor);
        return rest < 0 ? quotient - 1 : quotient;
    }
}
