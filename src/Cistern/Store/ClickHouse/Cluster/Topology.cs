namespace Cistern.Store.ClickHouse.Cluster;

/// <summary>The shards, in the order of their numbers.</summary>
internal sealed record Topology(IReadOnlyList<Shard> Shards)
{
    private readonly ulong _weight = (ulong)Shards.Sum(shard => (long)shard.Weight);

    public IEnumerable<Replica> Replicas => Shards.SelectMany(shard => shard.Replicas);

    /// <summary>The shard of a hash, as a Distributed table would choose it: the remainder by the sum of weights falls into one of the ranges that follow each other by number of shard.</summary>
    public Shard Of(ulong hash)
    {
        var slot = hash % _weight;
        foreach (var shard in Shards)
        {
            if (slot < (ulong)shard.Weight)
            {
                return shard;
            }

            slot -= (ulong)shard.Weight;
        }

        throw new InvalidOperationException("the weights of the shards changed");
    }
}

/// <param name="Number">From 1, as ClickHouse counts them.</param>
/// <param name="Quorum">How many replicas must have an insert; 0 for a server without replicas.</param>
internal sealed record Shard(int Number, int Weight, int Quorum, IReadOnlyList<Replica> Replicas)
{
    public bool CanRead => Replicas.Any(replica => replica.State.CanRead);

    public bool CanWrite => Replicas.Count(replica => replica.State.CanWrite) >= Math.Max(1, Quorum);

    /// <summary>The replicas in the order in which to try them: the same for a delivery whichever node has it, but what is known to be down comes last.</summary>
    public IEnumerable<Replica> InOrder(ulong hash)
    {
        var first = (int)((hash >> 32) % (ulong)Replicas.Count);
        return Replicas.Skip(first).Concat(Replicas.Take(first)).OrderBy(replica => replica.State.CanWrite ? 0 : 1);
    }
}
