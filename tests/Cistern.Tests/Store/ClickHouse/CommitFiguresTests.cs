using System.Diagnostics;
using System.Text;
using Cistern.Demo;
using Cistern.Formats.Deliveries;
using Cistern.Store;
using Cistern.Tests.Formats;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>What a delivery costs: statements, rows that are looked at, time. The times are written and not asserted.</summary>
public sealed class CommitFiguresTests(ClickHouseEngine engine, ITestOutputHelper output) : IClassFixture<ClickHouseEngine>
{
    private const int LinesARecord = 1_000;

    private readonly CommitBench _bench = new(engine);

    [Fact]
    public async Task A_delivery_takes_few_statements_and_looks_at_few_rows()
    {
        await _bench.MakeTablesAsync();
        await RunAsync("first", 1_000);
        await RunAsync("large", 100_000);
        await RunAsync("small", 1_000);
        var few = await RunAsync("few", 10);
        var again = await RunAsync("few", 10, CommitStatus.Repeated);

        // A hundred thousand identities are there: ten of them are looked up in ten marks of 512 rows for each part, and the plan in one.
        Assert.InRange(few, 0, 60_000);
        Assert.InRange(again, 0, 60_000);
    }

    private async Task<long> RunAsync(string id, int rows, CommitStatus expected = CommitStatus.Stored)
    {
        var delivery = CommitBench.Of(id, Requests(id, rows));
        using var seen = new CutConnection();
        using var http = new HttpMessageInvoker(seen);
        var started = Stopwatch.GetTimestamp();

        var result = await _bench.CommitAsync(delivery, http);

        output.WriteLine($"{id}: {result.Status}, {rows} rows, {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms, {seen.Inserts.Count} inserts, {seen.Selects} selects, {seen.RowsRead} rows read");
        Assert.Equal(expected, result.Status);
        Assert.Equal(expected == CommitStatus.Stored ? (4, 3) : (0, 3), (seen.Inserts.Count, seen.Selects));
        return seen.RowsRead;
    }

    private static DecodedDelivery Requests(string id, int rows)
    {
        var traffic = new DemoTraffic(id.Length + rows, new DateTimeOffset(2026, 11, 18, 0, 0, 0, TimeSpan.Zero));
        var buffer = new byte[RealtimeLine.BytesMax];
        var lines = Enumerable.Range(0, rows).Select(_ => Encoding.UTF8.GetString(buffer, 0, traffic.WriteNext(buffer))).ToArray();
        return Bodies.DecodeRecords(Bodies.Any with { CloudFrontFields = "1-46", MaxInflatedBytes = 1 << 30 }, [.. lines.Chunk(LinesARecord).Select(part => string.Concat(part))]);
    }
}
