using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Cistern.Delivery.Backup;

namespace Cistern.Tests.Delivery.Simulation;

/// <summary>Buckets in memory that may refuse. What an answer promised stays, whatever happens to the service.</summary>
internal sealed class SimulatedBucket(Random random) : IObjectStore
{
    /// <summary>The share of puts that fail; half of these store the object all the same.</summary>
    public double FailureRate { get; set; }

    /// <summary>Bodies by key, inflated.</summary>
    public SortedDictionary<string, string> Objects { get; } = new(StringComparer.Ordinal);

    public Task<ObjectFailure?> PutAsync(NewObject added, CancellationToken cancel)
    {
        var fails = random.NextDouble() < FailureRate;
        if (!fails || random.Next(2) == 0)
        {
            Objects[added.Key] = Encoding.UTF8.GetString(added.ContentEncoding == "gzip" ? Inflate(added.Body) : added.Body.ToArray());
        }

        return Task.FromResult(fails ? new ObjectFailure("S3.SlowDown", "simulated") : null);
    }

    /// <summary>The records in objects whose key holds a text: of error objects what <c>rawData</c> holds, of others the lines.</summary>
    public IEnumerable<string> Records(string keyPart, bool areErrors) => Objects
        .Where(item => item.Key.Contains(keyPart, StringComparison.Ordinal))
        .SelectMany(item => item.Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        .Select(line => areErrors ? RawData(line) : line);

    private static string RawData(string line)
    {
        using var json = JsonDocument.Parse(line);
        return Encoding.UTF8.GetString(json.RootElement.GetProperty("rawData").GetBytesFromBase64()).TrimEnd();
    }

    private static byte[] Inflate(ReadOnlyMemory<byte> body)
    {
        using var plain = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(body.ToArray()), CompressionMode.Decompress);
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
