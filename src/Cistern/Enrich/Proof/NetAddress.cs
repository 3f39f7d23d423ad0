using System.Buffers.Binary;
using System.Globalization;

namespace Cistern.Enrich.Proof;

/// <summary>An address of a reader: 32 or 128 bits. What is IPv4 within IPv6 (RFC 4291, 2.5.5.2) is IPv4.</summary>
internal readonly record struct NetAddress(UInt128 Bits, bool IsV4)
{
    private const int GroupCount = 8;

    public int Width => IsV4 ? 32 : 128;

    /// <summary>Reads an address as logs write it, without brackets, zone or port; allocates nothing.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out NetAddress address)
    {
        if (TryParseV4(text, out var four))
        {
            address = new NetAddress(four, IsV4: true);
            return true;
        }

        var isV6 = TryParseV6(text, out var six);
        address = FromV6(six);
        return isV6;
    }

    /// <summary>The bit at a place, from the left.</summary>
    public int BitAt(int place) => (int)(Bits >> (Width - 1 - place)) & 1;

    /// <summary>The first sixteen bits.</summary>
    public int Head => (int)(Bits >> (Width - 16)) & 0xFFFF;

    /// <summary>The same with all bits behind the first ones cleared.</summary>
    public NetAddress NetworkOf(int length) => new(length == 0 ? 0 : Bits >> (Width - length) << (Width - length), IsV4);

    private static NetAddress FromV6(UInt128 bits) => bits >> 32 == 0xFFFF ? new NetAddress((uint)bits, IsV4: true) : new NetAddress(bits, IsV4: false);

    private static bool TryParseV4(ReadOnlySpan<byte> text, out uint bits)
    {
        bits = 0;
        var (part, digits, points) = (0u, 0, 0);
        foreach (var character in text)
        {
            if (character == '.')
            {
                if (digits == 0)
                {
                    return false;
                }

                bits = (bits << 8) | part;
                (part, digits, points) = (0, 0, points + 1);
                continue;
            }

            part = (part * 10) + (uint)(character - '0');
            digits++;
            if (!char.IsAsciiDigit((char)character) || digits > 3 || part > 255)
            {
                return false;
            }
        }

        bits = (bits << 8) | part;
        return points == 3 && digits > 0;
    }

    // Groups before the gap '::' go to the front, those behind it to the end.
    private static bool TryParseV6(ReadOnlySpan<byte> text, out UInt128 bits)
    {
        bits = 0;
        Span<ushort> groups = stackalloc ushort[GroupCount];
        var (count, gap) = (0, -1);
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            text = text[2..];
        }

        while (!text.IsEmpty)
        {
            if (text.Contains((byte)'.') && text.IndexOf((byte)':') < 0)
            {
                if (count > GroupCount - 2 || !TryParseV4(text, out var four))
                {
                    return false;
                }

                (groups[count], groups[count + 1], count) = ((ushort)(four >> 16), (ushort)four, count + 2);
                break;
            }

            var end = text.IndexOf((byte)':') is var found and >= 0 ? found : text.Length;
            if (count == GroupCount || end is 0 or > 4 || !ushort.TryParse(text[..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out groups[count]))
            {
                return false;
            }

            count++;
            if (!TrySkipColons(ref text, end, count, ref gap))
            {
                return false;
            }
        }

        return TryJoin(groups[..count], gap, out bits);
    }

    private static bool TrySkipColons(ref ReadOnlySpan<byte> text, int end, int count, ref int gap)
    {
        text = text[end..];
        if (text.StartsWith("::"u8))
        {
            var isSecond = gap >= 0;
            gap = count;
            text = text[2..];
            return !isSecond;
        }

        if (text.IsEmpty)
        {
            return true;
        }

        text = text[1..];
        return !text.IsEmpty;
    }

    private static bool TryJoin(ReadOnlySpan<ushort> groups, int gap, out UInt128 bits)
    {
        bits = 0;
        if (gap < 0 ? groups.Length != GroupCount : groups.Length == GroupCount)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[2 * GroupCount];
        bytes.Clear();
        for (var place = 0; place < groups.Length; place++)
        {
            var target = gap >= 0 && place >= gap ? GroupCount - groups.Length + place : place;
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(2 * target)..], groups[place]);
        }

        bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }
}

/// <summary>A range of addresses: <c>192.0.2.0/24</c>, <c>2001:db8::/32</c>; without a length a single address.</summary>
internal readonly record struct NetPrefix(NetAddress Network, int Length)
{
    /// <summary>Reads a prefix. Bits behind the length must be clear, because who set them may have meant another range.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out NetPrefix prefix)
    {
        prefix = default;
        var slash = text.IndexOf('/');
        var host = slash < 0 ? text : text[..slash];
        Span<byte> bytes = stackalloc byte[48];
        if (host.Length > bytes.Length || !System.Text.Ascii.IsValid(host))
        {
            return false;
        }

        System.Text.Encoding.ASCII.GetBytes(host, bytes);
        if (!NetAddress.TryParse(bytes[..host.Length], out var network))
        {
            return false;
        }

        var length = network.Width;
        if (slash >= 0 && !TryParseLength(text[(slash + 1)..], host, network, out length))
        {
            return false;
        }

        prefix = new NetPrefix(network, length);
        return network.NetworkOf(length) == network;
    }

    // Of IPv4 within IPv6 the length counts the 96 bits before it.
    private static bool TryParseLength(ReadOnlySpan<char> text, ReadOnlySpan<char> host, NetAddress network, out int length)
    {
        var ok = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length);
        length -= network.IsV4 && host.Contains(':') ? 96 : 0;
        return ok && length >= 0 && length <= network.Width;
    }

    /// <summary>As lists print it.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Network.Bits);
        return string.Create(CultureInfo.InvariantCulture, $"{new System.Net.IPAddress(Network.IsV4 ? bytes[12..] : bytes)}/{Length}");
    }
}
