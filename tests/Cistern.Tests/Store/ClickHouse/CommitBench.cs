using System.Buffers;
using System.Globalization;
using Cistern.Formats.Deliveries;
using Cistern.Store;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.Identity;
using Cistern.Tests.Formats;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>Tables in an engine, deliveries into them, and what became of those.</summary>
internal sealed class CommitBench(ClickHouseEngine engine, string database = "cistern")
{
    public static readonly RowIdentity Identity = new(SipKey.FromBytes("0123456789abcdef"u8));

    private static readonly Dictionary<string, string> None = [];

    // What takes long is not looked at here, and the machine may be busy.
    private static readonly StatementLimits Patient = new() { Select = TimeSpan.FromMinutes(1), Insert = TimeSpan.FromMinutes(3) };

    public ClickHouseAddress Address { get; } = engine.Address with { Database = database };

    public ClickHouseClient Client { get; } = engine.Client.With(database);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task MakeTablesAsync(int deduplicationWindow = 10_000)
    {
        // Tests let hours pass in a moment, by arrivals in the past: identities must not be gone by the real clock.
        foreach (var statement in new ClickHouseSchema(Address, TimeSpan.Zero, deduplicationWindow, identityWindow: TimeSpan.FromDays(2)).Statements())
        {
            await engine.Client.With("system").RunAsync(statement, None, Cancel);
        }
    }

    public Task<CommitResult> CommitAsync(DeliveryCommit delivery, HttpMessageInvoker? http = null) => CommitAsync(CommitWork.Of(delivery, Identity), http);

    public Task<CommitResult> CommitAsync(CommitWork work, HttpMessageInvoker? http = null, CancellationToken? cancel = null) =>
        new ClickHouseCommit(TimeSpan.FromHours(1), isCluster: false, TimeProvider.System).RunAsync(new ShardConnection(http is null ? Client : new ClickHouseClient(http, Address.Hosts[0], Address), Patient), work, cancel ?? Cancel);

    /// <summary>Two requests, three log events, and a line that is none; `mark` makes the rows others than those of another delivery.</summary>
    public static DeliveryCommit Delivery(string id, string mark = "", DateTimeOffset? received = null, RepeatScope repeats = RepeatScope.Delivery)
    {
        string Request(string number) => Lines.All((13, $"own-{mark}-{number}-".PadRight(56, 'x')));
        var logs = Bodies.FixtureText("cloudwatch-logs/own_firehose-decompressed.ndjson").Replace("\"id\":\"", $"\"id\":\"{mark}", StringComparison.Ordinal);
        return Of(id, Bodies.DecodeRecords(Bodies.Any, Request("1"), Request("2"), logs, "neither\n"), received, repeats);
    }

    public static DeliveryCommit Of(string id, DecodedDelivery rows, DateTimeOffset? received = null, RepeatScope repeats = RepeatScope.Delivery) => new()
    {
        DeliveryId = id,
        Stream = "arn:own",
        Received = received ?? DateTimeOffset.UtcNow,
        Route = "/firehose",
        Key = "own",
        SourceAddress = "192.0.2.1",
        Attributes = new Dictionary<string, string>(),
        Context = Bodies.Any,
        Body = ReadOnlySequence<byte>.Empty,
        Rows = rows,
        Repeats = repeats,
    };

    /// <summary>Rows of one delivery in a table.</summary>
    public async Task<long> CountAsync(string table, string delivery) => (long)(await SelectAsync($"SELECT toInt64(count()) FROM {table} WHERE delivery_id = {{id:String}}", delivery))[0][0]!;

    /// <summary>That it is stored once, and the row of <c>deliveries</c> says of it what is there.</summary>
    public async Task AssertWholeAsync(string delivery, long requests = 2, long logs = 3, long rejects = 1)
    {
        Assert.Equal((requests, logs, rejects, 1L), (await CountAsync("requests_rows", delivery), await CountAsync("logs_rows", delivery), await CountAsync("rejects_rows", delivery), await CountAsync("deliveries_rows", delivery)));
        var said = (await SelectAsync("SELECT rows, rejected FROM deliveries_rows WHERE delivery_id = {id:String}", delivery))[0];
        Assert.Equal([requests + logs, rejects], said);
    }

    public async Task<List<object?[]>> SelectAsync(string sql, string delivery = "")
    {
        var parameters = new Dictionary<string, string>(delivery.Length == 0 ? [] : new Dictionary<string, string> { ["id"] = delivery });
        return await new ShardConnection(Client, Patient).SelectAsync(sql, parameters, Cancel);
    }

    public Task RunAsync(string sql) => Client.RunAsync(sql, None, Cancel);

    public static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
