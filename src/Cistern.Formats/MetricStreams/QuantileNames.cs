using System.Globalization;
using System.Text;

namespace Cistern.Formats.MetricStreams;

/// <summary>The name of a percentile, of the quantile that OpenTelemetry has for it: <c>p99.9</c> of 0.999.</summary>
/// <remarks>
/// A quantile is a percentile divided by 100 in binary, and 99.9 / 100 is not the double next to 0.999. So fifteen decimal digits count, as many as every double
/// holds. A stream has a handful of percentiles, so their names are remembered.
/// </remarks>
internal sealed class QuantileNames
{
    private const int Places = 64;

    private readonly (double Quantile, byte[] Name)[] _known = new (double, byte[])[Places];

    public ReadOnlySpan<byte> NameOf(double quantile)
    {
        var bits = BitConverter.DoubleToUInt64Bits(quantile);
        ref var known = ref _known[(int)((bits * 0x9E37_79B9_7F4A_7C15) >> 58)];
        if (known.Name is null || known.Quantile != quantile)
        {
            known = (quantile, Make(quantile));
        }

        return known.Name;
    }

    private static byte[] Make(double quantile) =>
        Encoding.ASCII.GetBytes("p" + ((decimal)quantile * 100).ToString("0.############################", CultureInfo.InvariantCulture));
}
