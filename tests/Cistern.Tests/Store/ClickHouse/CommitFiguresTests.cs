using System.Diagnostics;
using System.Text;
using Cistern.Demo;
using Cistern.Formats.Deliveries;
using Cistern.Store;
using Cistern.Store.ClickHouse.Insert;
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
        var small = await RunAsync("another", 1_000);
        var few = await RunAsync("few", 10);

        // A hundred thousand identities are there: each that is looked up is in one mark of 512 rows of each part.
        var (parts, rows) = await StoredAsync();
        output.WriteLine($"{rows} identities in {parts} parts");
        Assert.InRange(small, 0, rows);
        Assert.InRange(few, 0, Math.Min(rows / 2, 10 * 512 * parts));
    }

    /// <returns>How many rows of identities ClickHouse had to look at.</returns>
    private async Task<long> RunAsync(string id, int rows)
    {
        var delivery = CommitBench.Of(id, Requests(id, rows));
        using var seen = new CutConnection();
        using var http = new HttpMessageInvoker(seen);
        var started = Stopwatch.GetTimestamp();

        var result = await _bench.CommitAsync(delivery, http);

        var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var looked = await EstimateAsync(Assert.Single(seen.Selects, select => select.Sql.Contains("FROM row_identities", StringComparison.Ordinal)));
        output.WriteLine($"{id}: {rows} rows, {milliseconds:0} ms, {seen.Inserts.Count} inserts, {seen.Selects.Count} selects, {looked} identities looked at");
        Assert.Equal((CommitStatus.Stored, (long)rows, 0L), (result.Status, result.Rows, result.Repeats));
        Assert.Equal((4, 3), (seen.Inserts.Count, seen.Selects.Count));
        return looked;
    }

    private async Task<long> EstimateAsync((string Sql, Dictionary<string, string> Query) select)
    {
        var parameters = select.Query.Where(one => one.Key.StartsWith("param_", StringComparison.Ordinal)).ToDictionary(one => one.Key["param_".Length..], one => one.Value);
        var estimate = await new ShardConnection(_bench.Client).SelectAsync($"EXPLAIN ESTIMATE {select.Sql}", parameters, TestContext.Current.CancellationToken);
        return estimate.Sum(table => (long)table[3]!);
    }

    private async Task<(long Parts, long Rows)> StoredAsync()
    {
        var stored = (await _bench.SelectAsync("SELECT toInt64(count()), toInt64(sum(rows)) FROM system.parts WHERE database = 'cistern' AND \"table\" = 'row_identities' AND active"))[0];
        return ((long)stored[0]!, (long)stored[1]!);
    }

    private static DecodedDelivery Requests(string id, int rows)
    {
        var traffic = new DemoTraffic((id.Length * 1_000_000) + rows, new DateTimeOffset(2026, 11, 18, 0, 0, 0, TimeSpan.Zero));
        var buffer = new byte[RealtimeLine.BytesMax];
        var lines = Enumerable.Range(0, rows).Select(_ => Encoding.UTF8.GetString(buffer, 0, traffic.WriteNext(buffer))).ToArray();
        return Bodies.DecodeRecords(Bodies.Any with { CloudFrontFields = "1-46", MaxInflatedBytes = 1 << 30 }, [.. lines.Chunk(LinesARecord).Select(part => string.Concat(part))]);
    }
}
