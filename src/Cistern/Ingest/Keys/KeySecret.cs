using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Cistern.Ingest.Keys;

/// <summary>The secret that a sender presents: <c>aa_</c>, 160 random bits and a check sum, both in base 32.</summary>
/// <remarks>
/// The check sum tells a typo from a key that is not known. It protects nothing: whoever makes up a key can compute it.
/// The type prints as stars; only <see cref="Reveal"/> gives the text.
/// </remarks>
public sealed class KeySecret
{
    private const string Prefix = "aa_";
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int RandomBytes = 20;
    private const int RandomLetters = RandomBytes * 8 / LetterBits;
    private const int CheckLetters = 6;
    private const int LetterBits = 5;
    private const int Length = 3 + RandomLetters + CheckLetters;

    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    private readonly string _text;

    private KeySecret(string text) => _text = text;

    public static KeySecret Create()
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        var body = Prefix + Encode(random);
        return new KeySecret(body + CheckOf(body));
    }

    /// <summary>Whether a text can be a key: its form and its check sum.</summary>
    public static bool IsWellFormed(string text) =>
        text.Length == Length
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.AsSpan(Prefix.Length).IndexOfAnyExcept(Letters) < 0
        && text.AsSpan(Length - CheckLetters).SequenceEqual(CheckOf(text[..^CheckLetters]));

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>The text itself, to be shown once to whoever made the key.</summary>
    public string Reveal() => _text;

    public override string ToString() => Prefix + "***";

    private static string CheckOf(string body)
    {
        var check = ~0u;
        foreach (var letter in body)
        {
            check = BitOperations.Crc32C(check, (byte)letter);
        }

        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ~check);
        return Encode(bytes)[..CheckLetters];
    }

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        int held = 0, bits = 0;
        foreach (var value in bytes)
        {
            held = (held << 8) | value;
            for (bits += 8; bits >= LetterBits; bits -= LetterBits)
            {
                text.Append(Alphabet[(held >> (bits - LetterBits)) & 31]);
            }

            held &= (1 << bits) - 1;
        }

        return text.ToString();
    }
}
