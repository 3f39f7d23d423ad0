using System.Text;
using System.Text.Unicode;
using Cistern.Formats;
using Cistern.Formats.CloudFront;
using Cistern.Formats.Columns;
using Cistern.Formats.MetricStreams;

namespace Cistern.Tests.Formats.MetricStreams;

/// <summary>The reader of lines as CloudWatch writes them gives what the one gives that takes all that JSON allows.</summary>
public sealed class MetricJsonLineTests
{
    private const int Seed = 9_280_031;

    // Among them what is no number of JSON, and numbers whose last digit depends on how they are rounded.
    private static readonly string[] Numbers =
    [
        "0", "-0", "0.0", "-0.0", "3", "3.0", "-2", "1e5", "1E+5", "1e-7", "0.1", "0.30000000000000004", "123456789012345", "1234567890123456", "9007199254740993", "9007199254740992.5",
        "0.000001234567890123", "123456.789012345", "99999999999999.9", "999999999999999.9", "18446744073709551616", "1.7976931348623157e308", "1.8e308", "5e-324", "2.2250738585072011e-308",
        "00", "01", "-", "-01", "1.", ".5", "+1", "1e", "1e+", "0x1", "1_0", "NaN", "Infinity", "null", "\"1\"", "1 ", " 1", "1.5.5", "1-1", "",
    ];

    private static readonly string[] Texts = ["", "a", "i-0abc", "\u00fc\u4e2d", "a b", "a/b%", "\\n", "\\u0061", "\\\"", "\\ud800", "\u0001", "\t", "{\"}", "max", "InstanceId", "Namespace"];

    private readonly ColumnBatch _lineRows = new(Tables.Metrics);
    private readonly ColumnBatch _readerRows = new(Tables.Metrics);
    private readonly MetricJsonLine _line;
    private readonly MetricJsonReader _reader;

    public MetricJsonLineTests()
    {
        var (lineRow, readerRow) = (new MetricRow(), new MetricRow());
        lineRow.Open(_lineRows);
        readerRow.Open(_readerRows);
        _line = new MetricJsonLine(lineRow);
        _reader = new MetricJsonReader(readerRow, new ReasonText());
        _line.Open("eu-west-1"u8.ToArray());
        _reader.Open("eu-west-1"u8.ToArray());
    }

    [Fact]
    public void Spoiled_lines_are_the_same_row_or_left_to_the_other_reader()
    {
        byte[][] lines = [.. Bodies.FixtureText("metric-stream-json/own_two-lines.ndjson").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];
        var taken = 0;
        Mutations.Run(Seed, 8_000, lines, mutant => taken += IsTaken(mutant) ? 1 : 0);

        Assert.True(taken > 100, $"only {taken} lines were read by both");
    }

    [Fact]
    public void Made_lines_are_the_same_row_or_left_to_the_other_reader()
    {
        var random = new Random(Seed);
        var taken = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var line = Line(random);
            taken += IsTaken(Encoding.UTF8.GetBytes(line)) ? 1 : 0;
        }

        Assert.InRange(taken, 4_000, 16_000);
    }

    [Fact]
    public void Every_number_that_JSON_has_is_the_same_in_both()
    {
        var random = new Random(Seed + 1);
        var numbers = Numbers.Concat(Enumerable.Range(0, 5_000).Select(_ => Bodies.Number(BitConverter.Int64BitsToDouble(random.NextInt64()))))
            .Concat(Enumerable.Range(0, 5_000).Select(_ => Bodies.Number(random.Next() / 1000d)));
        foreach (var number in numbers)
        {
            IsTaken(Encoding.UTF8.GetBytes(Line("own", "1760000040000", number, "{}", "1")));
        }
    }

    [Fact]
    public void Every_captured_line_is_taken()
    {
        foreach (var line in Bodies.FixtureText("metric-stream-json/telegraf_first-record.ndjson").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(IsTaken(Encoding.UTF8.GetBytes(line)), line);
        }
    }

    private static string Line(Random random)
    {
        // Mostly plain values, so that a good part of the lines is taken.
        string Number() => random.Next(10) == 0 ? Numbers[random.Next(Numbers.Length)] : Numbers[random.Next(25)];
        string Text() => random.Next(10) == 0 ? Texts[random.Next(Texts.Length)] : Texts[random.Next(6)];
        var dimensions = string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => $"\"{Text()}\":\"{Text()}\""));
        var more = string.Concat(Enumerable.Range(0, random.Next(3)).Select(_ => $",\"{Text()}\":{Number()}"));
        return Line(Text(), random.Next(8) == 0 ? Number() : "1760000040000", Number(), $"{{{dimensions}}}", Number() + more);
    }

    private static string Line(string stream, string time, string sum, string dimensions, string count) =>
        $"{{\"metric_stream_name\":\"{stream}\",\"account_id\":\"1\",\"region\":\"{stream}\",\"namespace\":\"N\",\"metric_name\":\"m{stream}\",\"dimensions\":{dimensions},\"timestamp\":{time},"
        + $"\"value\":{{\"max\":4.0,\"min\":{sum},\"sum\":{sum},\"count\":{count}}},\"unit\":\"{stream}\"}}";

    // What the reader of lines takes, the other must take too, and make the same of it.
    private bool IsTaken(byte[] text)
    {
        _lineRows.Clear();
        _readerRows.Clear();
        if (text.Length == 0 || !Utf8.IsValid(text) || !_line.TryRead(text, out var length))
        {
            return false;
        }

        Assert.True(_reader.TryRead(text, out var other), Encoding.UTF8.GetString(text));
        Assert.Equal(length, other);
        Assert.Equal(Rows.Dump(_readerRows), Rows.Dump(_lineRows));
        return true;
    }
}
