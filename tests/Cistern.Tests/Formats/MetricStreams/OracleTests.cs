using Google.Protobuf;
using V07 = Cistern.Tests.Formats.MetricStreams.Oracle.V07;
using V10 = Cistern.Tests.Formats.MetricStreams.Oracle.V10;

namespace Cistern.Tests.Formats.MetricStreams;

/// <summary>The hand-written reader against the classes that protoc generates, on messages from a seed: fields in any order, unknown ones among them, zeros left out.</summary>
public sealed class OracleTests
{
    private const int Seed = 7_010_010;
    private const int Rounds = 3_000;

    [Fact]
    public void Version_0_7_is_read_as_protoc_reads_it() => Run(is10: false, OracleRows.Of07);

    [Fact]
    public void Version_1_0_is_read_as_protoc_reads_it() => Run(is10: true, OracleRows.Of10);

    [Fact]
    public void What_protoc_writes_is_read()
    {
        var point = new V10.DataPoint { StartTimeUnixNano = 1_760_000_040_000_000_000, Count = 3, Sum = -0.5, Flags = 1 };
        point.Attributes.Add(new V10.KeyValue { Key = "MetricName", Value = new V10.AnyValue { StringValue = "m" } });
        point.QuantileValues.Add(new V10.ValueAtQuantile());
        var metric = new V10.Metric { Name = "amazonaws.com/Own/m", Description = "d", Unit = "s", Summary = new V10.Summary { DataPoints = { point } } };
        var request = new V10.Request { ResourceMetrics = { new V10.ResourceMetrics { SchemaUrl = "u", ScopeMetrics = { new V10.ScopeMetrics { SchemaUrl = "u", Metrics = { metric } } } } } };
        using var record = new MemoryStream();
        request.WriteDelimitedTo(record);

        Assert.Equal("time=1760000040000000 namespace=Own metric=m unit=Seconds min=0 sum=-0.5 count=3\n", Rows.Dump(MetricRows.Decode(record.ToArray()).Metrics));
    }

    /// <summary>A message that the generated classes refuse gives no row; what they take and is no group is taken here too.</summary>
    [Fact]
    public void Spoiled_messages_are_refused_where_protoc_refuses_them()
    {
        byte[][] corpus = [MetricRows.Fixture("otlp07/victoriametrics_record-1.bin")[2..], new WireMaker(new Random(Seed), is10: false).Request()];
        var (refused, taken) = (0, 0);
        Mutations.Run(Seed + 2, Rounds, corpus, mutant =>
        {
            var isWhole = Cistern.Formats.MetricStreams.OtlpShape.IsRequest(mutant);
            if (Refuses(mutant))
            {
                Assert.False(isWhole);
                refused++;
            }

            taken += isWhole ? 1 : 0;
        });

        Assert.True(refused > Rounds / 4 && taken > Rounds / 40, $"{refused} refused, {taken} taken");
    }

    private static bool Refuses(byte[] message)
    {
        try
        {
            V07.Request.Parser.ParseFrom(message);
            return false;
        }
        catch (InvalidProtocolBufferException)
        {
            return true;
        }
    }

    private static void Run(bool is10, Func<byte[], List<Dictionary<string, string>>> oracle)
    {
        var random = new Random(Seed + (is10 ? 1 : 0));
        var rows = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var maker = new WireMaker(random, is10);
            byte[] record = [.. Enumerable.Range(0, random.Next(1, 4)).SelectMany(_ => Wire.Framed(maker.Request()))];
            var expected = oracle(record);
            var into = MetricRows.Decode(record);
            var actual = Enumerable.Range(0, into.Metrics.RowCount).Select(row => Rows.Of(into.Metrics, row)).ToList();
            Assert.True(expected.Count == actual.Count, $"round {round}: {expected.Count} rows are {actual.Count}\n{Convert.ToHexString(record)}\n{Rows.Dump(into.Rejects)}");
            for (var row = 0; row < expected.Count; row++)
            {
                Assert.True(Same(expected[row], actual[row]), $"round {round}, row {row}:\n{Text(expected[row])}\n{Text(actual[row])}\n{Convert.ToHexString(record)}");
            }

            rows += actual.Count;
        }

        Assert.True(rows > Rounds, $"only {rows} rows were compared");
    }

    private static string Text(Dictionary<string, string> row) => string.Join(' ', row.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    private static bool Same(Dictionary<string, string> expected, Dictionary<string, string> actual) =>
        expected.Count == actual.Count && expected.All(pair => actual.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
