using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.Embedded;

namespace Cistern.Store.Copying;

/// <summary>The ClickHouse that rows are copied into, shard by shard. While it cannot be used, every call waits, within a bound.</summary>
/// <param name="shards">A server of each shard, in their order.</param>
/// <param name="replicated">Its tables are replicated.</param>
/// <param name="identity">With the key that the nodes on it use.</param>
/// <param name="patience">How long it may be away at a time.</param>
/// <param name="waiting">Called when it is away, with the reason.</param>
internal sealed class CopyTarget(IReadOnlyList<ClickHouseClient> shards, bool replicated, RowIdentity identity, TimeSpan patience, TimeProvider time, Action<string> waiting)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private static readonly Dictionary<string, string> None = [];

    // Of a day and more of an interrupted insert of all columns.
    private const int GroupsMax = 50_000_000;

    // The server will do better in a while: too many queries or parts, no memory, read-only, too few replicas, Keeper is away.
    private static readonly HashSet<int> Passing = [159, 202, 209, 210, 225, 241, 242, 243, 252, 285, 319, 999];

    // Deliveries that nodes on the target took themselves lately, by stream and id, and when: a sender to whom the answer of the source was lost may have been switched meanwhile.
    private readonly Dictionary<(string Stream, string Id), HashSet<long>> _taken = [];

    public int Shards => shards.Count;

    public RowIdentity Identity => identity;

    /// <summary>The shard of a delivery: the same that a node would choose.</summary>
    public int ShardOf(string stream, string deliveryId) =>
        shards.Count == 1 ? 0 : (int)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{stream}\0{deliveryId}"))) % (ulong)shards.Count);

    /// <summary>Inserts a block under a token: once, however often it is sent.</summary>
    /// <exception cref="ClickHouseException">It refuses, or was away for too long.</exception>
    public Task InsertAsync(int shard, string into, INativeBlock block, string token, CancellationToken cancel)
    {
        var settings = InsertSettings.Of(token, replicated);
        settings["max_partitions_per_insert_block"] = "0"; // An import may have years.
        return WithPatienceAsync(
            async () =>
            {
                await shards[shard].InsertAsync($"INSERT INTO {into} FORMAT Native", new BlockContent(block), settings, cancel);
                return true;
            },
            cancel);
    }

    public Task RunAsync(int shard, string sql, CancellationToken cancel) => WithPatienceAsync(
        async () =>
        {
            await shards[shard].RunAsync(sql, None, cancel);
            return true;
        },
        cancel);

    /// <exception cref="ClickHouseException">It refuses, or was away for too long.</exception>
    public Task<List<object?[]>> SelectAsync(int shard, string sql, CancellationToken cancel) => WithPatienceAsync(() => ReadAsync(shards[shard], sql, cancel), cancel);

    /// <summary>What the groups of a range add up to in one shard, those that came other ways included.</summary>
    public async Task<Dictionary<CopyGroup, CopyTotals>> TotalsAsync(int shard, CopyRange range, CancellationToken cancel)
    {
        var sql = $"SELECT {CopyMeasures.OfTarget(range.Table)} FROM {ClickHouseSchema.RowsOf(range.Table)} WHERE received >= fromUnixTimestamp64Micro({range.From}, 'UTC') AND received < fromUnixTimestamp64Micro({range.To}, 'UTC') GROUP BY arrived, stream, id, day";
        return (await SelectAsync(shard, sql, cancel)).ToDictionary(
            row => new CopyGroup((long)row[0]!, (string)row[1]!, (string)row[2]!, (long)row[3]!),
            row => new CopyTotals((long)row[4]!, (double)row[5]!, (double)row[6]!));
    }

    /// <summary>Asks which deliveries the target has since a moment: microseconds since 1970.</summary>
    public async Task LookAsync(long since, CancellationToken cancel)
    {
        _taken.Clear();
        for (var shard = 0; shard < shards.Count; shard++)
        {
            foreach (var row in await SelectAsync(shard, $"SELECT stream, delivery_id, toUnixTimestamp64Micro(received) FROM {ClickHouseSchema.RowsOf(Formats.Tables.Deliveries)} WHERE time >= fromUnixTimestamp64Micro({since}, 'UTC')", cancel))
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

    private async Task<T> WithPatienceAsync<T>(Func<Task<T>> run, CancellationToken cancel)
    {
        for (var since = time.GetTimestamp(); ;)
        {
            try
            {
                return await run();
            }
            catch (ClickHouseException error) when ((error.IsLost || Passing.Contains(error.Code)) && time.GetElapsedTime(since) < patience)
            {
                waiting(error.Message);
                await Task.Delay(Pause, time, cancel);
            }
        }
    }

    private static async Task<List<object?[]>> ReadAsync(ClickHouseClient client, string sql, CancellationToken cancel)
    {
        try
        {
            using var answer = await client.SelectAsync(sql, None, new Dictionary<string, string>(StringComparer.Ordinal) { ["default_format"] = "RowBinaryWithNamesAndTypes" }, cancel);
            using var result = await ClickHouseResult.OpenAsync(answer, GroupsMax, 0, cancel);
            var rows = new List<object?[]>();
            while (result.Read())
            {
                rows.Add([.. Enumerable.Range(0, result.Columns.Count).Select(column => result[column])]);
            }

            return rows;
        }
        catch (Exception error) when (error is StoreQueryException or IOException or InvalidDataException)
        {
            throw new ClickHouseException(0, $"{client.Host.Authority} gave an answer that was cut or is none of ClickHouse's: {error.Message}", error);
        }
    }
}
