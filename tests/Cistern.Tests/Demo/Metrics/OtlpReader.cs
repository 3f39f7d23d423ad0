using System.Buffers.Binary;
using System.Text;

namespace Cistern.Tests.Demo.Metrics;

/// <summary>A metric of a record, whichever format it came in.</summary>
internal sealed record MetricRecord(string Account, string Namespace, string Name, string Dimensions, string Unit, long Start, long End, double Count, double Sum, IReadOnlyDictionary<double, double> Quantiles, bool FlatLabels);

/// <summary>Reads the OpenTelemetry formats into trees of fields first, so that it has nothing in common with what writes them or with the program's own reader.</summary>
internal static class OtlpReader
{
    public static List<List<MetricRecord>> Messages(byte[] record)
    {
        var messages = new List<List<MetricRecord>>();
        for (var place = 0; place < record.Length;)
        {
            var length = (int)Varint(record, ref place);
            messages.Add([.. Metrics(new Node(record[place..(place + length)]))]);
            place += length;
        }

        return messages;
    }

    private static IEnumerable<MetricRecord> Metrics(Node request)
    {
        foreach (var resource in request.All(1))
        {
            var attributes = resource.All(1).Single().All(1).ToDictionary(one => one.Text(1), one => one.All(2).Single().Text(1));
            Assert.Equal("aws", attributes["cloud.provider"]);
            Assert.StartsWith("arn:aws:cloudwatch:us-east-1:111122223333:metric-stream/", attributes["aws.exporter.arn"], StringComparison.Ordinal);
            foreach (var metric in resource.All(2).Single().All(2))
            {
                yield return Read(attributes["cloud.account.id"], metric, metric.All(11).Single().All(1).Single());
            }
        }
    }

    private static MetricRecord Read(string account, Node metric, Node point)
    {
        var flat = point.All(1).ToList();
        var labels = flat.Count > 0
            ? flat.Select(label => (label.Text(1), label.Text(2))).ToList()
            : [.. point.All(7).SelectMany(attribute => attribute.Text(1) == "Dimensions" ? attribute.All(2).Single().All(6).Single().All(1).Select(Pair) : [Pair(attribute)])];
        string Label(string name) => labels.Single(label => label.Item1 == name).Item2;
        Assert.Equal($"amazonaws.com/{Label("Namespace")}/{Label("MetricName")}", metric.Text(1));
        return new MetricRecord(
            account,
            Label("Namespace"),
            Label("MetricName"),
            string.Join(", ", labels.Where(label => label.Item1 is not ("Namespace" or "MetricName")).Select(label => $"{label.Item1}={label.Item2}")),
            metric.Text(3),
            (long)(point.Number(2) / 1_000_000),
            (long)(point.Number(3) / 1_000_000),
            point.Number(4),
            point.Double(5),
            point.All(6).ToDictionary(quantile => quantile.Double(1), quantile => quantile.Double(2)),
            flat.Count > 0);
    }

    private static (string, string) Pair(Node keyValue) => (keyValue.Text(1), keyValue.All(2).Single().Text(1));

    private static ulong Varint(byte[] bytes, ref int place)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            value |= (ulong)(bytes[place] & 0x7F) << shift;
            if (bytes[place++] < 0x80)
            {
                return value;
            }
        }
    }

    private sealed class Node
    {
        private readonly List<(int Field, byte[] Bytes)> _fields = [];

        public Node(byte[] bytes)
        {
            for (var place = 0; place < bytes.Length;)
            {
                var tag = Varint(bytes, ref place);
                var length = (tag & 7) switch { 1 => 8, 2 => (int)Varint(bytes, ref place), _ => throw new InvalidDataException($"wire type {tag & 7}") };
                _fields.Add(((int)(tag >> 3), bytes[place..(place + length)]));
                place += length;
            }
        }

        public IEnumerable<Node> All(int field) => _fields.Where(one => one.Field == field).Select(one => new Node(one.Bytes));

        public string Text(int field) => Encoding.UTF8.GetString(_fields.Single(one => one.Field == field).Bytes);

        public ulong Number(int field) => _fields.Where(one => one.Field == field).Select(one => BinaryPrimitives.ReadUInt64LittleEndian(one.Bytes)).SingleOrDefault();

        public double Double(int field) => BitConverter.UInt64BitsToDouble(Number(field));
    }
}
