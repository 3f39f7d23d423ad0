using System.IO.Compression;
using Cistern.Tests.Ingest;
using FormatBodies = Cistern.Tests.Formats.Bodies;

namespace Cistern.Tests.EndToEnd;

/// <summary>What decoding takes of memory, which is the same whatever the store: so on the embedded one alone.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class InflatedRecordTests
{
    [Fact]
    public async Task A_record_that_inflates_to_gigabytes_is_kept_with_little_memory_and_its_neighbours_are_stored()
    {
        await using var server = await RealServer.StartAsync();
        var bomb = Bomb(3L << 30);
        Assert.InRange(bomb.Length, 1 << 20, 4 << 20);
        var before = Environment.WorkingSet;

        await server.DeliverToAsync("/ingester/kinesis/logs", "bomb", [FormatBodies.Fixture("cloudwatch-logs/own_account-level.json.gz"), bomb]);

        Assert.Equal(["""[1,1]"""], await server.RowsAsync("SELECT rows, rejected FROM deliveries"));
        Assert.Equal([$"[1,{bomb.Length}]"], await server.RowsAsync("SELECT record_index, octet_length(data) FROM rejects"));
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 512L << 20);
    }

    private static byte[] Bomb(long bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            var zeros = new byte[1 << 20];
            for (var written = 0L; written < bytes; written += zeros.Length)
            {
                gzip.Write(zeros);
            }
        }

        return packed.ToArray();
    }
}
