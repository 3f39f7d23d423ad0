using System.Globalization;
using System.Numerics;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Read;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>The types that a server of 2018 has, written as Native and read as RowBinary. It has no DateTime64, no Map, no Bool, and no whole numbers of more than 64 bits.</summary>
public sealed class OldValueTests(DebianClickHouse server) : OneServerTests(server)
{
    public static TheoryData<string, string> Values => new()
    {
        { "toInt8(-5)", "-5" },
        { "toUInt16(65535)", "65535" },
        { "toInt16(-32768)", "-32768" },
        { "toUInt32(4294967295)", "4294967295" },
        { "toInt32(-2147483648)", "-2147483648" },
        { "toInt64(-9223372036854775807)", "-9223372036854775807" },
        { "toUInt64(18446744073709551615)", "18446744073709551615" },
        { "toFloat32(1.5)", "1.5" },
        { "-0.1", "-0.1" },
        { "1 / 0", "Infinity" },
        { "0 / 0", "NaN" },
        { "toDecimal32('-1.25', 2)", "-1.25" },
        { "toDecimal64('12345678901.125', 3)", "12345678901.125" },
        { "toDecimal128('-1234567890123456789.5', 1)", "-1234567890123456789.5" },
        { "toDate('2026-11-28')", "2026-11-28T00:00:00.0000000+00:00" },
        { "toDateTime('2026-11-28 18:02:33')", "2026-11-28T18:02:33.0000000+00:00" },
        { "'grün 日本 😀 \\t\\n\\''", "grün 日本 😀 \t\n'" },
        { "''", "" },
        { "toFixedString('ab', 4)", "ab" },
        { "CAST('a, b' AS Enum8('a, b' = 1, 'it\\'s' = -2))", "a, b" },
        { "CAST('it\\'s' AS Enum16('a, b' = 300, 'it\\'s' = -300))", "it's" },
        { "toUUID('00112233-4455-6677-8899-aabbccddeeff')", "00112233-4455-6677-8899-aabbccddeeff" },
        { "NULL", "∅" },
        { "toNullable(7)", "7" },
        { "CAST(NULL AS Nullable(String))", "∅" },
        { "['a', NULL, '']", "[a, ∅, ]" },
        { "[[1, 2], []]", "[[1, 2], []]" },
        { "(1, 'b', [toNullable(2.5)])", "[1, b, [2.5]]" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_value_is_read_as_it_is(string sql, string expected)
    {
        using var result = await OpenAsync($"SELECT {sql} AS value");

        Assert.True(result.Read());
        Assert.Equal(expected, TextOf(result[0]));
        Assert.False(result.Read());
    }

    [Fact]
    public async Task What_is_written_as_Native_comes_back()
    {
        await Server.Client.RunAsync("CREATE TABLE written (b UInt8, i Int32, l Int64, d Float64, t String, n Nullable(Int64), x FixedString(16), m Array(String)) ENGINE = Memory", None, Cancel);

        await Server.Client.InsertAsync("INSERT INTO written FORMAT Native", new BlockContent(new Everything()), None, Cancel);

        using var result = await OpenAsync("SELECT b, i, l, d, t, n, reinterpretAsUInt64(substring(x, 1, 8)) AS low, reinterpretAsUInt64(substring(x, 9, 8)) AS high, m FROM written ORDER BY i DESC");
        Assert.Equal(Enumerable.Range(0, Everything.Count).Select(Everything.Line), Lines(result));
    }

    private static IEnumerable<string> Lines(ClickHouseResult result)
    {
        while (result.Read())
        {
            yield return string.Join(' ', Enumerable.Range(0, result.Columns.Count).Select(column => TextOf(result[column])));
        }
    }

    private static string TextOf(object? value) => value switch
    {
        null => "∅",
        DateTimeOffset moment => moment.ToString("O", CultureInfo.InvariantCulture),
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        IReadOnlyList<object?> list => $"[{string.Join(", ", list.Select(TextOf))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>What the writer can write, a list and a wide number among it.</summary>
    private sealed class Everything : INativeBlock
    {
        public const int Count = 3;

        private static readonly string[] Texts = ["", "grün \0 😀", new string('x', 300_000)];

        public int Rows => Count;

        public static string Line(int row) =>
            $"{row + 254 & 255} {row * -1_000_000} {long.MaxValue - row} {TextOf(row / 7.0)} {Texts[row]} {(row == 1 ? "∅" : $"{row}")} {row + 7} {row} [{string.Join(", ", Enumerable.Range(0, row).Select(entry => $"k{entry}"))}]";

        public void Write(NativeWriter writer)
        {
            writer.VarInt(8);
            writer.VarInt(Count);
            Column(writer, "b", "UInt8", row => writer.Byte((byte)(row + 254)));
            Column(writer, "i", "Int32", row => writer.Int32(row * -1_000_000));
            Column(writer, "l", "Int64", row => writer.Int64(long.MaxValue - row));
            Column(writer, "d", "Float64", row => writer.Double(row / 7.0));
            Column(writer, "t", "String", row => writer.Text(Texts[row]));
            Column(writer, "n", "Nullable(Int64)", row => writer.Byte(row == 1 ? (byte)1 : (byte)0));
            Each(row => writer.Int64(row));
            Column(writer, "x", "FixedString(16)", row => writer.UInt128(new UInt128((ulong)row, (ulong)row + 7)));
            Column(writer, "m", "Array(String)", row => writer.Int64(row * (row + 1) / 2));
            Each(row => Entries(row, entry => writer.Text($"k{entry}")));
        }

        private static void Column(NativeWriter writer, string name, string type, Action<int> write)
        {
            writer.Text(name);
            writer.Text(type);
            Each(write);
        }

        private static void Each(Action<int> write) => Entries(Count, write);

        private static void Entries(int count, Action<int> write)
        {
            for (var entry = 0; entry < count; entry++)
            {
                write(entry);
            }
        }
    }
}
