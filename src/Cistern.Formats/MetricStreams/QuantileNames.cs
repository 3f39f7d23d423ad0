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
    private const int CountMax = 32;

    private readonly (double Quantile, byte[] Name)[] _known = new (double, byte[])[CountMax];
    private int _count;

    public ReadOnlySpan<byte> NameOf(double quantile)
    {
        for (var place = 0; place < _count; place++)
        {
            if (_known[place].Quantile == quantile)
            {
                return _known[place].Name;
            }
        }

        // Once there are too many, the whole of them is forgotten: no stream has as many.
        _count = _count == CountMax ? 0 : _count;
        _known[_count] = (quantile, Make(quantile));
        return _known[_count++].Name;
    }

    private static byte[] Make(double quantile) =>
        Encoding.ASCII.GetBytes("p" + ((decimal)quantile * 100).ToString("0.############################", CultureInfo.InvariantCulture));
}
