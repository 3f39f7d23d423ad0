using System.Buffers;
using Cistern.Store;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.Embedded;
using Cistern.Store.Embedded.Identity;
using Cistern.Tests.Formats;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>Once, through ClickHouse's own engine: repeats, retries after a failure at every insert, and what each insert says.</summary>
public sealed class ClickHouseCommitTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private static readonly RowIdentity Identity = new(SipKey.FromBytes("0123456789abcdef"u8));
    private static readonly Dictionary<string, string> None = [];

    public static TheoryData<int, bool> Failures => [.. Enumerable.Range(1, 6).SelectMany(insert => new[] { (insert, false), (insert, true) })];

    [Fact]
    public async Task A_delivery_is_stored_once_and_its_rows_in_no_other()
    {
        await MakeTablesAsync();
        var first = Delivery("first");
        var commit = Commit(engine.Client);

        var stored = await commit.RunAsync(first, TestContext.Current.CancellationToken);
        var again = await commit.RunAsync(first, TestContext.Current.CancellationToken);
        var other = await commit.RunAsync(Delivery("second"), TestContext.Current.CancellationToken);

        Assert.Equal((CommitStatus.Stored, 5L, 1L, 0L), (stored.Status, stored.Rows, stored.Rejected, stored.Repeats));
        Assert.Equal(CommitStatus.Repeated, again.Status);
        Assert.Equal((CommitStatus.Stored, 0L, 1L, 5L), (other.Status, other.Rows, other.Rejected, other.Repeats));
        Assert.Equal(2L, await CountAsync("requests_rows", "first") + await CountAsync("requests_rows", "second"));
        Assert.Equal(3L, await CountAsync("logs_rows", "first") + await CountAsync("logs_rows", "second"));
    }

    /// <summary>The connection is lost before an insert arrives, or after it was done: the retry stores what is missing, nothing twice, and counts no row of its own as a repeat.</summary>
    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Whichever_insert_fails_the_retry_makes_it_whole(int insert, bool done)
    {
        await MakeTablesAsync();
        var delivery = Delivery($"fails-{insert}-{done}", $"{insert}{done}");
        using var cut = new CutConnection(insert, done);
        using var http = new HttpMessageInvoker(cut);

        var failure = await Assert.ThrowsAsync<ClickHouseException>(() => Commit(new ClickHouseClient(http, engine.Address.Hosts[0], engine.Address)).RunAsync(delivery, TestContext.Current.CancellationToken));
        var retried = await Commit(engine.Client).RunAsync(delivery, TestContext.Current.CancellationToken);

        Assert.True(failure.IsLost);
        var whole = insert == 6 && done; // The row of deliveries was there: the retry is a repeat.
        Assert.Equal(whole ? CommitStatus.Repeated : CommitStatus.Stored, retried.Status);
        Assert.Equal(whole ? 0 : 5, retried.Rows);
        Assert.Equal(0, retried.Repeats);
        foreach (var (table, rows) in new[] { ("requests_rows", 2L), ("logs_rows", 3L), ("rejects_rows", 1L), ("deliveries_rows", 1L) })
        {
            Assert.Equal(rows, await CountAsync(table, delivery.DeliveryId));
        }
    }

    [Fact]
    public async Task Every_insert_says_what_it_needs()
    {
        await MakeTablesAsync();
        using var seen = new CutConnection(int.MaxValue, done: false);
        using var http = new HttpMessageInvoker(seen);

        await Commit(new ClickHouseClient(http, engine.Address.Hosts[0], engine.Address)).RunAsync(Delivery("settings", "settings"), TestContext.Current.CancellationToken);

        Assert.Equal(6, seen.Inserts.Count);
        Assert.All(seen.Inserts, query =>
        {
            Assert.Equal("0", query["async_insert"]);
            Assert.Equal("1", query["insert_deduplicate"]);
            Assert.Equal("1", query["wait_end_of_query"]);
            Assert.StartsWith("arn:own/settings/", query["insert_deduplication_token"], StringComparison.Ordinal);
        });
        Assert.Equal(6, seen.Inserts.Select(query => query["insert_deduplication_token"]).Distinct().Count());
        Assert.Contains("deliveries_rows", seen.Inserts[^1]["query"], StringComparison.Ordinal);
    }

    private static ClickHouseCommit Commit(ClickHouseClient client) => new(client, Identity, TimeSpan.FromHours(1), replicated: false);

    private async Task MakeTablesAsync()
    {
        foreach (var statement in new ClickHouseSchema(engine.Address, TimeSpan.Zero, 10_000).Statements())
        {
            await engine.Client.RunAsync(statement, None, TestContext.Current.CancellationToken);
        }
    }

    // Two requests, three log events, and a line that is none; `mark` makes the rows others than those of another delivery.
    private static DeliveryCommit Delivery(string id, string mark = "")
    {
        string Request(string number) => Lines.All((13, $"own-{mark}-{number}-".PadRight(56, 'x')));
        var logs = Bodies.FixtureText("cloudwatch-logs/own_firehose-decompressed.ndjson").Replace("\"id\":\"", $"\"id\":\"{mark}", StringComparison.Ordinal);
        var rows = Bodies.DecodeRecords(Bodies.Any, Request("1"), Request("2"), logs, "neither\n");
        return new DeliveryCommit
        {
            DeliveryId = id,
            Stream = "arn:own",
            Received = DateTimeOffset.UtcNow,
            Route = "/firehose",
            Key = "own",
            SourceAddress = "192.0.2.1",
            Attributes = new Dictionary<string, string>(),
            Context = Bodies.Any,
            Body = ReadOnlySequence<byte>.Empty,
            Rows = rows,
        };
    }

    private async Task<long> CountAsync(string table, string delivery)
    {
        var settings = new Dictionary<string, string> { ["default_format"] = "RowBinaryWithNamesAndTypes" };
        using var answer = await engine.Client.SelectAsync($"SELECT count() FROM {table} WHERE delivery_id = {{id:String}}", new Dictionary<string, string> { ["id"] = delivery }, settings, TestContext.Current.CancellationToken);
        using var result = await ClickHouseResult.OpenAsync(answer, 1, 0, TestContext.Current.CancellationToken);
        Assert.True(result.Read());
        return (long)result[0]!;
    }

    /// <summary>A connection that breaks at one insert, before it was sent or after it was done.</summary>
    private sealed class CutConnection(int insert, bool done) : DelegatingHandler(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)))
    {
        public List<Dictionary<string, string>> Inserts { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var query = request.RequestUri!.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[1]));
            if (!query.TryGetValue("query", out var sql) || !sql.StartsWith("INSERT", StringComparison.Ordinal))
            {
                return await base.SendAsync(request, cancellationToken);
            }

            Inserts.Add(query);
            if (Inserts.Count == insert && done)
            {
                (await base.SendAsync(request, cancellationToken)).Dispose();
            }

            return Inserts.Count == insert ? throw new HttpRequestException("cut") : await base.SendAsync(request, cancellationToken);
        }
    }
}
