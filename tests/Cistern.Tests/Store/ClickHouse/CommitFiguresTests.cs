using System.Diagnostics;
using System.Text;
using Cistern.Demo;
using Cistern.Formats.Deliveries;
using Cistern.Store;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Schema;
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

        // A hundred thousand identities are there: each that is looked up is in one mark of each part.
        var (parts, rows) = await StoredAsync();
        output.WriteLine($"{rows} identities in {parts} parts");
        Assert.InRange(small, 0, rows);
        Assert.InRange(few, 0, Math.Min(rows / 2, 10 * ClickHouseSchema.IdentityRowsAMark * parts));
    }

    /// <summary>A mark for each identity, and a block for each mark: of a table twenty times as large a lookup reads no more.</summary>
    [Fact]
    public async Task A_lookup_reads_as_much_whatever_the_table_holds()
    {
        var bench = new CommitBench(engine, "growth");
        await bench.MakeTablesAsync();
        await FillAsync(bench, 0, 200_000);
        var (before, blocksBefore) = (await LookAsync(bench, "before"), await BlocksAsync(bench));
        await FillAsync(bench, 200_000, 4_000_000);
        var (after, blocksAfter) = (await LookAsync(bench, "after"), await BlocksAsync(bench));

        output.WriteLine($"1,000 of 200,000 identities: {before} rows are read; of 4,000,000: {after}");
        Assert.InRange(before, 1, 1_000 * ClickHouseSchema.IdentityRowsAMark);
        Assert.InRange(after, 1, 1_000 * ClickHouseSchema.IdentityRowsAMark);
        Assert.InRange(blocksBefore, 200_000 / ClickHouseSchema.IdentityRowsAMark, long.MaxValue);
        Assert.InRange(blocksAfter, 4_000_000 / ClickHouseSchema.IdentityRowsAMark, long.MaxValue);
    }

    // One part, as merges leave it.
    private static async Task FillAsync(CommitBench bench, long from, long to)
    {
        await bench.RunAsync($"INSERT INTO row_identities SELECT reinterpretAsUInt128(sipHash128(number)), toStartOfHour(now64(6)), toString(intDiv(number, 1000)), 's' FROM numbers({from}, {to - from})");
        await bench.RunAsync("OPTIMIZE TABLE row_identities FINAL");
    }

    private static async Task<long> LookAsync(CommitBench bench, string id)
    {
        using var seen = new CutConnection();
        using var http = new HttpMessageInvoker(seen);
        await bench.CommitAsync(CommitBench.Of(id, Requests(id, 1_000)), http);
        var estimate = await EstimateAsync(bench, Assert.Single(seen.Selects, select => select.Sql.Contains("FROM row_identities", StringComparison.Ordinal)));

        // What this delivery stored is not of interest.
        await bench.RunAsync($"ALTER TABLE row_identities DELETE WHERE stream = 'arn:own' SETTINGS mutations_sync = 1");
        return estimate;
    }

    // Marks that begin a block of their own.
    private static async Task<long> BlocksAsync(CommitBench bench) =>
        (long)(await bench.SelectAsync("SELECT toInt64(uniqExact(part_name, tupleElement(`identity.mark`, 1))) FROM mergeTreeIndex(currentDatabase(), row_identities, with_marks = true)"))[0][0]!;

    /// <returns>How many rows of identities ClickHouse had to look at.</returns>
    private async Task<long> RunAsync(string id, int rows)
    {
        var delivery = CommitBench.Of(id, Requests(id, rows));
        using var seen = new CutConnection();
        using var http = new HttpMessageInvoker(seen);
        var started = Stopwatch.GetTimestamp();

        var result = await _bench.CommitAsync(delivery, http);

        var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var looked = await EstimateAsync(_bench, Assert.Single(seen.Selects, select => select.Sql.Contains("FROM row_identities", StringComparison.Ordinal)));
        output.WriteLine($"{id}: {rows} rows, {milliseconds:0} ms, {seen.Inserts.Count} inserts, {seen.Selects.Count} selects, {looked} identities looked at");
        Assert.Equal((CommitStatus.Stored, (long)rows, 0L), (result.Status, result.Rows, result.Repeats));
        Assert.Equal((4, 3), (seen.Inserts.Count, seen.Selects.Count));
        return looked;
    }

    private static async Task<long> EstimateAsync(CommitBench bench, (string Sql, Dictionary<string, string> Query) select)
    {
        var parameters = select.Query.Where(one => one.Key.StartsWith("param_", StringComparison.Ordinal)).ToDictionary(one => one.Key["param_".Length..], one => one.Value);
        var estimate = await new ShardConnection(bench.Client).SelectAsync($"EXPLAIN ESTIMATE {select.Sql}", parameters, TestContext.Current.CancellationToken);
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
