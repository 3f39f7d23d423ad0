using System.Text;

namespace Cistern.Formats.MetricStreams;

/// <summary>Gives back the name that CloudWatch has for a unit, of the text that OpenTelemetry has for it.</summary>
/// <remarks>AWS writes the bit units now with a capital letter and now without, so letter case does not count. What is unknown stays as it is.</remarks>
internal static class Units
{
    private static readonly (string Text, string Name)[] Plain =
    [
        ("s", "Seconds"), ("us", "Microseconds"), ("ms", "Milliseconds"), ("%", "Percent"), ("1", "None"),
    ];

    private static readonly (string Text, string Name)[] AlsoPerSecond =
    [
        ("By", "Bytes"), ("kBy", "Kilobytes"), ("MBy", "Megabytes"), ("GBy", "Gigabytes"), ("TBy", "Terabytes"),
        ("bit", "Bits"), ("kbit", "Kilobits"), ("MBit", "Megabits"), ("GBit", "Gigabits"), ("Tbit", "Terabits"), ("{Count}", "Count"),
    ];

    // By the length of the text.
    private static readonly (byte[] Text, byte[] Name)[][] Known =
    [
        .. Plain.Concat(AlsoPerSecond).Concat(AlsoPerSecond.Select(unit => (Text: unit.Text + "/s", Name: unit.Name + "/Second")))
            .Select(unit => (Text: Encoding.ASCII.GetBytes(unit.Text), Name: Encoding.ASCII.GetBytes(unit.Name)))
            .GroupBy(unit => unit.Text.Length)
            .Aggregate(new (byte[], byte[])[TextBytesMax + 1][], (table, units) =>
            {
                table[units.Key] = [.. units];
                return table;
            }),
    ];

    private const int TextBytesMax = 9; // {Count}/s

    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> text)
    {
        if (text.Length > TextBytesMax || Known[text.Length] is not { } units)
        {
            return text;
        }

        foreach (var (known, name) in units)
        {
            if (Ascii.EqualsIgnoreCase(known, text))
            {
                return name;
            }
        }

        return text;
    }
}
