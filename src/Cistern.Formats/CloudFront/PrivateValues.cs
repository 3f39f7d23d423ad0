using System.Security.Cryptography;
using Cistern.Formats.Deliveries;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>What is left of a value that may identify a person. Spans are valid until the next call.</summary>
internal sealed class PrivateValues
{
    private const int HashCharacters = 16;

    private PrivacyRules _rules = PrivacyRules.Default;
    private byte[] _scratch = new byte[1024];

    public bool DropsCookies => _rules.Cookies == PrivacyAction.Drop;

    public bool KeepsQueries => _rules.Query == PrivacyAction.Keep;

    public void Open(PrivacyRules rules) => _rules = rules;

    /// <param name="value">An address that was checked.</param>
    public ReadOnlySpan<byte> Address(ReadOnlySpan<byte> value) => Apply(_rules.ClientAddress, value, place: 0, out var length) ? value : _scratch.AsSpan(0, length);

    /// <summary>A list of addresses, each treated as the viewer's; what is no address becomes 'unknown', unless lists are kept.</summary>
    public ReadOnlySpan<byte> ForwardedFor(ReadOnlySpan<byte> value)
    {
        if (_rules.ClientAddress is PrivacyAction.Keep)
        {
            return value;
        }

        var length = 0;
        foreach (var range in value.Split((byte)','))
        {
            var address = value[range].Trim((byte)' ');
            length = Append(length == 0 ? default : ", "u8, length);
            address = Addresses.IsAddress(address) ? address : "unknown"u8;
            length = Apply(_rules.ClientAddress, address, length, out var end) ? Append(address, length) : end;
        }

        return _rules.ClientAddress == PrivacyAction.Drop ? default : _scratch.AsSpan(0, length);
    }

    public ReadOnlySpan<byte> Cookie(ReadOnlySpan<byte> value) => _rules.Cookies switch
    {
        PrivacyAction.Keep => value,
        PrivacyAction.Truncate => Names(value, (byte)';'),
        PrivacyAction.Hash => Hash(value),
        PrivacyAction.Drop => default,
    };

    /// <param name="value">The query as it is encoded, so that an encoded '&amp;' is no separator.</param>
    public ReadOnlySpan<byte> Query(ReadOnlySpan<byte> value) => _rules.Query switch
    {
        PrivacyAction.Keep => value,
        PrivacyAction.Truncate => Names(value, (byte)'&'),
        PrivacyAction.Hash => Hash(value),
        PrivacyAction.Drop => default,
    };

    /// <summary>True if the address stays as it is; else what replaces it was written at <paramref name="place"/> up to <paramref name="end"/>.</summary>
    private bool Apply(PrivacyAction action, ReadOnlySpan<byte> address, int place, out int end)
    {
        end = place;
        Room(place + Addresses.TextMax);
        switch (action)
        {
            case PrivacyAction.Keep:
                return true;
            case PrivacyAction.Truncate when Addresses.TryTruncate(address, _scratch.AsSpan(place), out var length):
                end = place + length;
                return false;
            case PrivacyAction.Hash:
                end = WriteHash(address, place);
                return false;
            case PrivacyAction.Truncate: // No address, so nothing of a person's: 'unknown'.
                return true;
            default:
                return false;
        }
    }

    /// <summary>Pairs without their values: <c>a=1&amp;b=2</c> becomes <c>a=&amp;b=</c>.</summary>
    private ReadOnlySpan<byte> Names(ReadOnlySpan<byte> value, byte separator)
    {
        var length = 0;
        foreach (var range in value.Split(separator))
        {
            var pair = value[range];
            var mark = pair.IndexOf((byte)'=');
            length = Append(length == 0 ? default : [separator], length);
            length = Append(mark < 0 ? pair : pair[..(mark + 1)], length);
        }

        return _scratch.AsSpan(0, length);
    }

    private ReadOnlySpan<byte> Hash(ReadOnlySpan<byte> value) => _scratch.AsSpan(0, WriteHash(value, place: 0));

    private int WriteHash(ReadOnlySpan<byte> value, int place)
    {
        Room(place + HashCharacters);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_rules.HashKey.Span, value, hash);
        Convert.TryToHexStringLower(hash[..(HashCharacters / 2)], _scratch.AsSpan(place, HashCharacters), out _);
        return place + HashCharacters;
    }

    private int Append(ReadOnlySpan<byte> text, int length)
    {
        Room(length + text.Length);
        text.CopyTo(_scratch.AsSpan(length));
        return length + text.Length;
    }

    private void Room(int bytes)
    {
        if (_scratch.Length < bytes)
        {
            Array.Resize(ref _scratch, Math.Max(bytes, _scratch.Length * 2));
        }
    }
}
