using System.IO.Compression;

namespace Cistern.Tests.Delivery.Simulation;

internal static class EnvelopeText
{
    /// <summary>The body of a request, inflated if it says that it is gzip.</summary>
    public static async Task<byte[]> ReadAsync(HttpRequestMessage request)
    {
        var body = await request.Content!.ReadAsByteArrayAsync();
        if (!request.Content.Headers.ContentEncoding.Contains("gzip"))
        {
            return body;
        }

        using var plain = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
