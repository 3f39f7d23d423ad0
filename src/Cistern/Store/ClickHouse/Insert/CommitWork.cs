using Cistern.Store.Identity;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>A delivery to be stored, with what is computed once however many servers are tried.</summary>
/// <param name="Identities">Of each row, in the order in which they are numbered: table by table.</param>
/// <param name="Shard">What chooses the shard: see <see cref="DeliveryHash"/>.</param>
/// <param name="Key">Names the delivery in a table.</param>
/// <param name="Attempt">Names this call.</param>
internal sealed record CommitWork(DeliveryCommit Delivery, UInt128[] Identities, ulong Shard, UInt128 Key, ulong Attempt)
{
    public static CommitWork Of(DeliveryCommit delivery, RowIdentity identity)
    {
        var hash = DeliveryHash.Of(delivery.Stream, delivery.DeliveryId);
        return new CommitWork(delivery, identity.Of(delivery.Rows), hash.Shard, hash.Key, (ulong)Random.Shared.NextInt64(1, long.MaxValue));
    }

    /// <summary>The token of its insert into a table.</summary>
    public string TokenOf(string table) => $"{Delivery.Stream}/{Delivery.DeliveryId}/{table}";
}
