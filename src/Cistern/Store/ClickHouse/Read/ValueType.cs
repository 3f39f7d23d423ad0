using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;

namespace Cistern.Store.ClickHouse.Read;

/// <summary>A type of ClickHouse, as answers name it, and how its values are read from RowBinary.</summary>
/// <param name="Kind">What a value is for those who write JSON, CSV and tables.</param>
/// <param name="Read">Reads one value.</param>
internal sealed record ValueType(ResultKind Kind, Func<RowBinaryReader, object?> Read)
{
    private static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    /// <summary>The type of that name.</summary>
    /// <exception cref="NotSupportedException">A type whose values we do not read.</exception>
    public static ValueType Of(string name)
    {
        var (head, arguments) = Split(name);
        return head switch
        {
            "Nullable" => Nullable(Of(arguments[0])),
            "LowCardinality" or "SimpleAggregateFunction" => Of(arguments[^1]),
            "Bool" => new(ResultKind.Boolean, reader => reader.Byte() != 0),
            "UInt8" => Whole(reader => reader.Byte()),
            "Int8" => Whole(reader => (sbyte)reader.Byte()),
            "UInt16" => Whole(reader => BinaryPrimitives.ReadUInt16LittleEndian(reader.Take(2))),
            "Int16" => Whole(reader => BinaryPrimitives.ReadInt16LittleEndian(reader.Take(2))),
            "UInt32" => Whole(reader => BinaryPrimitives.ReadUInt32LittleEndian(reader.Take(4))),
            "Int32" => Whole(reader => BinaryPrimitives.ReadInt32LittleEndian(reader.Take(4))),
            "Int64" => Whole(reader => BinaryPrimitives.ReadInt64LittleEndian(reader.Take(8))),
            "UInt64" => Wide(reader => BinaryPrimitives.ReadUInt64LittleEndian(reader.Take(8))),
            "Int128" => Wide(reader => new BigInteger(reader.Take(16))),
            "UInt128" => Wide(reader => new BigInteger(reader.Take(16), isUnsigned: true)),
            "Int256" => Wide(reader => new BigInteger(reader.Take(32))),
            "UInt256" => Wide(reader => new BigInteger(reader.Take(32), isUnsigned: true)),
            "Float32" => new(ResultKind.Double, reader => (double)BinaryPrimitives.ReadSingleLittleEndian(reader.Take(4))),
            "Float64" => new(ResultKind.Double, reader => BinaryPrimitives.ReadDoubleLittleEndian(reader.Take(8))),
            "Decimal" => Decimal(int.Parse(arguments[0], CultureInfo.InvariantCulture), int.Parse(arguments[1], CultureInfo.InvariantCulture)),
            "Date" => new(ResultKind.Time, reader => Epoch.AddDays(BinaryPrimitives.ReadUInt16LittleEndian(reader.Take(2)))),
            "Date32" => new(ResultKind.Time, reader => Epoch.AddDays(BinaryPrimitives.ReadInt32LittleEndian(reader.Take(4)))),
            "DateTime" => new(ResultKind.Time, reader => Epoch.AddSeconds(BinaryPrimitives.ReadUInt32LittleEndian(reader.Take(4)))),
            "DateTime64" => Moment(int.Parse(arguments[0], CultureInfo.InvariantCulture)),
            "String" or "JSON" => new(ResultKind.Text, reader => reader.Text()),
            "FixedString" => Fixed(int.Parse(arguments[0], CultureInfo.InvariantCulture)),
            "Enum8" => Enumeration(arguments, reader => (sbyte)reader.Byte()),
            "Enum16" => Enumeration(arguments, reader => BinaryPrimitives.ReadInt16LittleEndian(reader.Take(2))),
            "UUID" => new(ResultKind.Text, ReadUuid),
            "IPv4" => new(ResultKind.Text, reader => new IPAddress(BinaryPrimitives.ReverseEndianness(BinaryPrimitives.ReadUInt32LittleEndian(reader.Take(4)))).ToString()),
            "IPv6" => new(ResultKind.Text, reader => new IPAddress(reader.Take(16)).ToString()),
            _ when head.StartsWith("Interval", StringComparison.Ordinal) => Whole(reader => BinaryPrimitives.ReadInt64LittleEndian(reader.Take(8))),
            "Array" => List(Of(arguments[0])),
            "Map" => Map(Of(arguments[0]), Of(arguments[1])),
            "Tuple" => Tuple(arguments),
            "Nothing" => new(ResultKind.Text, reader => reader.Byte() is 0 or 1 ? null : null),
            _ => throw new NotSupportedException($"values of the type {name}"),
        };
    }

    private static ValueType Whole(Func<RowBinaryReader, long> read) => new(ResultKind.Integer, reader => read(reader));

    private static ValueType Nullable(ValueType inner) => new(inner.Kind, reader => reader.Byte() == 0 ? inner.Read(reader) : null);

    // Sums that fit are numbers as everywhere else.
    private static ValueType Wide(Func<RowBinaryReader, BigInteger> read) => new(ResultKind.Integer, reader =>
    {
        var value = read(reader);
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    });

    private static ValueType Decimal(int precision, int scale) => new(ResultKind.Decimal, reader =>
    {
        var bytes = precision switch { <= 9 => 4, <= 18 => 8, <= 38 => 16, _ => 32 };
        var digits = new BigInteger(reader.Take(bytes));
        return (decimal)digits / (decimal)BigInteger.Pow(10, scale);
    });

    private static ValueType Moment(int digits) => new(ResultKind.Time, reader =>
    {
        var count = BinaryPrimitives.ReadInt64LittleEndian(reader.Take(8));
        for (var missing = digits; missing < 7; missing++)
        {
            count *= 10;
        }

        for (var surplus = digits; surplus > 7; surplus--)
        {
            count /= 10;
        }

        return Epoch.AddTicks(count);
    });

    private static ValueType Fixed(int bytes) => new(ResultKind.Text, reader => Encoding.UTF8.GetString(reader.Take(bytes)).TrimEnd('\0'));

    private static ValueType Enumeration(string[] arguments, Func<RowBinaryReader, int> read)
    {
        var names = arguments.Select(argument => argument.Split(" = ")).ToDictionary(pair => int.Parse(pair[1], CultureInfo.InvariantCulture), pair => pair[0].Trim('\'').Replace("\\'", "'", StringComparison.Ordinal));
        return new(ResultKind.Text, reader => names[read(reader)]);
    }

    private static ValueType List(ValueType item) => new(ResultKind.List, reader => (IReadOnlyList<object?>)reader.Many(() => item.Read(reader)));

    private static ValueType Map(ValueType key, ValueType value) =>
        new(ResultKind.Map, reader => (IReadOnlyList<KeyValuePair<string, object?>>)reader.Many(() => KeyValuePair.Create(Convert.ToString(key.Read(reader), CultureInfo.InvariantCulture) ?? "", value.Read(reader))));

    // (1, 'a') is a list; of named members it is a map.
    private static ValueType Tuple(string[] arguments)
    {
        var named = arguments.All(argument => Split(argument).Head.Contains(' ', StringComparison.Ordinal));
        var names = arguments.Select(argument => named ? argument[..argument.IndexOf(' ', StringComparison.Ordinal)].Trim('`') : "").ToArray();
        var types = arguments.Select(argument => Of(named ? argument[(argument.IndexOf(' ', StringComparison.Ordinal) + 1)..] : argument)).ToArray();
        return named
            ? new(ResultKind.Map, reader => (IReadOnlyList<KeyValuePair<string, object?>>)[.. types.Select((type, place) => KeyValuePair.Create(names[place], type.Read(reader)))])
            : new(ResultKind.List, reader => (IReadOnlyList<object?>)[.. types.Select(type => type.Read(reader))]);
    }

    private static string ReadUuid(RowBinaryReader reader)
    {
        var bytes = reader.Take(16);
        return $"{BinaryPrimitives.ReadUInt64LittleEndian(bytes):x16}{BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]):x16}".Insert(8, "-").Insert(13, "-").Insert(18, "-").Insert(23, "-");
    }

    /// <summary><c>Map(String, Array(Int8))</c> as its head and its arguments.</summary>
    private static (string Head, string[] Arguments) Split(string name)
    {
        var open = name.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || name[^1] != ')')
        {
            return (name, []);
        }

        var arguments = new List<string>();
        var (depth, quoted, start) = (0, false, open + 1);
        for (var place = open + 1; place < name.Length - 1; place++)
        {
            switch (name[place])
            {
                case '\\': place++; break;
                case '\'': quoted = !quoted; break;
                case '(' when !quoted: depth++; break;
                case ')' when !quoted: depth--; break;
                case ',' when !quoted && depth == 0:
                    arguments.Add(name[start..place].Trim());
                    start = place + 1;
                    break;
            }
        }

        arguments.Add(name[start..^1].Trim());
        return (name[..open], [.. arguments]);
    }
}
