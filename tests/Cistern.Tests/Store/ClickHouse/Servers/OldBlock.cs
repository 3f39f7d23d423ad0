using System.Buffers.Binary;
using System.Text;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>A block of the Native format without its maps, and with types of the same bytes for those that a server of 2018 does not have.</summary>
internal sealed class OldBlock(byte[] block)
{
    private readonly MemoryStream _old = new();
    private int _at;

    public byte[] Translate()
    {
        var (columns, rows) = (VarInt(), VarInt());
        var kept = 0;
        for (var column = 0; column < columns; column++)
        {
            var (name, type, start) = (Text(), Text(), _at);
            Skip(type, rows);
            if (OldStatement.TypeThen(type) is { } then)
            {
                kept++;
                Write(Encoding.UTF8.GetBytes(name));
                Write(Encoding.UTF8.GetBytes(then));
                _old.Write(block, start, _at - start);
            }
        }

        Assert.Equal(block.Length, _at);
        var head = new MemoryStream();
        Write(head, kept);
        Write(head, rows);
        return [.. head.ToArray(), .. _old.ToArray()];
    }

    private void Skip(string type, int rows)
    {
        switch (type)
        {
            case "String":
                for (var row = 0; row < rows; row++)
                {
                    var length = VarInt();
                    _at += length;
                }

                break;
            case "Map(String, String)":
            case "Map(String, Float64)":
                _at += 8 * rows;
                var entries = rows == 0 ? 0 : (int)BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(_at - 8));
                Skip("String", entries);
                Skip(type == "Map(String, String)" ? "String" : "Float64", entries);
                break;
            case var _ when type.StartsWith("Nullable(", StringComparison.Ordinal):
                _at += rows;
                Skip(type["Nullable(".Length..^1], rows);
                break;
            default:
                _at += rows * (type switch { "Bool" or "UInt8" => 1, "Int32" => 4, "Int64" or "UInt64" or "Float64" or "DateTime64(6, 'UTC')" => 8, "UInt128" => 16, _ => throw new InvalidOperationException(type) });
                break;
        }
    }

    private string Text()
    {
        var length = VarInt();
        _at += length;
        return Encoding.UTF8.GetString(block, _at - length, length);
    }

    private int VarInt()
    {
        var (value, shift) = (0, 0);
        for (; block[_at] >= 0x80; shift += 7)
        {
            value |= (block[_at++] & 0x7f) << shift;
        }

        return value | (block[_at++] << shift);
    }

    private void Write(byte[] text)
    {
        Write(_old, text.Length);
        _old.Write(text);
    }

    private static void Write(MemoryStream stream, int value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }
}
