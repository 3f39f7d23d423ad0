using System.Globalization;

namespace Cistern.Operations.Settings;

/// <summary>How values of settings are written: sizes as <c>128MiB</c>, times as <c>5m</c>.</summary>
internal static class SettingText
{
    // From the largest to the smallest, so that a value is shown in the largest unit that holds it whole.
    private static readonly (string Suffix, long Bytes)[] SizeUnits = [("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)];

    private static readonly (string Suffix, TimeSpan Unit)[] TimeUnits =
    [
        ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)),
    ];

    public static bool TryReadSize(string text, out long bytes)
    {
        var (number, unit) = (text, 1L);
        foreach (var (suffix, size) in SizeUnits)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                (number, unit) = (text[..^suffix.Length].TrimEnd(), size);
                break;
            }
        }

        var ok = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= long.MaxValue / unit;
        bytes = ok ? count * unit : 0;
        return ok;
    }

    public static string WriteSize(long bytes)
    {
        foreach (var (suffix, size) in SizeUnits)
        {
            if (bytes > 0 && bytes % size == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / size}{suffix}");
            }
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }

    public static bool TryReadTime(string text, out TimeSpan time)
    {
        time = TimeSpan.Zero;
        if (text == "0")
        {
            return true;
        }

        foreach (var (suffix, unit) in TimeUnits)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                var ok = int.TryParse(text[..^suffix.Length].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                    && count <= TimeSpan.MaxValue / unit;
                time = ok ? count * unit : TimeSpan.Zero;
                return ok;
            }
        }

        return false;
    }

    public static string WriteTime(TimeSpan time)
    {
        foreach (var (suffix, unit) in TimeUnits)
        {
            if (time > TimeSpan.Zero && time.Ticks % unit.Ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / unit.Ticks}{suffix}");
            }
        }

        return "0";
    }
}
