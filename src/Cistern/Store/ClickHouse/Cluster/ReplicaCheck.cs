using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse.Cluster;

/// <summary>Looks at one server: does it answer, and can its tables be written.</summary>
internal sealed class ReplicaCheck(ClickHouseAddress address)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // 23.8 is the first long-term release whose asynchronous inserts keep the tokens of one part apart.
    private static readonly Version JoinsSince = new(23, 8);

    public async Task RunAsync(Shard shard, Replica replica, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            var rows = await new ShardConnection(replica.Client.With("system")).SelectAsync(Statement, ClickHouseValues.None, limit.Token);
            replica.State = rows switch
            {
                [[string version, long readOnly, long alive]] => Judge(shard, replica, version, readOnly, alive),
                _ => ReplicaState.Away($"{replica.Host.Authority} gave an answer that is none of ClickHouse's"),
            };
        }
        catch (ClickHouseException error)
        {
            replica.State = ReplicaState.Away(CommitErrors.Describe(replica.Host, error, shard.Quorum));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            replica.State = ReplicaState.Away($"{replica.Host.Authority} did not answer within {Patience.TotalSeconds:0} s");
        }
    }

    private string Statement => address.Cluster is null
        ? "SELECT version(), toInt64(0), toInt64(0)"
        : $"SELECT version(), toInt64(countIf(is_readonly)), if(count() = 0, toInt64(0), toInt64(min(active_replicas))) FROM system.replicas WHERE database = {ClickHouseSchema.Literal(address.Database)}";

    private static ReplicaState Judge(Shard shard, Replica replica, string version, long readOnly, long alive)
    {
        replica.JoinsInserts = Version.TryParse(version, out var number) && number >= JoinsSince;
        return readOnly > 0 ? ReplicaState.ReadOnly($"{replica.Host.Authority} has {readOnly} tables read-only, because it lost its Keeper: look whether Keeper runs, and at system.replicas")
            : alive > 0 && alive < shard.Quorum ? ReplicaState.ReadOnly($"{replica.Host.Authority} finds {alive} replicas of its shard alive, and {shard.Quorum} must have each delivery: start the others, or put quorum=1 into the store's address")
            : ReplicaState.Well;
    }
}
