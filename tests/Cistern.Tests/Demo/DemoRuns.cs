using System.IO.Compression;
using System.Text.Json;
using Cistern.Delivery.Http;
using Cistern.Demo;

namespace Cistern.Tests.Demo;

/// <summary>Runs the demo's feeds without a server, and opens what they deliver with nothing of the program's own.</summary>
internal static class DemoRuns
{
    public const int Seed = 7;

    /// <summary>A Wednesday afternoon.</summary>
    public static readonly DateTimeOffset Told = new(2026, 11, 18, 15, 0, 0, TimeSpan.Zero);

    public static DemoFeeds Feeds(int seed = Seed, double rate = 1) => new(seed, rate, new DemoStory(Told), Told, TimeProvider.System);

    /// <summary>The records that a stream delivers between two moments.</summary>
    public static List<byte[]> Records(DemoStream stream, DateTimeOffset from, DateTimeOffset until, int seed = Seed, double rate = 1) =>
        Records(Feeds(seed, rate), stream, from, until);

    public static List<byte[]> Records(DemoFeeds feeds, DemoStream stream, DateTimeOffset from, DateTimeOffset until)
    {
        using var feed = feeds.From(stream, from);
        var records = new List<byte[]>();
        while (feed.Next(until) is { } delivery)
        {
            records.AddRange(Open(delivery));
        }

        return records;
    }

    public static List<byte[]> Open(OutgoingDelivery delivery)
    {
        using var body = JsonDocument.Parse(delivery.Gzip ? Inflate(delivery.Body.ToArray()) : delivery.Body.ToArray());
        return [.. body.RootElement.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("data").GetBytesFromBase64())];
    }

    public static byte[] Inflate(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var inflated = new MemoryStream();
        gzip.CopyTo(inflated);
        return inflated.ToArray();
    }
}
