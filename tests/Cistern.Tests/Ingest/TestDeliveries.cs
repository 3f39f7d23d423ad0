using System.IO.Compression;
using System.Text;

namespace Cistern.Tests.Ingest;

/// <summary>Bodies of deliveries, made as Firehose makes them.</summary>
internal static class TestDeliveries
{
    public const string Stream = "arn:aws:firehose:eu-central-1:111122223333:deliverystream/shop";

    public static byte[] Body(string requestId, params IEnumerable<string> records) => Body(requestId, records.Select(Encoding.UTF8.GetBytes));

    public static byte[] Body(string requestId, IEnumerable<byte[]> records)
    {
        var body = new MemoryStream();
        body.Write(Encoding.UTF8.GetBytes($"{{\"requestId\":\"{requestId}\",\"timestamp\":1760000060000,\"records\":["));
        var first = true;
        foreach (var record in records)
        {
            body.Write(first ? "{\"data\":\""u8 : ",{\"data\":\""u8);
            body.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(record)));
            body.Write("\"}"u8);
            first = false;
        }

        body.Write("]}"u8);
        return body.ToArray();
    }

    public static byte[] Gzip(ReadOnlySpan<byte> bytes, CompressionLevel level = CompressionLevel.Fastest)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, level))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    /// <summary>A body in chunks of the given size, with the end.</summary>
    public static byte[] Chunked(ReadOnlySpan<byte> body, int size)
    {
        var chunked = new MemoryStream();
        while (!body.IsEmpty)
        {
            var chunk = body[..Math.Min(size, body.Length)];
            chunked.Write(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"));
            chunked.Write(chunk);
            chunked.Write("\r\n"u8);
            body = body[chunk.Length..];
        }

        chunked.Write("0\r\n\r\n"u8);
        return chunked.ToArray();
    }
}
