using System.Buffers;
using System.Text;

namespace Cistern.Demo;

/// <summary>Percent-encoding as CloudFront's logs do it: once more over what the client sent, whatever that was.</summary>
internal static class LogEncoding
{
    private static readonly SearchValues<byte> _plain = SearchValues.Create(
        Enumerable.Range(33, 127 - 33).Select(value => (byte)value).Except("<>\"#%{}|\\^~[]`'"u8.ToArray()).ToArray());

    /// <summary>The encoded text; <c>-</c> for an empty one.</summary>
    public static byte[] Encode(string text)
    {
        if (text.Length == 0)
        {
            return [(byte)'-'];
        }

        var raw = Encoding.UTF8.GetBytes(text);
        var encoded = new ArrayBufferWriter<byte>(raw.Length * 3);
        foreach (var value in raw)
        {
            Append(encoded, value);
        }

        return encoded.WrittenSpan.ToArray();
    }

    /// <summary>Cuts an encoded text to a length without cutting an escape in two.</summary>
    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> encoded, int lengthMax)
    {
        if (encoded.Length <= lengthMax)
        {
            return encoded;
        }

        var escape = encoded[..lengthMax].LastIndexOf((byte)'%');
        return escape >= 0 && escape > lengthMax - 3 ? encoded[..escape] : encoded[..lengthMax];
    }

    private static void Append(ArrayBufferWriter<byte> encoded, byte value)
    {
        if (_plain.Contains(value))
        {
            encoded.Write([value]);
            return;
        }

        var target = encoded.GetSpan(3);
        target[0] = (byte)'%';
        target[1] = (byte)"0123456789ABCDEF"[value >> 4];
        target[2] = (byte)"0123456789ABCDEF"[value & 15];
        encoded.Advance(3);
    }
}
