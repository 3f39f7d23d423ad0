using System.Globalization;
using System.Text;

namespace Cistern.Delivery.Backup;

/// <summary>A date pattern of Java's <c>DateTimeFormatter</c>, which is what <c>!{timestamp:…}</c> holds.</summary>
/// <remarks>
/// Runs of one letter are fields, text in single quotes and everything that is no letter stands for itself, two quotes are one. Texts are
/// English, weeks are those of the United States (they begin on Sunday, and the first one holds 1 January). Letters that need more of
/// Java than that (names of time zones, optional sections, padding) are refused.
/// </remarks>
internal sealed class DatePattern
{
    private const string Reserved = "[]{}#";

    private readonly List<Part> _parts = [];

    private DatePattern()
    {
    }

    /// <summary>Reads a pattern; if it cannot be used, says why.</summary>
    public static DatePattern? Parse(string pattern, out string problem)
    {
        var read = new DatePattern();
        problem = "";
        for (var index = 0; index < pattern.Length && problem.Length == 0;)
        {
            var letter = pattern[index];
            var end = index + 1;
            if (char.IsAsciiLetter(letter))
            {
                end = pattern.AsSpan(index).IndexOfAnyExcept(letter) is var run and > 0 ? index + run : pattern.Length;
                problem = DateFields.FindProblem(letter, end - index) ?? "";
                read._parts.Add(new Part(letter, end - index, ""));
            }
            else if (letter == '\'')
            {
                problem = read.AddQuoted(pattern, ref end) ?? "";
            }
            else if (Reserved.Contains(letter, StringComparison.Ordinal))
            {
                problem = $"'{letter}' is not supported; put it in single quotes to mean itself";
            }
            else
            {
                read.AddLiteral(letter.ToString());
            }

            index = end;
        }

        problem = pattern.Length == 0 ? "it is empty" : problem;
        return problem.Length == 0 ? read : null;
    }

    /// <param name="moment">The moment, with the offset of the zone.</param>
    public void AppendTo(StringBuilder text, DateTimeOffset moment, TimeZoneInfo zone)
    {
        foreach (var (letter, count, literal) in _parts)
        {
            text.Append(count == 0 ? literal : DateFields.Format(letter, count, moment, zone));
        }
    }

    private void AddLiteral(string literal) => _parts.Add(new Part('\'', 0, literal));

    // Behind the opening quote; ends behind the closing one.
    private string? AddQuoted(string pattern, ref int index)
    {
        var text = new StringBuilder();
        for (var start = index; index < pattern.Length; index++)
        {
            if (pattern[index] != '\'')
            {
                text.Append(pattern[index]);
                continue;
            }

            var doubled = index + 1 < pattern.Length && pattern[index + 1] == '\'';
            if (index > start && doubled)
            {
                text.Append('\'');
                index++;
                continue;
            }

            AddLiteral(index == start ? "'" : text.ToString());
            index++;
            return null;
        }

        return "a single quote has no end";
    }

    /// <param name="Count">How many letters; 0 if it is a literal.</param>
    private readonly record struct Part(char Letter, int Count, string Literal);
}

/// <summary>The letters of date patterns.</summary>
internal static class DateFields
{
    private static readonly CultureInfo _english = CultureInfo.InvariantCulture;

    /// <summary>Why this many of the letter are no field, or null.</summary>
    public static string? FindProblem(char letter, int count)
    {
        var most = letter switch
        {
            'y' or 'u' or 'Y' or 'A' or 'n' or 'N' => 19,
            'S' => 9,
            'M' or 'L' or 'Q' or 'q' or 'E' or 'e' or 'c' or 'G' or 'X' or 'x' or 'Z' => 5,
            'O' => 4,
            'D' => 3,
            'd' or 'H' or 'h' or 'K' or 'k' or 'm' or 's' or 'w' or 'V' => 2,
            'W' or 'a' => 1,
            _ => 0,
        };
        var wrong = count > most || (letter == 'V' && count != 2) || (letter == 'c' && count == 2) || (letter == 'O' && count is 2 or 3);
        return most == 0 ? $"the letter '{letter}' is not supported; put text in single quotes"
            : wrong ? $"'{new string(letter, Math.Min(count, 40))}' is no field of a date"
            : null;
    }

    public static string Format(char letter, int count, DateTimeOffset moment, TimeZoneInfo zone) => letter switch
    {
        'y' or 'u' => Year(moment.Year, count),
        'Y' => Year(WeekOf(moment).Year, count),
        'M' or 'L' => Text(count, moment.Month, "MMM", "MMMM", moment),
        'd' => Padded(moment.Day, count),
        'D' => Padded(moment.DayOfYear, count),
        'Q' or 'q' => Quarter(((moment.Month - 1) / 3) + 1, count),
        'w' => Padded(WeekOf(moment).Week, count),
        'W' => Padded(((moment.Day - 1 + (int)moment.AddDays(1 - moment.Day).DayOfWeek) / 7) + 1, count),
        'E' => Text(Math.Max(count, 3), 0, "ddd", "dddd", moment),
        'e' or 'c' => Text(count, (int)moment.DayOfWeek + 1, "ddd", "dddd", moment),
        'a' => moment.Hour < 12 ? "AM" : "PM",
        'H' => Padded(moment.Hour, count),
        'k' => Padded(moment.Hour == 0 ? 24 : moment.Hour, count),
        'K' => Padded(moment.Hour % 12, count),
        'h' => Padded(moment.Hour % 12 == 0 ? 12 : moment.Hour % 12, count),
        'm' => Padded(moment.Minute, count),
        's' => Padded(moment.Second, count),
        'S' => Padded(NanosecondOf(moment), 9)[..count],
        'A' => Padded(moment.TimeOfDay.Ticks / TimeSpan.TicksPerMillisecond, count),
        'n' => Padded(NanosecondOf(moment), count),
        'N' => Padded(moment.TimeOfDay.Ticks * 100, count),
        'G' => count switch { 4 => "Anno Domini", 5 => "A", _ => "AD" },
        'V' => zone.Id,
        _ => Offset(letter, count, moment.Offset),
    };

    private static string Padded(long value, int digits) => value.ToString($"D{digits}", _english);

    private static string Year(int year, int count) => count == 2 ? Padded(year % 100, 2) : Padded(year, count);

    // One or two letters are a number, three a short text, four the whole one, five its first letter.
    private static string Text(int count, int number, string shortForm, string longForm, DateTimeOffset moment) => count switch
    {
        <= 2 => Padded(number, count),
        3 => moment.ToString(shortForm, _english),
        4 => moment.ToString(longForm, _english),
        _ => moment.ToString(longForm, _english)[..1],
    };

    private static string Quarter(int quarter, int count) => count switch
    {
        <= 2 => Padded(quarter, count),
        3 => $"Q{quarter}",
        4 => quarter switch { 1 => "1st quarter", 2 => "2nd quarter", 3 => "3rd quarter", _ => "4th quarter" },
        _ => Padded(quarter, 1),
    };

    private static long NanosecondOf(DateTimeOffset moment) => moment.Ticks % TimeSpan.TicksPerSecond * 100;

    // The days from the last Sunday of the year on belong to the next year's first week, if that year begins before the next Sunday.
    private static (int Year, int Week) WeekOf(DateTimeOffset moment)
    {
        var daysToSaturday = 6 - (int)moment.DayOfWeek;
        var inNextYear = moment.Month == 12 && moment.Day + daysToSaturday > 31;
        return inNextYear
            ? (moment.Year + 1, 1)
            : (moment.Year, _english.Calendar.GetWeekOfYear(moment.DateTime, CalendarWeekRule.FirstDay, DayOfWeek.Sunday));
    }

    private static string Offset(char letter, int count, TimeSpan offset)
    {
        var sign = offset < TimeSpan.Zero ? '-' : '+';
        var (hours, minutes) = (Math.Abs(offset.Hours), Math.Abs(offset.Minutes));
        var zero = offset == TimeSpan.Zero;
        if (letter == 'O' || (letter == 'Z' && count == 4))
        {
            var shown = count == 4 ? $"{sign}{hours:D2}:{minutes:D2}" : minutes == 0 ? $"{sign}{hours}" : $"{sign}{hours}:{minutes:D2}";
            return zero ? "GMT" : "GMT" + shown;
        }

        if (zero && (letter == 'X' || (letter == 'Z' && count == 5)))
        {
            return "Z";
        }

        return count switch
        {
            1 when letter != 'Z' && minutes == 0 => $"{sign}{hours:D2}",
            3 or 5 when letter != 'Z' || count == 5 => $"{sign}{hours:D2}:{minutes:D2}",
            _ => $"{sign}{hours:D2}{minutes:D2}",
        };
    }
}
