using Cistern.Formats.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>A value as text: percent-decoded where it is encoded, and repaired where it is not UTF-8.</summary>
internal sealed class TextScratch
{
    private byte[] _decoded = new byte[1024];
    private byte[] _repaired = [];

    /// <summary>The text; valid until the next call.</summary>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> value, ValueEncoding encoding)
    {
        var isSuspect = encoding.IsSuspect;
        if (encoding.IsPercent && value.Contains((byte)'%'))
        {
            Grow(ref _decoded, value.Length);
            var length = PercentDecoding.Decode(value, _decoded, out var hasOddEscapes);
            value = _decoded.AsSpan(0, length);
            isSuspect |= hasOddEscapes;
        }

        return isSuspect && !Utf8Text.IsText(value) ? Repair(value) : value;
    }

    private ReadOnlySpan<byte> Repair(ReadOnlySpan<byte> value)
    {
        Grow(ref _repaired, value.Length * Utf8Text.GrowthMax);
        return _repaired.AsSpan(0, Utf8Text.Repair(value, _repaired));
    }

    private static void Grow(ref byte[] scratch, int bytes)
    {
        if (scratch.Length < bytes)
        {
            scratch = new byte[Math.Max(bytes, scratch.Length * 2)];
        }
    }
}
