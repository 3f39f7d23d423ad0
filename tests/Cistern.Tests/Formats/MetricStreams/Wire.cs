using System.Buffers.Binary;
using System.Text;

namespace Cistern.Tests.Formats.MetricStreams;

/// <summary>Writes protobuf by hand, also in ways in which no library would.</summary>
internal static class Wire
{
    public static byte[] Bytes(int field, params byte[][] parts)
    {
        byte[] content = [.. parts.SelectMany(part => part)];
        return [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)content.Length), .. content];
    }

    public static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public static byte[] Fixed64(int field, ulong value)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return [.. Varint(((ulong)field << 3) | 1), .. bytes];
    }

    public static byte[] Double(int field, double value) => Fixed64(field, BitConverter.DoubleToUInt64Bits(value));

    public static byte[] Number(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    public static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }

    /// <summary>A message behind its length.</summary>
    public static byte[] Framed(byte[] message) => [.. Varint((ulong)message.Length), .. message];

    public static byte[] Attribute(int field, string key, params byte[][] value) => Bytes(field, Text(1, key), Bytes(2, value));

    public static byte[] TextAttribute(int field, string key, string value) => Attribute(field, key, Text(1, value));

    public static byte[] Label(string key, string value) => Bytes(1, Text(1, key), Text(2, value));

    public static byte[] Quantile(double quantile, double value) => Bytes(6, quantile == 0 ? [] : Double(1, quantile), value == 0 ? [] : Double(2, value));

    public static byte[] Dimensions(params (string Name, string Value)[] pairs) =>
        Attribute(7, "Dimensions", Bytes(6, [.. pairs.Select(pair => TextAttribute(1, pair.Name, pair.Value))]));

    public static byte[] Resource(string account = "111122223333", string region = "us-east-1", string stream = "own-stream") => Bytes(
        1,
        TextAttribute(1, "cloud.provider", "aws"),
        TextAttribute(1, "cloud.account.id", account),
        TextAttribute(1, "cloud.region", region),
        TextAttribute(1, "aws.exporter.arn", $"arn:aws:cloudwatch:{region}:{account}:metric-stream/{stream}"));

    /// <summary>A metric of a summary with one data point.</summary>
    public static byte[] Summary(string name, string unit, params byte[][] point) => Bytes(2, Text(1, name), Text(3, unit), Bytes(11, Bytes(1, point)));

    /// <summary>A request of one resource.</summary>
    public static byte[] Request(byte[] resource, params byte[][] metrics) => Bytes(1, resource, Bytes(2, metrics));

    /// <summary>Start and end of a minute.</summary>
    public static byte[] Minute(long startMilliseconds = 1_760_000_040_000) =>
        [.. Fixed64(2, (ulong)startMilliseconds * 1_000_000), .. Fixed64(3, (ulong)(startMilliseconds + 60_000) * 1_000_000)];
}
