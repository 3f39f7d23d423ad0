using System.Globalization;

namespace Cistern.Formats.Text;

/// <summary>Numbers and times as logs write them: digits, one point, nothing else.</summary>
internal static class Numbers
{
    private const int DigitsMax = 18;        // The most that fit a long whatever they are.
    private const int ExactDigitsMax = 15;   // Below 2^53, so that one division rounds correctly.
    private const long SecondsMax = 253_402_300_799; // The last second of the year 9999.
    private const int MicrosecondDigits = 6;

    private static ReadOnlySpan<double> PowersOfTen => [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    public static bool TryReadInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > DigitsMax)
        {
            return false;
        }

        foreach (var character in text)
        {
            var digit = (uint)(character - '0');
            if (digit > 9)
            {
                return false;
            }

            value = (value * 10) + digit;
        }

        return true;
    }

    public static bool TryReadDecimal(ReadOnlySpan<byte> text, out double value)
    {
        var point = text.IndexOf((byte)'.');
        if (point < 0)
        {
            var isInteger = TryReadInteger(text, out var integer);
            value = integer;
            return isInteger;
        }

        var fraction = text[(point + 1)..];
        if (text.Length - 1 > ExactDigitsMax)
        {
            return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
        }

        value = 0;
        if (!TryReadInteger(text[..point], out var whole) || !TryReadInteger(fraction, out var parts))
        {
            return false;
        }

        var scale = PowersOfTen[fraction.Length];
        value = ((whole * scale) + parts) / scale;
        return true;
    }

    /// <summary>Seconds since 1970 with up to six decimals, as whole milliseconds.</summary>
    public static bool TryReadEpochSeconds(ReadOnlySpan<byte> text, out long milliseconds)
    {
        milliseconds = 0;
        var point = text.IndexOf((byte)'.');
        var whole = point < 0 ? text : text[..point];
        if (!TryReadInteger(whole, out var seconds) || seconds > SecondsMax)
        {
            return false;
        }

        milliseconds = seconds * 1000;
        return point < 0 || TryAddFraction(text[(point + 1)..], ref milliseconds);
    }

    public static bool TryReadEpochMilliseconds(ReadOnlySpan<byte> text, out long milliseconds) =>
        TryReadInteger(text, out milliseconds) && milliseconds / 1000 <= SecondsMax;

    /// <summary><c>2025-10-09</c>, as days since 1970.</summary>
    public static bool TryReadDate(ReadOnlySpan<byte> text, out long days)
    {
        days = 0;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-'
            || !TryReadInteger(text[..4], out var year) || !TryReadInteger(text[5..7], out var month) || !TryReadInteger(text[8..], out var day))
        {
            return false;
        }

        if (year < 1970 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth((int)year, (int)month))
        {
            return false;
        }

        days = new DateOnly((int)year, (int)month, (int)day).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        return true;
    }

    /// <summary><c>08:53:20</c>, as seconds of the day; a leap second counts as the last one.</summary>
    public static bool TryReadTimeOfDay(ReadOnlySpan<byte> text, out long seconds)
    {
        seconds = 0;
        if (text.Length != 8 || text[2] != ':' || text[5] != ':'
            || !TryReadInteger(text[..2], out var hour) || !TryReadInteger(text[3..5], out var minute) || !TryReadInteger(text[6..], out var second))
        {
            return false;
        }

        seconds = (((hour * 60) + minute) * 60) + Math.Min(second, 59);
        return hour < 24 && minute < 60 && second <= 60;
    }

    private static bool TryAddFraction(ReadOnlySpan<byte> fraction, ref long milliseconds)
    {
        if (fraction.Length > MicrosecondDigits || !TryReadInteger(fraction, out var value))
        {
            return false;
        }

        milliseconds += (long)(value * 1000 / PowersOfTen[fraction.Length]);
        return true;
    }
}
