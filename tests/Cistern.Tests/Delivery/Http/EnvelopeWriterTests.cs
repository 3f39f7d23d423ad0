using System.IO.Compression;
using System.Text.Json;
using Cistern.Delivery.Http;

namespace Cistern.Tests.Delivery.Http;

public sealed class EnvelopeWriterTests
{
    // Sizes around the steps of three bytes and around the inner buffer, where a join could go wrong.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Records_of_any_size_come_back_as_they_were(bool gzip)
    {
        var random = new Random(7);
        int[] sizes = [0, 1, 2, 3, 4, 5, 3071, 3072, 3073, 36_863, 36_864, 36_865, 49_151, 49_152, 100_001, EnvelopeWriter.RecordBytesMax, 1];
        var records = Array.ConvertAll(sizes, size => Bytes(random, size));
        using var envelope = new EnvelopeWriter(gzip);

        for (var round = 0; round < 2; round++)
        {
            envelope.Begin("id", DateTimeOffset.UnixEpoch);
            Array.ForEach(records, record => envelope.Add(record));
            var delivery = envelope.Finish();

            Assert.Equal(sizes.Length, delivery.Records);
            Assert.Equal(sizes.Sum(), delivery.RecordBytes);
            Assert.Equal(records, Read(delivery));
        }
    }

    private static byte[] Bytes(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[][] Read(OutgoingDelivery delivery)
    {
        Stream body = new MemoryStream(delivery.Body.ToArray());
        using var plain = delivery.Gzip ? new GZipStream(body, CompressionMode.Decompress) : body;
        using var document = JsonDocument.Parse(plain);
        return [.. document.RootElement.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("data").GetBytesFromBase64())];
    }
}
