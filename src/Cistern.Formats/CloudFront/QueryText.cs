using System.Text.Json;
using Cistern.Formats.Deliveries;

namespace Cistern.Formats.CloudFront;

/// <summary>The query of a Lambda entry: text as it was sent, or an object of names and values made into such text.</summary>
internal sealed class QueryText
{
    private const int EscapedBytesMax = 3;

    private byte[] _text = new byte[1024];
    private byte[] _name = new byte[64];
    private byte[] _value = new byte[256];
    private int _nameLength;
    private int _length;

    private static ReadOnlySpan<byte> HexDigits => "0123456789ABCDEF"u8;

    // The characters that need no encoding in a query (RFC 3986, unreserved).
    private static ReadOnlySpan<byte> Unreserved => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8;

    /// <summary>The query without '?'; valid until the next call.</summary>
    /// <param name="isJson">The value is a JSON object or array that was read before, so it is known to be JSON.</param>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> value, bool isJson)
    {
        if (!isJson)
        {
            return value is [(byte)'?', .. var rest] ? rest : value;
        }

        (_length, _nameLength) = (0, 0);
        var json = new Utf8JsonReader(value);
        while (json.Read())
        {
            ReadToken(ref json);
        }

        return _text.AsSpan(0, _length);
    }

    // An array repeats its name, as URLSearchParams does. Deeper structure is written flat.
    private void ReadToken(ref Utf8JsonReader json)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.PropertyName:
                _nameLength = Unescape(ref json, ref _name);
                break;
            case JsonTokenType.Null:
                AppendPair(default, hasValue: false);
                break;
            case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                var length = Unescape(ref json, ref _value);
                AppendPair(_value.AsSpan(0, length), hasValue: true);
                break;
            default:
                break;
        }
    }

    private static int Unescape(ref Utf8JsonReader json, ref byte[] scratch)
    {
        var text = json.ValueSpan;
        if (scratch.Length < text.Length)
        {
            scratch = new byte[text.Length * 2];
        }

        if (json.ValueIsEscaped && JsonText.TryCopy(ref json, scratch, out var length))
        {
            return length;
        }

        text.CopyTo(scratch);
        return text.Length;
    }

    private void AppendPair(ReadOnlySpan<byte> value, bool hasValue)
    {
        Room(((_nameLength + value.Length) * EscapedBytesMax) + 2);
        if (_length > 0)
        {
            _text[_length++] = (byte)'&';
        }

        AppendEncoded(_name.AsSpan(0, _nameLength));
        if (hasValue)
        {
            _text[_length++] = (byte)'=';
            AppendEncoded(value);
        }
    }

    private void AppendEncoded(ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
        {
            if (Unreserved.Contains(character))
            {
                _text[_length++] = character;
                continue;
            }

            _text[_length++] = (byte)'%';
            _text[_length++] = HexDigits[character >> 4];
            _text[_length++] = HexDigits[character & 0xF];
        }
    }

    private void Room(int bytes)
    {
        if (_text.Length - _length < bytes)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + bytes));
        }
    }
}
