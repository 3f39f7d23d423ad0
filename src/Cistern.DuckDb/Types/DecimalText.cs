using System.Globalization;
using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>DECIMAL: an integer and the number of its digits that stand behind the point.</summary>
internal static class DecimalText
{
    // 28 digits always fit the 96 bits of a decimal; 29 may not.
    private const int WidthMax = 28;

    public static object Box(Int128 unscaled, int width, int scale)
    {
        if (width > WidthMax)
        {
            return Text(unscaled, scale);
        }

        var magnitude = (UInt128)Int128.Abs(unscaled);
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), unscaled < 0, (byte)scale);
    }

    public static NativeDecimal ToNative(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var magnitude = ((Int128)(uint)bits[2] << 64) | ((Int128)(uint)bits[1] << 32) | (uint)bits[0];
        var unscaled = decimal.IsNegative(value) ? -magnitude : magnitude;
        var width = Math.Max(magnitude.ToString(CultureInfo.InvariantCulture).Length, value.Scale);
        return new NativeDecimal
        {
            Width = (byte)width,
            Scale = value.Scale,
            Value = new NativeHugeInt { Lower = (ulong)unscaled, Upper = (long)(unscaled >> 64) },
        };
    }

    private static string Text(Int128 unscaled, int scale)
    {
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var sign = unscaled < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }
}
