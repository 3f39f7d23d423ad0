using System.Buffers.Binary;
using System.Text;

namespace Cistern.Demo.Metrics;

/// <summary>Writes protobuf by hand. A message within another is written in place; when its end is known, its length is put before it.</summary>
internal sealed class ProtobufBuffer
{
    private const int Fixed64 = 1;
    private const int LengthPrefixed = 2;
    private const int VarintBytesMax = 5;

    private byte[] _bytes = new byte[4096];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>A message that is a field of the one around it.</summary>
    public void Message(int field, Action content)
    {
        Tag(field, LengthPrefixed);
        Framed(content);
    }

    /// <summary>A message with its length before it, and no field number.</summary>
    public void Framed(Action content)
    {
        var start = _length;
        content();
        var size = _length - start;
        Span<byte> prefix = stackalloc byte[VarintBytesMax];
        var prefixLength = WriteVarint(prefix, (uint)size);
        Reserve(prefixLength);
        _bytes.AsSpan(start, size).CopyTo(_bytes.AsSpan(start + prefixLength));
        prefix[..prefixLength].CopyTo(_bytes.AsSpan(start));
        _length += prefixLength;
    }

    public void Text(int field, string value) => Message(field, () => Append(Encoding.UTF8.GetBytes(value)));

    /// <summary>Zero is left out, as proto3 does.</summary>
    public void Double(int field, double value)
    {
        if (value != 0)
        {
            Number(field, BitConverter.DoubleToUInt64Bits(value));
        }
    }

    /// <summary>Zero is left out, as proto3 does.</summary>
    public void UInt64(int field, ulong value)
    {
        if (value != 0)
        {
            Number(field, value);
        }
    }

    private static int WriteVarint(Span<byte> target, uint value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            target[length++] = (byte)(value | 0x80);
        }

        target[length++] = (byte)value;
        return length;
    }

    private void Number(int field, ulong value)
    {
        Tag(field, Fixed64);
        Reserve(sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(ulong);
    }

    private void Tag(int field, int wire)
    {
        Span<byte> tag = stackalloc byte[VarintBytesMax];
        Append(tag[..WriteVarint(tag, (uint)((field << 3) | wire))]);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int more)
    {
        if (_length + more > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
        }
    }
}
