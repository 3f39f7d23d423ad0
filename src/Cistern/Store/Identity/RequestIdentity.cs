using Cistern.DuckDb;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.Identity;

/// <summary>A request is told by its distribution and CloudFront's id.</summary>
internal sealed class RequestIdentity(SipKey key) : SignalIdentity(Tables.Requests, "distribution", "request_id", "request_id_text")
{
    public override void Of(ColumnBatch batch, Span<UInt128> identities)
    {
        var (distributions, ids, texts) = (batch.Text(Places[0]), batch.Text(Places[1]), batch.Text(Places[2]));
        for (var row = 0; row < identities.Length; row++)
        {
            identities[row] = Of(distributions[row], ids[row], texts[row]);
        }
    }

    public override UInt128 Of(DuckDbResult stored, int row) =>
        Of(stored.Vector(0).GetBytes(row), stored.Vector(1).GetBytes(row), stored.Vector(2).GetBytes(row));

    public UInt128 Of(ReadOnlySpan<byte> distribution, ReadOnlySpan<byte> requestId, ReadOnlySpan<byte> requestIdText)
    {
        var id = requestId.IsEmpty ? requestIdText : requestId;
        if (id.IsEmpty)
        {
            return UInt128.Zero;
        }

        // Which of the two columns holds the id keeps bytes and a text apart that happen to be equal.
        var hash = new SipHash128(key);
        hash.AppendField(distribution);
        hash.AppendField(requestId.IsEmpty ? "text"u8 : "bytes"u8);
        hash.AppendField(id);
        return hash.Finish();
    }
}
