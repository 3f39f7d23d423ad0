using System.Buffers.Binary;

namespace Cistern.Formats.MetricStreams;

/// <summary>How protobuf writes a field. The numbers are protobuf's; groups (3 and 4) are read by nobody today and are an error here.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>Goes through the fields of one protobuf message. No length is believed before it is compared with what is there.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private const int VarintBytesMax = 10;
    private const int Varint32BytesMax = 5;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _place;

    /// <summary>The number of the field that was read.</summary>
    public int Field { get; private set; }

    public WireType Type { get; private set; }

    /// <summary>The field's bytes, if they are <see cref="WireType.Bytes"/>.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The field's number, if it is any other type.</summary>
    public ulong Number { get; private set; }

    /// <summary>The message is not protobuf, or cut.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Where the next field begins.</summary>
    public readonly int Place => _place;

    public readonly double Double => BitConverter.UInt64BitsToDouble(Number);

    /// <summary>The field is this one and of bytes: a text or a message.</summary>
    public readonly bool IsBytes(int field) => Field == field && Type == WireType.Bytes;

    /// <summary>The field is this one and a 64-bit number.</summary>
    public readonly bool IsFixed64(int field) => Field == field && Type == WireType.Fixed64;

    /// <summary>Reads the next field. False at the end, and where the message is broken.</summary>
    public bool Next()
    {
        if (_place >= _message.Length || IsBroken)
        {
            return false;
        }

        if (!TryReadVarint32(_message, ref _place, out var tag) || tag < 8)
        {
            return Break();
        }

        (Field, Type) = ((int)(tag >> 3), (WireType)(tag & 7));
        var isWhole = Type switch
        {
            WireType.Bytes => TryReadBytes(),
            WireType.Fixed64 => TryReadFixed64(),
            WireType.Varint => TryReadVarint(),
            WireType.Fixed32 => TryReadFixed32(),
            _ => false,
        };
        return isWhole || Break();
    }

    /// <summary>Reads a number of at most 32 bits in at most five bytes, and moves the place behind it.</summary>
    public static bool TryReadVarint32(ReadOnlySpan<byte> bytes, ref int place, out uint value)
    {
        value = 0;
        if (place < bytes.Length && bytes[place] < 0x80)
        {
            value = bytes[place++];
            return true;
        }

        for (var read = 0; read < Varint32BytesMax && place + read < bytes.Length; read++)
        {
            var part = bytes[place + read];
            value |= (uint)(part & 0x7F) << (7 * read);
            if (part < 0x80)
            {
                place += read + 1;
                return read < Varint32BytesMax - 1 || part < 0x10;
            }
        }

        return false;
    }

    private bool TryReadBytes()
    {
        if (!TryReadVarint32(_message, ref _place, out var length) || length > (uint)(_message.Length - _place))
        {
            return false;
        }

        Bytes = _message.Slice(_place, (int)length);
        _place += (int)length;
        return true;
    }

    private bool TryReadFixed64()
    {
        if (!BinaryPrimitives.TryReadUInt64LittleEndian(_message[_place..], out var number))
        {
            return false;
        }

        Number = number;
        _place += sizeof(ulong);
        return true;
    }

    private bool TryReadFixed32()
    {
        if (!BinaryPrimitives.TryReadUInt32LittleEndian(_message[_place..], out var number))
        {
            return false;
        }

        Number = number;
        _place += sizeof(uint);
        return true;
    }

    private bool TryReadVarint()
    {
        var number = 0UL;
        for (var read = 0; read < VarintBytesMax && _place < _message.Length; read++)
        {
            var part = _message[_place++];
            number |= (ulong)(part & 0x7F) << (7 * read);
            if (part < 0x80)
            {
                Number = number;
                return true;
            }
        }

        return false;
    }

    private bool Break()
    {
        IsBroken = true;
        return false;
    }
}
