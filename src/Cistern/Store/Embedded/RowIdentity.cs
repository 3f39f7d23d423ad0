using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.Embedded.Identity;

namespace Cistern.Store.Embedded;

/// <summary>What makes two rows the same row: for requests the distribution and the request id.</summary>
/// <remarks>
/// The identity is a keyed 128-bit hash. The key is made anew at each start, so nobody outside can construct two ids that meet; it is
/// never stored, because the journal names repeated rows by their place.
/// </remarks>
internal sealed class RowIdentity(SipKey key)
{
    private static readonly int s_distribution = Tables.Requests.PlaceOf("distribution");
    private static readonly int s_requestId = Tables.Requests.PlaceOf("request_id");
    private static readonly int s_requestIdText = Tables.Requests.PlaceOf("request_id_text");

    /// <summary>The identity of each row; zero for a row without a request id.</summary>
    public UInt128[] Of(ColumnBatch requests)
    {
        var (distributions, ids, texts) = (requests.Text(s_distribution), requests.Text(s_requestId), requests.Text(s_requestIdText));
        var identities = new UInt128[requests.RowCount];
        for (var row = 0; row < identities.Length; row++)
        {
            identities[row] = Of(distributions[row], ids[row], texts[row]);
        }

        return identities;
    }

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
