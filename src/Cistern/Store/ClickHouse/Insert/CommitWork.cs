using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cistern.Store.Embedded;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>A delivery to be stored, with what is computed once however many servers are tried.</summary>
/// <param name="Identities">Of each row, in the order in which they are numbered: table by table.</param>
/// <param name="Shard">What chooses the shard: the first eight bytes of SHA-256 of stream, a zero byte and id, the most significant first. Never changes: a retry has to come to the same shard.</param>
/// <param name="Key">Names the delivery in a table: the next sixteen bytes.</param>
/// <param name="Attempt">Names this call.</param>
internal sealed record CommitWork(DeliveryCommit Delivery, UInt128[] Identities, ulong Shard, UInt128 Key, ulong Attempt)
{
    public static CommitWork Of(DeliveryCommit delivery, RowIdentity identity)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{delivery.Stream}\0{delivery.DeliveryId}")).AsSpan();
        return new CommitWork(delivery, identity.Of(delivery.Rows), BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[8..]), (ulong)Random.Shared.NextInt64(1, long.MaxValue));
    }

    /// <summary>The token of its insert into a table.</summary>
    public string TokenOf(string table) => $"{Delivery.Stream}/{Delivery.DeliveryId}/{table}";
}
