using Cistern.Store;
using Cistern.Tests.Formats;
using Cistern.Tests.Store.ClickHouse;

namespace Cistern.Tests.Store;

/// <summary>What every store promises, as <see cref="IStore"/> says it.</summary>
public abstract class StoreTests
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.UtcNow.AddMinutes(-5);

    [Fact]
    public async Task A_delivery_is_visible_when_the_commit_returns()
    {
        await using var open = await OpenAsync();

        var result = await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a", "/x?y=1"), TestDeliveries.Line(s_time, "b"));

        Assert.Equal(new CommitResult(CommitStatus.Stored, 2, 0, 0, null), result);
        var row = (await open.RowsAsync("SELECT path, query, status, host, delivery_id, stream, request_id, weight, country, asn FROM requests ORDER BY path DESC"))[0];
        Assert.Equal(["/x", "y=1", 200L, "www.example.com", "d1", TestDeliveries.Stream, TestDeliveries.RequestId("a"), 1.0, "", null], row);
        Assert.Equal(["requests", 2L, 2L, 0L, 0L, "/firehose", "test", "127.0.0.1"], (await open.RowsAsync("SELECT signal, records, rows, rejected, repeats, route, key, source_address FROM deliveries"))[0]);
        Assert.Equal((true, true, null), (open.Store.Readiness.CanStore, open.Store.Readiness.CanQuery, open.Store.Readiness.Reason));
    }

    [Fact]
    public async Task A_repeated_delivery_stores_nothing_also_after_a_restart()
    {
        await using var open = await OpenAsync();
        string[] lines = [TestDeliveries.Line(s_time, "a"), "no line", TestDeliveries.Line(s_time, "b")];

        Assert.Equal(CommitStatus.Stored, (await open.StoreAsync("d1", lines)).Status);
        Assert.Equal(CommitStatus.Repeated, (await open.StoreAsync("d1", lines)).Status);
        await open.RestartAsync();
        Assert.Equal(CommitStatus.Repeated, (await open.StoreAsync("d1", lines)).Status);

        Assert.Equal((2, 1, 1), (await open.CountAsync("requests"), await open.CountAsync("rejects"), await open.CountAsync("deliveries")));
    }

    [Fact]
    public async Task A_row_that_comes_again_in_another_delivery_is_stored_once_and_counted_as_a_repeat()
    {
        await using var open = await OpenAsync();
        await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"), TestDeliveries.Line(s_time, "b"));

        var second = await open.StoreAsync("d2", TestDeliveries.Line(s_time, "b"), TestDeliveries.Line(s_time, "c"), TestDeliveries.Line(s_time, "c"));
        await open.RestartAsync();
        var third = await open.StoreAsync("d3", TestDeliveries.Line(s_time, "a"), TestDeliveries.Line(s_time, "d"));

        Assert.Equal((1, 2), (second.Rows, second.Repeats));
        Assert.Equal((1, 1), (third.Rows, third.Repeats));
        Assert.Equal(4, await open.CountAsync("requests"));
        Assert.Equal(["d1", 2L, 0L, "d2", 1L, 2L, "d3", 1L, 1L], (await open.RowsAsync("SELECT delivery_id, rows, repeats FROM deliveries ORDER BY delivery_id")).SelectMany(row => row));
    }

    [Fact]
    public async Task Different_requests_are_never_taken_for_one()
    {
        await using var open = await OpenAsync();
        var other = TestDeliveries.Line(s_time, "a").Replace("d111111abcdef8", "d222222abcdef8", StringComparison.Ordinal);

        await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"), other, TestDeliveries.Line(s_time, "b"));

        Assert.Equal(3, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task What_cannot_be_decoded_is_kept_byte_for_byte_with_its_reason()
    {
        await using var open = await OpenAsync();
        var unreadable = string.Concat(Enumerable.Range(1, 255).Select(code => (char)code)).Replace("\n", "", StringComparison.Ordinal);

        var result = await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"), unreadable);

        Assert.Equal((1, 1), (result.Rows, result.Rejected));
        var reject = (await open.RowsAsync("SELECT data, record_index, route, attributes, length(reason) > 10 FROM rejects"))[0];
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(unreadable), reject[0] as byte[] ?? System.Text.Encoding.UTF8.GetBytes((string)reject[0]!));
        Assert.Equal([1L, "/firehose"], reject[1..3]);
        Assert.Equal(new KeyValuePair<string, object?>("env", "test"), Assert.Single((IReadOnlyList<KeyValuePair<string, object?>>)reject[3]!));
        Assert.Equal(1, Convert.ToInt32(reject[4], System.Globalization.CultureInfo.InvariantCulture)); // Whether a comparison gives a number or a boolean is the engine's business.
    }

    [Fact]
    public async Task Log_events_and_metrics_read_as_they_were_decoded()
    {
        await using var open = await OpenAsync();

        var result = await open.StoreAsync("d1", Bodies.FixtureText("cloudwatch-logs/own_firehose-decompressed.ndjson"), Bodies.FixtureText("metric-stream-json/own_two-lines.ndjson"));

        Assert.Equal(CommitStatus.Stored, result.Status);
        Assert.Equal(await open.CountAsync("logs") + await open.CountAsync("metrics"), result.Rows);
        Assert.Equal(["i-0/own", "", "first own-made line"], (await open.RowsAsync("SELECT log_stream, level, message FROM logs ORDER BY time"))[0]);
        var metric = (await open.RowsAsync("SELECT namespace, metric, dimensions, quantiles FROM metrics ORDER BY metric, time"))[0];
        Assert.All(metric, Assert.NotNull);
        Assert.Equal(CommitStatus.Stored, (await open.StoreAsync("d2", Bodies.FixtureText("metric-stream-json/own_two-lines.ndjson"))).Status);
        Assert.Equal(["d2", 0L], (await open.RowsAsync("SELECT delivery_id, rows FROM deliveries ORDER BY delivery_id DESC"))[0]);
    }

    [Fact]
    public async Task An_import_stores_rows_once_whatever_its_id_and_however_long_ago()
    {
        await using var open = await OpenAsync(settings => settings with { IdentityWindow = TimeSpan.FromMilliseconds(1) });
        var longAgo = s_time.AddDays(-40);
        string[] lines = [TestDeliveries.Line(longAgo, "a"), TestDeliveries.Line(longAgo.AddHours(1), "b")];
        await open.CommitAsync(open.Store, "i1", RepeatScope.Import, lines);
        await open.RestartAsync();
        await Task.Delay(20, TestContext.Current.CancellationToken);

        Assert.Equal(CommitStatus.Repeated, (await open.CommitAsync(open.Store, "i1", RepeatScope.Import, lines)).Status);
        var other = await open.CommitAsync(open.Store, "i2", RepeatScope.Import, [.. lines, TestDeliveries.Line(longAgo, "c")]);

        Assert.Equal((1, 2), (other.Rows, other.Repeats));
        Assert.Equal(3, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task Entries_without_an_id_are_never_compared()
    {
        await using var open = await OpenAsync();
        var line = TestDeliveries.Line(s_time, "a");

        var first = await open.CommitAsync(open.Store, "e1", RepeatScope.None, line, line);
        var second = await open.CommitAsync(open.Store, "e2", RepeatScope.None, line);

        Assert.Equal((2, 0, 1, 0), (first.Rows, first.Repeats, second.Rows, second.Repeats));
        Assert.Equal((3, 2), (await open.CountAsync("requests"), await open.CountAsync("deliveries")));
    }

    [Fact]
    public async Task Times_of_many_days_the_first_and_the_last_are_kept()
    {
        await using var open = await OpenAsync();
        var days = Enumerable.Range(0, 150).Select(day => TestDeliveries.Line(s_time.AddDays(-day), $"day {day}")).ToArray();
        string[] odd = [TestDeliveries.Line(DateTimeOffset.UnixEpoch, "first"), TestDeliveries.Line(new DateTimeOffset(2199, 12, 31, 23, 59, 59, TimeSpan.Zero), "late")];

        var result = await open.StoreAsync("d1", [.. days, .. odd]);

        Assert.Equal((CommitStatus.Stored, 152, 0), (result.Status, result.Rows, result.Rejected));
        var rows = await open.RowsAsync("SELECT min(time), max(time), count(DISTINCT time) FROM requests");
        Assert.Equal([DateTimeOffset.UnixEpoch, new DateTimeOffset(2199, 12, 31, 23, 59, 59, TimeSpan.Zero), 152L], rows[0]);
    }

    [Fact]
    public async Task Deliveries_that_come_at_once_are_stored_once_each()
    {
        await using var open = await OpenAsync();
        var node = await open.OpenNodeAsync();
        var made = Enumerable.Range(0, 20).Select(delivery => (Id: $"d{delivery}", Lines: Enumerable.Range(0, 20).Select(row => TestDeliveries.Line(s_time, $"{delivery}/{row}")).ToArray())).ToArray();

        // Each twice at the same time, if there are two nodes by way of both.
        var results = await Task.WhenAll(made.Concat(made).Select((delivery, place) => open.CommitAsync(place >= made.Length ? node ?? open.Store : open.Store, delivery.Id, RepeatScope.Delivery, delivery.Lines)));

        await (node?.DisposeAsync() ?? ValueTask.CompletedTask);
        Assert.All(results, result => Assert.NotEqual(CommitStatus.Unavailable, result.Status));
        Assert.Equal((400, 20), (await open.CountAsync("requests"), await open.CountAsync("deliveries")));
        Assert.Equal([20L, 400L, 0L], (await open.RowsAsync("SELECT count(DISTINCT delivery_id), count(DISTINCT request_id), CAST(sum(repeats) AS BIGINT) FROM requests JOIN deliveries USING (delivery_id)"))[0]);
    }

    [Fact]
    public async Task A_query_over_its_time_or_rows_fails_with_the_reason_and_the_next_one_works()
    {
        await using var open = await OpenAsync();
        await open.StoreAsync("d1", Enumerable.Range(0, 400).Select(row => TestDeliveries.Line(s_time, $"{row}")));
        var endless = AnyStore.Query("SELECT count(*) FROM requests a, requests b, requests c, requests d WHERE a.request_id || b.request_id || c.request_id <> d.request_id", new QueryLimits(TimeSpan.FromMilliseconds(300), 10));
        var many = AnyStore.Query("SELECT * FROM requests", new QueryLimits(TimeSpan.FromSeconds(30), 5));

        Assert.Equal(StoreQueryFault.TimedOut, await FaultOf(open.Store, endless));
        Assert.Equal(StoreQueryFault.TooManyRows, await FaultOf(open.Store, many));
        Assert.Equal(StoreQueryFault.Invalid, await FaultOf(open.Store, AnyStore.Query("SELECT nothing FROM requests")));
        Assert.Equal(StoreQueryFault.Invalid, await FaultOf(open.Store, AnyStore.Query("SELECT 1 FROM nowhere")));
        Assert.Equal(400, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task A_query_that_its_caller_leaves_ends()
    {
        await using var open = await OpenAsync();
        await open.StoreAsync("d1", Enumerable.Range(0, 400).Select(row => TestDeliveries.Line(s_time, $"{row}")));
        using var leaves = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var endless = AnyStore.Query("SELECT count(*) FROM requests a, requests b, requests c, requests d WHERE a.request_id || b.request_id || c.request_id <> d.request_id", new QueryLimits(TimeSpan.FromMinutes(5), 10));

        Assert.Equal(StoreQueryFault.Canceled, await FaultOf(open.Store, endless, leaves.Token));
        Assert.Equal(400, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task Counts_become_events()
    {
        await using var open = await OpenAsync();
        open.Store.Count("refused", "AccessKeyInvalid", "", "");
        open.Store.Count("refused", "AccessKeyInvalid", "", "");
        open.Store.Count("repeat", "", TestDeliveries.Stream, "test", 5);

        await open.RestartAsync();

        Assert.Equal(["refused", "AccessKeyInvalid", "", 2L, "repeat", "", TestDeliveries.Stream, 5L], (await open.RowsAsync("SELECT kind, reason, stream, count FROM events ORDER BY kind")).SelectMany(row => row));
    }

    [Fact]
    public async Task The_status_says_what_is_stored()
    {
        await using var open = await OpenAsync();
        await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"), TestDeliveries.Line(s_time, "b"), "no line");

        await open.RestartAsync();

        var status = open.Store.GetStatus();
        Assert.Equal([("requests", 2L), ("rejects", 1L), ("deliveries", 1L)], status.Tables.Where(table => table.Rows > 0).Select(table => (table.Name, table.Rows)));
        Assert.Equal(4, status.SegmentRows);
        Assert.True(status.SegmentBytes > 0 && status.FreeBytes > 0);
        Assert.Equal(s_time.ToUnixTimeSeconds(), status.OldestRow?.ToUnixTimeSeconds());
    }

    private protected abstract string NewAddress();

    private protected Task<AnyStore> OpenAsync(Func<Cistern.Operations.Settings.StoreSettings, Cistern.Operations.Settings.StoreSettings>? change = null) => AnyStore.OpenAsync(NewAddress(), change);

    private static async Task<StoreQueryFault?> FaultOf(IStore store, StoreQuery query, CancellationToken cancel = default)
    {
        try
        {
            using var result = await store.QueryAsync(query, cancel);
            while (result.Read())
            {
            }

            return null;
        }
        catch (StoreQueryException error)
        {
            return error.Fault;
        }
    }
}

public sealed class EmbeddedPromiseTests : StoreTests
{
    private protected override string NewAddress() => "";
}

public sealed class ClickHousePromiseTests(ClickHouseEngine engine) : StoreTests, IClassFixture<ClickHouseEngine>
{
    private protected override string NewAddress() => engine.NewAddress();
}
