using System.Collections.Concurrent;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.Identity;

namespace Cistern.Store.ClickHouse.Cluster;

/// <summary>The servers of a ClickHouse: which shard a delivery belongs to, which replica takes it now, and who answers queries.</summary>
/// <remarks>
/// What is known of a server only says who is tried first. A delivery is refused when each replica of its shard has failed for it, never because of what was seen before.
/// </remarks>
internal sealed class ClickHouseCluster
{
    private readonly HttpMessageInvoker _http;
    private readonly ClickHouseAddress _address;
    private readonly RowIdentity _identity;
    private readonly ClickHouseCommit _commit;
    private readonly TopologyReader _reader;
    private readonly ReplicaCheck _check;
    private readonly ConcurrentDictionary<Uri, Replica> _replicas = new();
    private volatile Topology _topology;
    private int _turn = Random.Shared.Next(1 << 20);

    private ClickHouseCluster(HttpMessageInvoker http, ClickHouseAddress address, RowIdentity identity, TimeSpan window, TimeProvider time)
    {
        (_http, _address, _identity) = (http, address, identity);
        _commit = new ClickHouseCommit(window, address.Cluster is not null, time);
        _reader = new TopologyReader(address, ReplicaOf);
        _check = new ReplicaCheck(address);
        _topology = _reader.Written() ?? new Topology([]);
    }

    public Topology Topology => _topology;

    public StatementLimits Limits { get; set; } = new();

    /// <summary>Whether deliveries can be stored and queries answered, as far as is known, and what is wrong where.</summary>
    public ClusterReport Report => ClusterReport.Of(_topology, _address.Cluster);

    /// <summary>Learns which servers there are.</summary>
    /// <exception cref="ClickHouseException">None of the address's hosts answers, or they know no such cluster.</exception>
    public static async Task<ClickHouseCluster> OpenAsync(HttpMessageInvoker http, ClickHouseAddress address, RowIdentity identity, TimeSpan window, TimeProvider time, CancellationToken cancel)
    {
        var cluster = new ClickHouseCluster(http, address, identity, window, time);
        await cluster.RefreshAsync(cancel);
        return cluster;
    }

    /// <summary>Learns anew which servers there are: an operator may have added some.</summary>
    /// <exception cref="ClickHouseException">Nobody could say; what was known holds.</exception>
    public async Task RefreshAsync(CancellationToken cancel)
    {
        if (_reader.Written() is not null)
        {
            return;
        }

        var asked = ReadOrder().Select(replica => replica.Host).Concat(_address.Hosts).Distinct();
        _topology = await FirstAsync(asked.Select(ReplicaOf), replica => _reader.AskAsync(replica.Client, cancel));
    }

    /// <summary>Looks at each server once.</summary>
    /// <param name="all">Also at those that are well as far as is known.</param>
    public Task CheckAsync(bool all, CancellationToken cancel) =>
        Task.WhenAll(_topology.Shards.SelectMany(shard => shard.Replicas.Where(replica => all || replica.State.Trouble is not null), (shard, replica) => _check.RunAsync(shard, replica, cancel)));

    /// <summary>Stores a delivery in its shard.</summary>
    public async Task<CommitResult> CommitAsync(DeliveryCommit delivery, CancellationToken cancel)
    {
        var work = CommitWork.Of(delivery, _identity);
        try
        {
            return await WriteAsync(work.Shard, shard => _commit.RunAsync(shard, work, cancel), cancel);
        }
        catch (ClickHouseException error)
        {
            return CommitResult.Unavailable(error.Message);
        }
    }

    /// <summary>Writes to the shard of a hash: to the first of its replicas that takes it. What is written must be harmless if it is done twice.</summary>
    /// <exception cref="ClickHouseException">Each of them failed; the message says how.</exception>
    public async Task<T> WriteAsync<T>(ulong hash, Func<ShardConnection, Task<T>> write, CancellationToken cancel)
    {
        var shard = _topology.Of(hash);
        List<string> failures = [];
        foreach (var replica in shard.InOrder(hash))
        {
            try
            {
                return await write(new ShardConnection(replica.Client, failures.Count == shard.Replicas.Count - 1 ? Limits.OfLast : Limits, shard.Quorum, joins: shard.Quorum > 0 && replica.JoinsInserts));
            }
            catch (ClickHouseException error)
            {
                cancel.ThrowIfCancellationRequested();
                failures.Add(Note(replica, error, shard.Quorum));
            }
        }

        throw new ClickHouseException(0, $"{NameOf(shard)} cannot store now: {string.Join("; ", failures)}");
    }

    /// <summary>The same for what gives nothing.</summary>
    /// <exception cref="ClickHouseException">Each of them failed; the message says how.</exception>
    public Task WriteAsync(ulong hash, Func<ShardConnection, Task> write, CancellationToken cancel) => WriteAsync(
        hash,
        async shard =>
        {
            await write(shard);
            return true;
        },
        cancel);

    /// <summary>Asks a server that answers: each in turn, and the next one if it does not.</summary>
    /// <exception cref="ClickHouseException">None answers, or the statement is wrong.</exception>
    /// <exception cref="StoreQueryException">The same, from what translates errors itself.</exception>
    public Task<T> ReadAsync<T>(Func<ClickHouseClient, Task<T>> read) => FirstAsync(ReadOrder(), replica => read(replica.Client));

    private static async Task<T> FirstAsync<T>(IEnumerable<Replica> replicas, Func<Replica, Task<T>> read)
    {
        Exception? failure = null;
        foreach (var replica in replicas)
        {
            try
            {
                return await read(replica);
            }
            catch (Exception error) when (error is ClickHouseException { IsLost: true } or StoreQueryException { Fault: StoreQueryFault.Unavailable })
            {
                replica.State = ReplicaState.Away(error.Message);
                failure ??= error;
            }
        }

        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure ?? new ClickHouseException(0, "the cluster has no servers"));
        throw failure;
    }

    private List<Replica> ReadOrder()
    {
        Replica[] all = [.. _topology.Replicas.Distinct()];
        var first = all.Length == 0 ? 0 : (int)((uint)Interlocked.Increment(ref _turn) % (uint)all.Length);
        return [.. all.Skip(first).Concat(all.Take(first)).OrderBy(replica => replica.State.CanRead ? 0 : 1)];
    }

    private static string Note(Replica replica, ClickHouseException error, int quorum)
    {
        var trouble = CommitErrors.Describe(replica.Host, error, quorum);
        if (CommitErrors.StateAfter(error, trouble) is { } state)
        {
            replica.State = state;
        }

        return trouble;
    }

    private string NameOf(Shard shard) => _address.Cluster is { } cluster ? $"shard {shard.Number} of the cluster {cluster}" : "ClickHouse";

    private Replica ReplicaOf(Uri host) => _replicas.GetOrAdd(host, one => new Replica(new ClickHouseClient(_http, one, _address)));
}
