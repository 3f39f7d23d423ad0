namespace Cistern.Store.ClickHouse.Cluster;

/// <summary>How the servers are.</summary>
/// <param name="CanStore">At least one shard takes deliveries. Those of another that does not are refused one by one, so that a node goes on for the rest.</param>
/// <param name="CanQuery">Each shard has a server that answers: an answer is never a part of one.</param>
/// <param name="Troubles">What is wrong, one sentence a server, beginning with its shard; also if a replica makes up for it.</param>
/// <param name="Servers">Each replica of each shard.</param>
internal sealed record ClusterReport(bool CanStore, bool CanQuery, IReadOnlyList<string> Troubles, IReadOnlyList<ServerStatus> Servers)
{
    public static ClusterReport Of(Topology topology, string? cluster)
    {
        ServerStatus[] servers = [.. topology.Shards.SelectMany(shard => shard.Replicas, StatusOf)];
        var troubles = servers.Where(server => server.Trouble is not null).Select(server => $"{(cluster is null ? "" : $"shard {server.Shard} of {topology.Shards.Count}: ")}{server.Trouble}");
        return new ClusterReport(topology.Shards.Any(shard => shard.CanWrite), topology.Shards.Count > 0 && topology.Shards.All(shard => shard.CanRead), [.. troubles], servers);
    }

    public StoreReadiness Readiness => new(CanStore, CanQuery, CanStore && CanQuery ? null : string.Join("; ", Troubles));

    private static ServerStatus StatusOf(Shard shard, Replica replica)
    {
        var state = replica.State;
        return new ServerStatus(shard.Number, replica.Host.Authority, state.CanRead, state.CanWrite, state.Trouble);
    }
}
