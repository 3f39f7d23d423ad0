using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>SHA-256 of a delivery's stream, a zero byte and its id. Never changes: a retry has to come to the same shard, and a copy too.</summary>
/// <param name="Shard">What chooses the shard: the first eight bytes, the most significant first.</param>
/// <param name="Key">Names the delivery in a table: the next sixteen bytes.</param>
internal readonly record struct DeliveryHash(ulong Shard, UInt128 Key)
{
    public static DeliveryHash Of(string stream, string deliveryId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{stream}\0{deliveryId}")).AsSpan();
        return new DeliveryHash(BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[8..]));
    }
}
