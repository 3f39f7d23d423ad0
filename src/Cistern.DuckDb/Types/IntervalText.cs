using System.Globalization;
using System.Text;
using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>INTERVAL as DuckDB writes it: <c>1 year 2 months 3 days 04:05:06.5</c>.</summary>
internal static class IntervalText
{
    private const long MicrosecondsPerSecond = 1_000_000;

    public static string Of(in NativeInterval interval)
    {
        var text = new StringBuilder();
        Append(text, interval.Months / 12, "year");
        Append(text, interval.Months % 12, "month");
        Append(text, interval.Days, "day");
        if (interval.Microseconds != 0 || text.Length == 0)
        {
            AppendTime(text, interval.Microseconds);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, int count, string unit)
    {
        if (count != 0)
        {
            Separate(text).Append(CultureInfo.InvariantCulture, $"{count} {unit}{(count is 1 or -1 ? "" : "s")}");
        }
    }

    private static void AppendTime(StringBuilder text, long microseconds)
    {
        var magnitude = (ulong)Int128.Abs(microseconds);
        var (seconds, fraction) = Math.DivRem(magnitude, (ulong)MicrosecondsPerSecond);
        Separate(text).Append(microseconds < 0 ? "-" : "")
            .Append(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");
        if (fraction != 0)
        {
            text.Append('.').Append(fraction.ToString("000000", CultureInfo.InvariantCulture).TrimEnd('0'));
        }
    }

    private static StringBuilder Separate(StringBuilder text) => text.Length == 0 ? text : text.Append(' ');
}
