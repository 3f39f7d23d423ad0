using System.Globalization;

namespace Cistern.DuckDb;

/// <summary>Dates and times. Where DuckDB's range goes beyond .NET's, the value is text as DuckDB writes it.</summary>
internal static class TimeValues
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;
    private const long NanosecondsPerTick = 100;

    public static bool Handles(DuckDbTypeId id) => id is DuckDbTypeId.Date or DuckDbTypeId.Time or DuckDbTypeId.TimeNs or DuckDbTypeId.TimeTz
        or DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampTz or DuckDbTypeId.TimestampS or DuckDbTypeId.TimestampMs or DuckDbTypeId.TimestampNs;

    public static object Box(in VectorReader vector, int row) => vector.Type.Id switch
    {
        DuckDbTypeId.Date => BoxDate(vector.Get<int>(row)),
        DuckDbTypeId.Time => BoxTime(vector.Get<long>(row) * TicksPerMicrosecond),
        DuckDbTypeId.TimeNs => BoxTime(vector.Get<long>(row) / NanosecondsPerTick),
        DuckDbTypeId.TimeTz => TimeTzText(vector.Get<ulong>(row)),
        DuckDbTypeId.TimestampS => BoxTimestamp(vector.Get<long>(row), TimeSpan.TicksPerSecond),
        DuckDbTypeId.TimestampMs => BoxTimestamp(vector.Get<long>(row), TimeSpan.TicksPerMillisecond),
        DuckDbTypeId.TimestampNs => BoxNanoseconds(vector.Get<long>(row)),
        _ => BoxTimestamp(vector.Get<long>(row), TicksPerMicrosecond),
    };

    private static object BoxDate(int days)
    {
        const int epochDay = 719_162; // DateOnly.DayNumber of 1970-01-01
        return days switch
        {
            int.MaxValue => "infinity",
            -int.MaxValue => "-infinity",
            _ when (long)days + epochDay is >= 0 and var number && number <= DateOnly.MaxValue.DayNumber => DateOnly.FromDayNumber((int)number),
            _ => CalendarText.Date(days),
        };
    }

    private static object BoxTime(long ticks) => ticks < TimeSpan.TicksPerDay ? new TimeOnly(ticks) : "24:00:00";

    // 40 bits of microseconds; 24 bits that count down from the largest offset, so that later ones sort first.
    private static string TimeTzText(ulong bits)
    {
        const int offsetMax = (16 * 60 * 60) - 1;
        var time = BoxTime((long)(bits >> 24) * TicksPerMicrosecond);
        var offset = offsetMax - (int)(bits & 0xFF_FFFF);
        var text = time is TimeOnly clock ? clock.ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture) : (string)time;
        return text + OffsetText(offset);
    }

    private static string OffsetText(int seconds)
    {
        var (hours, rest) = Math.DivRem(Math.Abs(seconds), 3600);
        var text = $"{(seconds < 0 ? '-' : '+')}{hours:00}";
        return rest == 0 ? text : rest % 60 == 0 ? $"{text}:{rest / 60:00}" : $"{text}:{rest / 60:00}:{rest % 60:00}";
    }

    // Rounds down, before 1970 too, so that a moment never moves to a later second.
    private static object BoxNanoseconds(long value)
    {
        var isInfinite = value is long.MaxValue or -long.MaxValue;
        var (ticks, rest) = Math.DivRem(value, NanosecondsPerTick);
        return BoxTimestamp(isInfinite ? value : rest < 0 ? ticks - 1 : ticks, ticksPerUnit: 1);
    }

    private static object BoxTimestamp(long value, long ticksPerUnit)
    {
        if (value is long.MaxValue or -long.MaxValue)
        {
            return value > 0 ? "infinity" : "-infinity";
        }

        var ticks = ((Int128)value * ticksPerUnit) + DateTime.UnixEpoch.Ticks;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTimeOffset((long)ticks, TimeSpan.Zero)
            : CalendarText.Timestamp(ticks - DateTime.UnixEpoch.Ticks);
    }
}
