using System.Globalization;
using Cistern.Formats;
using Cistern.Formats.Deliveries;
using Cistern.Store;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Tests.Formats;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>Deliveries of many days, of which a failure may leave some, and retries that come when their tokens are forgotten; imports and entries.</summary>
public sealed class StoredPartsTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private readonly CommitBench _bench = new(engine);

    [Fact]
    public async Task A_delivery_may_have_more_days_than_ClickHouse_takes_by_default()
    {
        await _bench.MakeTablesAsync();

        var result = await _bench.CommitAsync(CommitBench.Of("years", Days("years", 250)));

        Assert.Equal((CommitStatus.Stored, 250L), (result.Status, result.Rows));
        Assert.Equal(250L, await _bench.CountAsync("metrics_rows", "years"));
    }

    /// <summary>A day is a part of its own: what a failure between two of them left is not stored again, the others are.</summary>
    [Theory]
    [InlineData(10_000)]
    [InlineData(1)]
    public async Task Days_that_are_missing_are_stored_and_those_that_are_there_not_again(int window)
    {
        var bench = new CommitBench(engine, $"days_{window}");
        await bench.MakeTablesAsync(window);
        var delivery = CommitBench.Of("days", Days("days", 5));
        using var http = new HttpMessageInvoker(new CutConnection("metrics_rows", done: false));
        await Assert.ThrowsAsync<ClickHouseException>(() => bench.CommitAsync(delivery, http));
        await StorePartAsync(bench, delivery, [1, 3]);
        if (window == 1)
        {
            await bench.CommitAsync(CommitBench.Of("others", Days("others", 3))); // ClickHouse forgets the tokens.
        }

        var retried = await bench.CommitAsync(delivery);

        Assert.Equal((CommitStatus.Stored, 5L, 0L), (retried.Status, retried.Rows, retried.Repeats));
        Assert.Equal(5L, await bench.CountAsync("metrics_rows", "days"));
        Assert.Equal(5L, (await bench.SelectAsync("SELECT rows FROM deliveries_rows WHERE delivery_id = {id:String}", "days"))[0][0]);
    }

    [Fact]
    public async Task A_retry_finds_what_it_left_also_when_its_tokens_are_forgotten()
    {
        var bench = new CommitBench(engine, "forgotten");
        await bench.MakeTablesAsync(deduplicationWindow: 1);
        foreach (var table in new[] { "requests_rows", "logs_rows", "rejects_rows", "row_identities", "deliveries_rows" })
        {
            var delivery = CommitBench.Delivery($"forgotten-{table}", $"forgotten{table}");
            using var http = new HttpMessageInvoker(new CutConnection(table, done: true));
            await Assert.ThrowsAsync<ClickHouseException>(() => bench.CommitAsync(delivery, http));
            await bench.CommitAsync(CommitBench.Delivery($"other-{table}-1", $"other{table}1"));
            await bench.CommitAsync(CommitBench.Delivery($"other-{table}-2", $"other{table}2"));

            await bench.CommitAsync(delivery with { Received = delivery.Received.AddHours(2) });

            await bench.AssertWholeAsync(delivery.DeliveryId);
        }
    }

    [Fact]
    public async Task Times_that_no_day_holds_are_stored_once()
    {
        await _bench.MakeTablesAsync();
        var delivery = CommitBench.Of("far", Bodies.DecodeRecords(Bodies.Metrics, Metric("far", -5_000_000_000_000), Metric("far", 9_000_000_000_000), Metric("far", 1_700_000_000_000)));
        using var http = new HttpMessageInvoker(new CutConnection("metrics_rows", done: true));

        await Assert.ThrowsAsync<ClickHouseException>(() => _bench.CommitAsync(delivery, http));
        var retried = await _bench.CommitAsync(delivery);

        Assert.Equal(retried.Rows, await _bench.CountAsync("metrics_rows", "far"));
        Assert.True(retried.Rows > 0, "no row");
    }

    [Fact]
    public async Task An_entry_without_an_id_is_stored_each_time_with_few_statements()
    {
        await _bench.MakeTablesAsync();
        using var seen = new CutConnection();
        using var http = new HttpMessageInvoker(seen);

        await _bench.CommitAsync(CommitBench.Of("entry-1", Days("entry", 1), repeats: RepeatScope.None), http);
        var second = await _bench.CommitAsync(CommitBench.Of("entry-2", Days("entry", 1), repeats: RepeatScope.None), http);

        Assert.Equal((1L, 0L), (second.Rows, second.Repeats));
        Assert.Equal((4, 0), (seen.Inserts.Count, seen.Selects.Count));
        Assert.Equal(1L, await _bench.CountAsync("metrics_rows", "entry-1"));
        Assert.Equal(1L, await _bench.CountAsync("metrics_rows", "entry-2"));
    }

    /// <summary>The rows of an import are compared with all that is stored, however long ago; its id is known for ever, also when its rows are gone by age.</summary>
    [Fact]
    public async Task An_import_is_stored_once_for_ever_and_only_with_rows_that_are_not_there()
    {
        await _bench.MakeTablesAsync();
        await _bench.CommitAsync(CommitBench.Delivery("long-ago", "import", DateTimeOffset.UtcNow.AddDays(-7)));
        var import = CommitBench.Of("import", Bodies.DecodeRecords(Bodies.Any, Lines.All((13, "own-import-1-".PadRight(56, 'x'))), Lines.All((13, "own-import-3-".PadRight(56, 'x'))), Metric("import", 1_700_000_000_000)), repeats: RepeatScope.Import);

        var first = await _bench.CommitAsync(import);
        await _bench.RunAsync("TRUNCATE TABLE deliveries_rows");
        var later = await _bench.CommitAsync(import with { Received = import.Received.AddDays(400) });
        var other = await _bench.CommitAsync(import with { DeliveryId = "import-2" });

        Assert.Equal((CommitStatus.Stored, 2L, 1L), (first.Status, first.Rows, first.Repeats));
        Assert.Equal(CommitStatus.Repeated, later.Status);
        Assert.Equal((CommitStatus.Stored, 0L, 3L), (other.Status, other.Rows, other.Repeats));
        Assert.Equal(1L, await _bench.CountAsync("requests_rows", "import"));
    }

    [Theory]
    [InlineData("metrics_rows", false)]
    [InlineData("metrics_rows", true)]
    [InlineData("deliveries_rows", true)]
    public async Task An_import_that_was_interrupted_goes_on(string table, bool done)
    {
        await _bench.MakeTablesAsync();
        var import = CommitBench.Of($"broken-{table}-{done}", Days($"broken-{table}-{done}", 3), repeats: RepeatScope.Import);
        using var http = new HttpMessageInvoker(new CutConnection(table, done));

        await Assert.ThrowsAsync<ClickHouseException>(() => _bench.CommitAsync(import, http));
        await _bench.CommitAsync(import);
        var third = await _bench.CommitAsync(import);

        Assert.Equal(CommitStatus.Repeated, third.Status);
        Assert.Equal((3L, 1L), (await _bench.CountAsync("metrics_rows", import.DeliveryId), await _bench.CountAsync("deliveries_rows", import.DeliveryId)));
        Assert.Equal(1L, (await _bench.SelectAsync("SELECT toInt64(countIf(done = 1)) FROM delivery_plans WHERE delivery_id = {id:String}", import.DeliveryId))[0][0]);
    }

    // What is left when a server dies between two parts of an insert.
    private static async Task StorePartAsync(CommitBench bench, DeliveryCommit delivery, int[] rows)
    {
        var work = CommitWork.Of(delivery, CommitBench.Identity);
        var received = (DateTimeOffset)(await bench.SelectAsync("SELECT received FROM delivery_plans WHERE delivery_id = {id:String}", delivery.DeliveryId))[0][0]!;
        var common = new CommonValues((received - DateTimeOffset.UnixEpoch).Ticks / 10, delivery.DeliveryId, delivery.Stream, delivery.Route, delivery.Attributes);
        var block = new NativeBlock(delivery.Rows.Metrics, rows, work.Identities, common);
        await new ShardConnection(bench.Client).InsertAsync("metrics_rows", block, work.TokenOf(Tables.Metrics.Name), mayJoin: false, TestContext.Current.CancellationToken);
    }

    private static DecodedDelivery Days(string name, int days) => Bodies.DecodeRecords(Bodies.Metrics, [.. Enumerable.Range(0, days).Select(day => Metric(name, 1_700_000_000_000 + (day * 86_400_000L)))]);

    private static string Metric(string name, long milliseconds) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"metric_stream_name":"test","account_id":"111122223333","region":"us-east-1","namespace":"Test","metric_name":"{{name}}","dimensions":{"A":"1"},"timestamp":{{milliseconds}},"value":{"max":1.5,"min":1.0,"sum":7.25,"count":3.0},"unit":"Count"}""");
}
