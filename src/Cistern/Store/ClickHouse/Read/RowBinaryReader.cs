using System.Text;

namespace Cistern.Store.ClickHouse.Read;

/// <summary>Bytes of an answer in RowBinary, read forward.</summary>
internal sealed class RowBinaryReader(Stream stream)
{
    private const int ValueBytesMax = 1 << 30;

    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <summary>Whether a byte follows.</summary>
    public bool HasMore() => _start < _end || Fill(1);

    public byte Byte() => Take(1)[0];

    /// <summary>The next bytes; they hold until the next call.</summary>
    /// <exception cref="EndOfStreamException">The answer is cut.</exception>
    public ReadOnlySpan<byte> Take(int bytes)
    {
        if (_end - _start < bytes && !Fill(bytes))
        {
            throw new EndOfStreamException("the answer of ClickHouse ends in the middle of a value");
        }

        _start += bytes;
        return _buffer.AsSpan(_start - bytes, bytes);
    }

    public int Length()
    {
        ulong value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value <= ValueBytesMax ? (int)value : throw new InvalidDataException($"the answer of ClickHouse holds a value of {value} bytes");
            }
        }

        throw new InvalidDataException("the answer of ClickHouse holds a length that does not end");
    }

    public string Text() => Encoding.UTF8.GetString(Take(Length()));

    public T[] Many<T>(Func<T> read)
    {
        var items = new T[Length()];
        for (var place = 0; place < items.Length; place++)
        {
            items[place] = read();
        }

        return items;
    }

    private bool Fill(int bytes)
    {
        if (_buffer.Length < bytes)
        {
            Array.Resize(ref _buffer, Math.Max(bytes, _buffer.Length * 2));
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_end, _start) = (_end - _start, 0);
        while (_end < bytes && stream.Read(_buffer, _end, _buffer.Length - _end) is > 0 and var read)
        {
            _end += read;
        }

        return _end >= bytes;
    }
}
