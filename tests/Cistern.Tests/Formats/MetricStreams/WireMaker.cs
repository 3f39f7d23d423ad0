namespace Cistern.Tests.Formats.MetricStreams;

/// <summary>Random requests of either version: fields in any order, unknown ones of every type among them, zeros left out or not.</summary>
internal sealed class WireMaker(Random random, bool is10)
{
    private static readonly string[] Texts = ["", "a", "AWS/EC2", "i-0abc", "\u00fc\u4e2d", "x y", "CPUUtilization", "Namespace", "p99", "long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long"];
    private static readonly string[] Units = ["s", "BY", "kbit/s", "{Count}", "1", "%", "", "Widgets", "NoneTranslated"];
    private static readonly double[] Quantiles = [0, 1, 0.5, 0.9, 0.99, 0.999, 0.001, 0.25];

    public byte[] Request() => Shuffled(Some(0, 3, ResourceMetrics), Unknown(20));

    private byte[] ResourceMetrics() => Wire.Bytes(1, Shuffled(Some(0, 2, Resource), Some(0, 3, Scope), is10 ? Some(0, 2, () => Wire.Text(3, Text())) : [], Unknown(20)));

    private byte[] Resource() => Wire.Bytes(1, Shuffled(Some(0, 3, () => ResourceAttribute()), [Wire.Number(2, 3)], Unknown(20)));

    private byte[] ResourceAttribute() =>
        Wire.TextAttribute(1, Pick(["cloud.account.id", "cloud.region", "cloud.provider", "aws.exporter.arn"]), Pick(["aws", "arn:aws:cloudwatch:eu-central-1:123:metric-stream/own", "123", ""]));

    private byte[] Scope() => Wire.Bytes(2, Shuffled([Wire.Bytes(1, Wire.Text(1, "scope"))], Some(0, 3, Metric), Unknown(20)));

    private byte[] Metric() => Wire.Bytes(
        2,
        Shuffled([Wire.Text(1, "amazonaws.com/Own/Space/m" + random.Next(5))], Some(0, 2, () => Wire.Text(3, Pick(Units))), Some(0, 2, () => Wire.Text(2, Text())), [Wire.Bytes(11, Shuffled(Some(0, 3, Point), Unknown(20)))], Unknown(20)));

    private byte[] Point() => Wire.Bytes(1, Shuffled(
        [Wire.Fixed64(2, random.Next(4) == 0 ? 0 : Nanoseconds()), Wire.Fixed64(3, Nanoseconds())],
        Some(0, 2, () => Wire.Fixed64(4, (ulong)random.Next(100))),
        Some(0, 2, () => Wire.Double(5, Number())),
        Some(0, 5, () => Wire.Bytes(6, Quantile())),
        Some(0, 6, is10 ? Attribute : Label),
        is10 ? [Wire.Number(8, 1)] : [],
        Unknown(20)));

    private byte[] Quantile() => Shuffled(Some(0, 2, () => Wire.Double(1, Quantiles[random.Next(Quantiles.Length)])), Some(0, 2, () => Wire.Double(2, Number())), Unknown(20));

    private byte[] Label() => Wire.Bytes(1, Shuffled(Some(0, 2, () => Wire.Text(1, Key())), Some(0, 2, () => Wire.Text(2, Text())), Unknown(20)));

    private byte[] Attribute() => random.Next(3) == 0
        ? Wire.Attribute(7, "Dimensions", Wire.Bytes(6, Shuffled(Some(0, 4, () => KeyValue(1)), Unknown(20))))
        : KeyValue(7);

    private byte[] KeyValue(int field) => Wire.Bytes(field, Shuffled(Some(0, 2, () => Wire.Text(1, Key())), Some(0, 2, () => Wire.Bytes(2, Value(2))), Unknown(20)));

    private byte[] Value(int depth) => random.Next(depth > 0 ? 10 : 8) switch
    {
        0 => Wire.Number(2, (ulong)random.Next(2)),
        1 => Wire.Number(3, (ulong)random.NextInt64(long.MinValue, long.MaxValue)),
        2 => Wire.Double(4, Number()),
        3 => Wire.Bytes(7, [1, 2, (byte)random.Next(256)]),
        4 => [.. Wire.Number(2, 1), .. Wire.Text(1, Text())], // Of several the last counts.
        8 => Wire.Bytes(5, Shuffled(Some(0, 3, () => Wire.Bytes(1, Value(depth - 1))), Unknown(20))),
        9 => Wire.Bytes(6, Shuffled(Some(0, 3, () => Wire.Bytes(1, Wire.Text(1, Pick(["k", "l"])), Wire.Bytes(2, Value(depth - 1)))))),
        _ => Wire.Text(1, Text()),
    };

    // Numbers that nobody knows, of every type.
    private byte[][] Unknown(int first) => Some(0, 2, () => random.Next(5) switch
    {
        0 => Wire.Number(first, (ulong)random.NextInt64()),
        1 => Wire.Fixed64(first + 100, (ulong)random.NextInt64()),
        2 => Wire.Bytes(first + 3000, [0xFF, 0xFF]),
        3 => [.. Wire.Varint(((ulong)first << 3) | 5), 1, 2, 3, 4],
        _ => Wire.Number(536_870_911, ulong.MaxValue),
    });

    private ulong Nanoseconds() => (ulong)(1_600_000_000_000 + random.NextInt64(200_000_000_000)) * 1_000_000;

    private double Number() => random.Next(4) switch { 0 => 0, 1 => random.Next(-10, 10), 2 => random.NextDouble(), _ => random.NextDouble() * 1e300 };

    private string Text() => Pick(Texts);

    private string Key() => Pick(["Namespace", "MetricName", "InstanceId", "b", "a", "", "\u00fc"]);

    private string Pick(string[] values) => values[random.Next(values.Length)];

    private byte[][] Some(int least, int below, Func<byte[]> make) => [.. Enumerable.Range(0, random.Next(least, below)).Select(_ => make())];

    private byte[] Shuffled(params byte[][][] parts)
    {
        byte[][] fields = [.. parts.SelectMany(part => part)];
        random.Shuffle(fields);
        return [.. fields.SelectMany(field => field)];
    }
}
