using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>Numbers and texts of ClickHouse's Native format, into a stream, a buffer at a time.</summary>
internal sealed class NativeWriter(Stream stream) : IDisposable
{
    private const int BufferBytes = 256 << 10;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _length;

    public long Written { get; private set; }

    /// <summary>A whole number in groups of seven bits, the lowest first.</summary>
    public void VarInt(ulong value)
    {
        var target = Room(10);
        var bytes = 0;
        for (; value >= 0x80; value >>= 7)
        {
            target[bytes++] = (byte)(value | 0x80);
        }

        target[bytes++] = (byte)value;
        _length += bytes;
    }

    public void Text(ReadOnlySpan<byte> value)
    {
        VarInt((ulong)value.Length);
        Bytes(value);
    }

    public void Text(string value)
    {
        var bytes = Encoding.UTF8.GetByteCount(value);
        VarInt((ulong)bytes);
        if (bytes > BufferBytes)
        {
            Bytes(Encoding.UTF8.GetBytes(value));
            return;
        }

        // Straight into the buffer: what rows have in common is written for each of them.
        var room = Room(bytes); // In a line of its own: it may empty the buffer, and `_length +=` would take the length of before.
        _length += Encoding.UTF8.GetBytes(value, room);
    }

    public void Byte(byte value)
    {
        Room(1)[0] = value;
        _length++;
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Room(sizeof(int)), value);
        _length += sizeof(int);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);
        _length += sizeof(long);
    }

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(Room(sizeof(double)), value);
        _length += sizeof(double);
    }

    public void UInt128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(Room(16), value);
        _length += 16;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_length == BufferBytes)
            {
                Flush();
            }

            var part = Math.Min(bytes.Length, BufferBytes - _length);
            bytes[..part].CopyTo(_buffer.AsSpan(_length));
            _length += part;
            bytes = bytes[part..];
        }
    }

    public void Flush()
    {
        stream.Write(_buffer, 0, _length);
        Written += _length;
        _length = 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private Span<byte> Room(int bytes)
    {
        if (BufferBytes - _length < bytes)
        {
            Flush();
        }

        return _buffer.AsSpan(_length, bytes);
    }
}
