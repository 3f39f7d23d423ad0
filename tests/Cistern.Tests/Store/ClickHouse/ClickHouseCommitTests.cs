using Cistern.Store;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>Once, through ClickHouse's own engine: repeats, retries after a failure at every insert, and what each insert says.</summary>
public sealed class ClickHouseCommitTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private static readonly string[] Inserts = ["delivery_plans", "requests_rows", "logs_rows", "rejects_rows", "row_identities", "deliveries_rows"];

    private readonly CommitBench _bench = new(engine);

    public static TheoryData<string, bool> Failures => [.. Inserts.SelectMany(table => new[] { (table, false), (table, true) })];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivery_is_stored_once_and_its_rows_in_no_other()
    {
        await _bench.MakeTablesAsync();
        var first = CommitBench.Delivery("first");

        var stored = await _bench.CommitAsync(first);
        var again = await _bench.CommitAsync(first);
        var other = await _bench.CommitAsync(CommitBench.Delivery("second"));

        Assert.Equal((CommitStatus.Stored, 5L, 1L, 0L), (stored.Status, stored.Rows, stored.Rejected, stored.Repeats));
        Assert.Equal((CommitStatus.Repeated, 5L), (again.Status, again.Repeats));
        Assert.Equal((CommitStatus.Stored, 0L, 1L, 5L), (other.Status, other.Rows, other.Rejected, other.Repeats));
        await _bench.AssertWholeAsync("first");
        await _bench.AssertWholeAsync("second", requests: 0, logs: 0);
    }

    /// <summary>The connection is lost before an insert arrives, or after it was done: the retry stores what is missing, nothing twice, and counts no row of its own as a repeat.</summary>
    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Whichever_insert_fails_the_retry_makes_it_whole(string table, bool done)
    {
        await _bench.MakeTablesAsync();
        var delivery = CommitBench.Delivery($"fails-{table}-{done}", $"{table}{done}");
        using var cut = new CutConnection(table, done);
        using var http = new HttpMessageInvoker(cut);

        var failure = await Assert.ThrowsAsync<ClickHouseException>(() => _bench.CommitAsync(delivery, http));
        var retried = await _bench.CommitAsync(delivery with { Received = delivery.Received.AddMinutes(3) });

        Assert.True(failure.IsLost);
        var whole = table == "deliveries_rows" && done; // The row of deliveries was there: the retry is a repeat.
        Assert.Equal(whole ? (CommitStatus.Repeated, 0, 5) : (CommitStatus.Stored, 5, 0), (retried.Status, retried.Rows, retried.Repeats));
        await _bench.AssertWholeAsync(delivery.DeliveryId);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_call_that_tries_again_itself_says_stored(string table, bool done)
    {
        await _bench.MakeTablesAsync();
        var work = CommitWork.Of(CommitBench.Delivery($"again-{table}-{done}", $"again{table}{done}"), CommitBench.Identity);
        using var cut = new CutConnection(table, done);
        using var http = new HttpMessageInvoker(cut);

        await Assert.ThrowsAsync<ClickHouseException>(() => _bench.CommitAsync(work, http));
        var retried = await _bench.CommitAsync(work);

        Assert.Equal((CommitStatus.Stored, 5, 1, 0), (retried.Status, retried.Rows, retried.Rejected, retried.Repeats));
        await _bench.AssertWholeAsync(work.Delivery.DeliveryId);
    }

    /// <summary>The tables that are partitioned by the arrival would take a retry's rows again, because a token holds in one partition only.</summary>
    [Fact]
    public async Task A_retry_on_the_next_day_has_the_arrival_of_the_first_attempt()
    {
        await _bench.MakeTablesAsync();
        var midnight = new DateTimeOffset(DateTimeOffset.UtcNow.Date, TimeSpan.Zero);
        foreach (var table in new[] { "rejects_rows", "deliveries_rows", "row_identities" })
        {
            var delivery = CommitBench.Delivery($"midnight-{table}", $"midnight{table}", midnight.AddMilliseconds(-5));
            using var http = new HttpMessageInvoker(new CutConnection(table, done: true));

            await Assert.ThrowsAsync<ClickHouseException>(() => _bench.CommitAsync(delivery, http));
            await _bench.CommitAsync(delivery with { Received = midnight.AddMinutes(2) });

            await _bench.AssertWholeAsync(delivery.DeliveryId);
            Assert.Equal(5, await _bench.CountAsync("row_identities", delivery.DeliveryId));
        }
    }

    /// <summary>Another delivery may store a row between the attempts: what is kept was decided before, and what is counted is there.</summary>
    [Theory]
    [InlineData("delivery_plans")]
    [InlineData("requests_rows")]
    [InlineData("row_identities")]
    public async Task Counts_are_true_if_another_delivery_comes_in_between(string table)
    {
        await _bench.MakeTablesAsync();
        var (first, second) = (CommitBench.Delivery($"between-{table}-1", $"between{table}"), CommitBench.Delivery($"between-{table}-2", $"between{table}"));
        using var http = new HttpMessageInvoker(new CutConnection(table, done: true));

        await Assert.ThrowsAsync<ClickHouseException>(() => _bench.CommitAsync(first, http));
        var between = await _bench.CommitAsync(second);
        var retried = await _bench.CommitAsync(first);

        // The first was not whole, so its rows were nobody's repeats: nothing is lost if it never comes again.
        Assert.Equal((CommitStatus.Stored, 5), (between.Status, between.Rows));
        Assert.Equal(CommitStatus.Stored, retried.Status);
        await _bench.AssertWholeAsync(second.DeliveryId);
        await _bench.AssertWholeAsync(first.DeliveryId);
    }

    [Fact]
    public async Task A_row_that_was_left_out_stays_out_when_the_window_is_over_before_the_retry()
    {
        await _bench.MakeTablesAsync();
        var start = DateTimeOffset.UtcNow.AddHours(-5);
        await _bench.CommitAsync(CommitBench.Delivery("window-1", "window", start));
        var second = CommitBench.Delivery("window-2", "window", start.AddMinutes(30));
        using var http = new HttpMessageInvoker(new CutConnection("rejects_rows", done: true));

        await Assert.ThrowsAsync<ClickHouseException>(() => _bench.CommitAsync(second, http));
        var retried = await _bench.CommitAsync(second with { Received = start.AddHours(2) });
        var third = await _bench.CommitAsync(CommitBench.Delivery("window-3", "window", start.AddHours(3)));

        Assert.Equal((CommitStatus.Stored, 0, 5), (retried.Status, retried.Rows, retried.Repeats));
        Assert.Equal((CommitStatus.Stored, 5, 0), (third.Status, third.Rows, third.Repeats));
        await _bench.AssertWholeAsync("window-2", requests: 0, logs: 0);
    }

    /// <summary>A node that was too slow, and one that the sender tried then, at once: one plan holds, and nothing is stored twice.</summary>
    [Fact]
    public async Task Attempts_at_once_store_it_once()
    {
        await _bench.MakeTablesAsync();
        var midnight = new DateTimeOffset(DateTimeOffset.UtcNow.Date, TimeSpan.Zero);
        for (var round = 0; round < 3; round++)
        {
            var name = $"once-{round}";
            var attempts = await Task.WhenAll(Enumerable.Range(0, 4).Select(attempt => _bench.CommitAsync(CommitBench.Delivery(name, name, midnight.AddMilliseconds((attempt * 20) - 30)))));

            Assert.All(attempts, attempt => Assert.NotEqual(CommitStatus.Unavailable, attempt.Status));
            Assert.Contains(attempts, attempt => attempt.Status == CommitStatus.Stored);
            await _bench.AssertWholeAsync(name);
        }
    }

    [Fact]
    public async Task Every_insert_says_what_it_needs_and_statements_are_few()
    {
        await _bench.MakeTablesAsync();
        using var seen = new CutConnection();
        using var http = new HttpMessageInvoker(seen);

        await _bench.CommitAsync(CommitBench.Delivery("settings", "settings"), http);

        Assert.Equal((6, 3), (seen.Inserts.Count, seen.Selects.Count));
        Assert.All(seen.Inserts, query =>
        {
            Assert.Equal(
                new Dictionary<string, string>
                {
                    ["database"] = "cistern",
                    ["async_insert"] = "0",
                    ["insert_deduplicate"] = "1",
                    ["insert_deduplication_token"] = query["insert_deduplication_token"],
                    ["input_format_parallel_parsing"] = "0",
                    ["max_insert_block_size"] = "100000000",
                    ["max_partitions_per_insert_block"] = "0",
                    ["min_insert_block_size_rows"] = "100000000",
                    ["min_insert_block_size_bytes"] = "4000000000",
                    ["query"] = query["query"],
                    ["wait_end_of_query"] = "1",
                },
                query);
            Assert.StartsWith("arn:own/settings/", query["insert_deduplication_token"], StringComparison.Ordinal);
        });
        Assert.Equal(6, seen.Inserts.Select(query => query["insert_deduplication_token"]).Distinct().Count());
        Assert.Equal(("INSERT INTO delivery_plans FORMAT Native", "INSERT INTO deliveries_rows FORMAT Native"), (seen.Inserts[0]["query"], seen.Inserts[^1]["query"]));
    }

    [Fact]
    public void Replicas_are_asked_for_a_quorum_and_entries_may_be_joined()
    {
        var quorum = InsertSettings.Of("token", 2);
        var joined = InsertSettings.Joined("token", 1);

        Assert.Equal(("2", "1", "15000"), (quorum["insert_quorum"], quorum["insert_quorum_parallel"], quorum["insert_quorum_timeout"]));
        Assert.Equal(("1", "1", "1", "1", "token"), (joined["async_insert"], joined["wait_for_async_insert"], joined["async_insert_deduplicate"], joined["insert_quorum"], joined["insert_deduplication_token"]));
    }

    [Fact]
    public async Task A_cancelled_commit_says_nothing_and_can_come_again()
    {
        await _bench.MakeTablesAsync();
        foreach (var table in Inserts)
        {
            var work = CommitWork.Of(CommitBench.Delivery($"cancel-{table}", $"cancel{table}"), CommitBench.Identity);
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            using var http = new HttpMessageInvoker(new CancelledConnection(table, cancel));

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.CommitAsync(work, http, cancel.Token));
            Assert.Equal(0, await _bench.CountAsync("deliveries_rows", work.Delivery.DeliveryId));
            Assert.Equal(CommitStatus.Stored, (await _bench.CommitAsync(work.Delivery)).Status);
            await _bench.AssertWholeAsync(work.Delivery.DeliveryId);
        }
    }

    [Fact]
    public async Task Positions_are_the_time_at_which_deliveries_became_visible()
    {
        await _bench.MakeTablesAsync();
        var before = DateTimeOffset.UtcNow;

        await _bench.CommitAsync(CommitBench.Delivery("position", "position", before.AddMinutes(-10)));

        var position = DateTimeOffset.UnixEpoch.AddMicroseconds((long)(await _bench.SelectAsync("SELECT position FROM deliveries_rows WHERE delivery_id = {id:String}", "position"))[0][0]!);
        Assert.InRange(position, before.AddMicroseconds(-1), DateTimeOffset.UtcNow);
    }

    /// <summary>Cancels when an insert into one table begins.</summary>
    private sealed class CancelledConnection(string table, CancellationTokenSource cancel) : DelegatingHandler(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)))
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Uri.UnescapeDataString(request.RequestUri!.Query).Contains($"INSERT INTO {table} ", StringComparison.Ordinal))
            {
                await cancel.CancelAsync();
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
