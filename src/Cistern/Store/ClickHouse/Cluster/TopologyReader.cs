using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse.Cluster;

/// <summary>Who is in the cluster.</summary>
/// <remarks>
/// Without <c>cluster=</c> the hosts of the address are ways to one server. With it <c>system.clusters</c> says shards, weights and replicas. It knows the ports of ClickHouse's own protocol only: the port of HTTP is that of the
/// address's host of the same name, else that of its first. <c>shards=</c> in the address says all of it instead, for servers whose names or ports are others from here.
/// </remarks>
internal sealed class TopologyReader(ClickHouseAddress address, Func<Uri, Replica> replicaOf)
{
    /// <summary>What the address says by itself; null if a server has to be asked.</summary>
    public Topology? Written() =>
        address.Cluster is null ? new Topology([new Shard(1, 1, 0, [.. address.Hosts.Select(replicaOf)])])
        : address.Shards.Count > 0 ? new Topology([.. address.Shards.Select((hosts, place) => ShardOf(place + 1, 1, hosts))])
        : null;

    /// <summary>Asks one server.</summary>
    /// <exception cref="ClickHouseException">It does not answer, or knows no such cluster.</exception>
    public async Task<Topology> AskAsync(ClickHouseClient client, CancellationToken cancel)
    {
        var connection = new ShardConnection(client.With("system"));
        var sql = $"SELECT toInt64(shard_num), toInt64(shard_weight), host_name FROM system.clusters WHERE cluster = {ClickHouseSchema.Literal(address.Cluster!)} ORDER BY shard_num, replica_num";
        var rows = await connection.SelectAsync(sql, ClickHouseValues.None, cancel);
        if (rows.Count == 0)
        {
            var known = await connection.SelectAsync("SELECT DISTINCT cluster FROM system.clusters ORDER BY cluster", ClickHouseValues.None, cancel);
            throw new ClickHouseException(ClickHouseErrors.ClusterDoesNotExist, $"{client.Host.Authority} knows no cluster '{address.Cluster}'; it knows {string.Join(", ", known.Select(row => row[0]).DefaultIfEmpty("none"))}");
        }

        var shards = rows.GroupBy(row => ((long)row[0]!, (long)row[1]!), row => HostOf((string)row[2]!));
        return new Topology([.. shards.Select(shard => ShardOf((int)shard.Key.Item1, (int)shard.Key.Item2, [.. shard]))]);
    }

    private Shard ShardOf(int number, int weight, IReadOnlyList<Uri> hosts) => new(number, weight, address.Quorum ?? Math.Min(2, hosts.Count), [.. hosts.Select(replicaOf)]);

    private Uri HostOf(string name) =>
        address.Hosts.FirstOrDefault(host => host.DnsSafeHost.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? new UriBuilder(address.Hosts[0].Scheme, name, address.Hosts[0].Port).Uri;
}
