using System.CommandLine.Parsing;
using System.Globalization;

namespace Cistern.Commands;

/// <summary>Numbers as people write and read them: sizes, durations, counts. Tables and messages only; CSV and JSON keep the plain number.</summary>
internal static class Units
{
    // A hundred years, and an exabyte: more is a slip of the finger.
    private const double SecondsMax = 3.2e9;
    private const double BytesMax = 1L << 60;

    private static readonly string[] _binary = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Bytes(double bytes)
    {
        var unit = 0;
        while (Math.Abs(bytes) >= 1024 && unit < _binary.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return unit == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B") : string.Create(CultureInfo.InvariantCulture, $"{bytes:0.0} {_binary[unit]}");
    }

    public static string Count(double count) => count.ToString("#,0.##", CultureInfo.InvariantCulture);

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    public static string Seconds(double seconds) => Math.Abs(seconds) switch
    {
        < 0.9995 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.#} ms"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.##} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.#} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.#} h"),
    };

    /// <summary>Reads <c>30</c> (seconds), <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>2h</c> or <c>7d</c>.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        var digits = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz");
        var seconds = text[digits.Length..] switch
        {
            "ms" => 0.001,
            "s" or "" => 1,
            "m" or "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => double.NaN,
        };
        var valid = TryNumber(digits, seconds, SecondsMax, out var total);
        duration = TimeSpan.FromSeconds(total);
        return valid;
    }

    /// <summary>Reads <c>5242880</c>, <c>5MiB</c>, <c>5MB</c> or <c>5M</c>; units are powers of 1024.</summary>
    public static bool TryBytes(string text, out long bytes)
    {
        var digits = text.AsSpan().TrimEnd("BbiKkMmGg ");
        var factor = text[digits.Length..].Trim().ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "K" or "KB" or "KIB" => 1 << 10,
            "M" or "MB" or "MIB" => 1 << 20,
            "G" or "GB" or "GIB" => 1 << 30,
            _ => double.NaN,
        };
        var valid = TryNumber(digits, factor, BytesMax, out var total);
        bytes = (long)total;
        return valid;
    }

    public static TimeSpan ParseDuration(ArgumentResult argument) => Parse<TimeSpan>(argument, TryDuration, "a duration such as 30s, 5m, 2h or 7d");

    public static long ParseBytes(ArgumentResult argument) => Parse<long>(argument, TryBytes, "a size such as 512KiB, 5MiB or 1GiB");

    // An unknown unit is a factor of NaN, which no bound lets through.
    private static bool TryNumber(ReadOnlySpan<char> digits, double factor, double max, out double total)
    {
        var valid = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * factor <= max;
        total = valid ? number * factor : 0;
        return valid;
    }

    private static T Parse<T>(ArgumentResult argument, TryParse<T> read, string expected)
        where T : struct
    {
        var text = argument.Tokens[0].Value;
        if (read(text, out var value))
        {
            return value;
        }

        argument.AddError($"cannot read '{text}' as {expected}");
        return default;
    }

    private delegate bool TryParse<T>(string text, out T value);
}
