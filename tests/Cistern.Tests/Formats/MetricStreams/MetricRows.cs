using System.Text;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats.MetricStreams;

/// <summary>Records of metric streams as rows, for the tests of this folder.</summary>
internal static class MetricRows
{
    /// <summary>Decodes a record at the address of metric streams.</summary>
    public static DecodedDelivery Decode(byte[] record) => Bodies.Decode(Bodies.Metrics, Bodies.Envelope([record]));

    public static DecodedDelivery Decode(string record) => Decode(Encoding.UTF8.GetBytes(record));

    /// <summary>Decodes a record that must become rows and nothing else.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Of(byte[] record)
    {
        var into = Decode(record);
        Assert.True(into.RejectRows == 0, Rows.Dump(into.Rejects));
        return [.. Enumerable.Range(0, into.Metrics.RowCount).Select(row => Rows.Of(into.Metrics, row))];
    }

    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Of(string record) => Of(Encoding.UTF8.GetBytes(record));

    /// <summary>Decodes a record that must become one reject that holds it whole, and returns the reason.</summary>
    public static string ReasonOf(byte[] record)
    {
        var into = Decode(record);
        Assert.Equal((0L, 1L), (into.Rows, into.RejectRows));
        var reject = Rows.Of(into.Rejects, 0);
        Assert.Equal("metrics", reject["signal"]);
        Assert.Equal(record, into.Rejects.Text("data")[0].ToArray());
        return reject["reason"];
    }

    public static string ReasonOf(string record) => ReasonOf(Encoding.UTF8.GetBytes(record));

    public static byte[] Fixture(string path) => Bodies.Fixture("metric-stream-" + path);

    /// <summary>The deliveries of telegraf's tests: the envelope's id is the header's.</summary>
    public static DecodedDelivery DecodeDelivery(DeliveryContext context, byte[] body, bool gzip = false)
    {
        using var plain = gzip ? new MemoryStream() : new MemoryStream(body);
        if (gzip)
        {
            using var inflated = new System.IO.Compression.GZipStream(new MemoryStream(body), System.IO.Compression.CompressionMode.Decompress);
            inflated.CopyTo(plain);
        }

        using var envelope = System.Text.Json.JsonDocument.Parse(plain.ToArray());
        return Bodies.Decode(context with { RequestId = envelope.RootElement.GetProperty("requestId").GetString(), Gzip = gzip }, body);
    }
}
