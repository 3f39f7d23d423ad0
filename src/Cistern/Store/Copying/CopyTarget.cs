using System.Globalization;
using Cistern.Formats;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Cluster;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.Identity;

namespace Cistern.Store.Copying;

/// <summary>The ClickHouse that rows are copied into, shard by shard. While it cannot be used, every call waits, within a bound.</summary>
/// <param name="identity">With the key that the nodes on it use.</param>
/// <param name="patience">How long it may be away at a time.</param>
/// <param name="waiting">Called when it is away, with the reason.</param>
internal sealed class CopyTarget(ClickHouseCluster cluster, RowIdentity identity, TimeSpan patience, TimeProvider time, Action<string> waiting)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Blocks are larger than a delivery's, and what is asked reads more.
    private static readonly StatementLimits Limits = new() { Select = TimeSpan.FromMinutes(5), Insert = TimeSpan.FromMinutes(5) };

    // Deliveries that nodes on the target took themselves lately, by stream and id, and when: a sender to whom the answer of the source was lost may have been switched meanwhile.
    private readonly Dictionary<(string Stream, string Id), HashSet<long>> _taken = [];

    public int Shards => cluster.Topology.Shards.Count;

    public RowIdentity Identity => identity;

    /// <summary>Connects.</summary>
    /// <exception cref="ClickHouseException">None of the address's hosts answers.</exception>
    public static async Task<ClickHouseCluster> OpenAsync(HttpMessageInvoker http, ClickHouseAddress address, RowIdentity identity, TimeProvider time, CancellationToken cancel)
    {
        var cluster = await ClickHouseCluster.OpenAsync(http, address, identity, TimeSpan.Zero, time, cancel);
        cluster.Limits = Limits;
        return cluster;
    }

    /// <summary>The place of a delivery's shard: the one that a node would choose.</summary>
    public int ShardOf(string stream, string deliveryId) => cluster.Topology.Of(DeliveryHash.Of(stream, deliveryId).Shard).Number - 1;

    /// <summary>Inserts a block under a token: once, however often it is sent.</summary>
    /// <exception cref="ClickHouseException">It refuses, or was away for too long.</exception>
    public Task InsertAsync(int shard, string into, INativeBlock block, string token, CancellationToken cancel) => WithPatienceAsync(
        async () =>
        {
            await cluster.WriteAsync(HashOf(shard), connection => connection.InsertAsync(into, block, token, mayJoin: false, cancel), cancel);
            return true;
        },
        cancel);

    /// <summary>Runs a statement that may be run twice, on any server.</summary>
    public Task RunAsync(string sql, CancellationToken cancel)
    {
        var settings = InsertSettings.Of(sql, cluster.Topology.Shards[0].Quorum);
        return WithPatienceAsync(
            () => cluster.ReadAsync(async client =>
            {
                await client.RunAsync(sql, settings, cancel);
                return true;
            }),
            cancel);
    }

    /// <summary>Asks any server.</summary>
    public Task<List<object?[]>> SelectAsync(string sql, CancellationToken cancel) => WithPatienceAsync(() => cluster.ReadAsync(client => new ShardConnection(client, Limits).SelectAsync(sql, ClickHouseValues.None, cancel)), cancel);

    /// <summary>What the groups of a range add up to in one shard, those that came other ways included.</summary>
    /// <exception cref="ClickHouseException">It refuses, or was away for too long.</exception>
    public async Task<Dictionary<CopyGroup, CopyTotals>> TotalsAsync(int shard, CopyRange range, CancellationToken cancel)
    {
        var sql = $"SELECT {CopyMeasures.OfTarget(range.Table)} FROM {ClickHouseSchema.RowsOf(range.Table)} WHERE received >= {Moment(range.From)} AND received < {Moment(range.To)} GROUP BY arrived, stream, id, day";
        return (await AskShardAsync(shard, sql, cancel)).ToDictionary(
            row => new CopyGroup((long)row[0]!, (string)row[1]!, (string)row[2]!, (long)row[3]!),
            row => new CopyTotals((long)row[4]!, (double)row[5]!, (double)row[6]!));
    }

    /// <summary>Asks which deliveries the target has since a moment: microseconds since 1970.</summary>
    public async Task LookAsync(long since, CancellationToken cancel)
    {
        _taken.Clear();
        for (var shard = 0; shard < Shards; shard++)
        {
            foreach (var row in await AskShardAsync(shard, $"SELECT stream, delivery_id, toUnixTimestamp64Micro(received) FROM {ClickHouseSchema.RowsOf(Tables.Deliveries)} WHERE time >= {Moment(since)}", cancel))
            {
                if (!_taken.TryGetValue(((string)row[0]!, (string)row[1]!), out var arrivals))
                {
                    _taken[((string)row[0]!, (string)row[1]!)] = arrivals = [];
                }

                arrivals.Add((long)row[2]!);
            }
        }
    }

    /// <summary>Whether the target has taken the delivery of a group itself: then that of the source is a repeat.</summary>
    public bool HasTaken(CopyGroup group) => _taken.TryGetValue((group.Stream, group.Id), out var arrivals) && !arrivals.Contains(group.Received);

    // Always by way of the same replica, if it answers: one that is behind would lack what was just stored.
    private Task<List<object?[]>> AskShardAsync(int shard, string sql, CancellationToken cancel) =>
        WithPatienceAsync(() => cluster.WriteAsync(HashOf(shard), connection => connection.ScanAsync(sql, ClickHouseValues.None, cancel), cancel), cancel);

    // The first that belongs to the shard.
    private ulong HashOf(int shard) => (ulong)cluster.Topology.Shards.Take(shard).Sum(before => (long)before.Weight);

    private static string Moment(long micros) => string.Create(CultureInfo.InvariantCulture, $"fromUnixTimestamp64Micro({micros}, 'UTC')");

    private async Task<T> WithPatienceAsync<T>(Func<Task<T>> run, CancellationToken cancel)
    {
        for (var since = time.GetTimestamp(); ;)
        {
            try
            {
                return await run();
            }
            catch (ClickHouseException error) when (error.IsLost && time.GetElapsedTime(since) < patience)
            {
                waiting(error.Message);
                await Task.Delay(Pause, time, cancel);
            }
        }
    }
}
