using Cistern.Enrich.Proof;

namespace Cistern.Store.Embedded.Reclassifying;

/// <summary>Whether a stored address is the reader's. A row does not say what the privacy settings were when it came.</summary>
/// <remarks>
/// One that was hashed or dropped is no address. One that was truncated looks like any other that ends in zeros, so such an address proves nothing, and above all makes no
/// true claim false. Unless it was judged before: then it was the reader's.
/// </remarks>
internal static class StoredAddress
{
    private const int ZeroBitsV4 = 8;
    private const int ZeroBitsV6 = 80;

    /// <param name="agent">The row's agent as it is stored.</param>
    /// <param name="proof">The row's proof as it is stored.</param>
    public static bool MayBeJudged(ReadOnlySpan<byte> address, ReadOnlySpan<byte> agent, ReadOnlySpan<byte> proof) =>
        !NetAddress.TryParse(address, out var net) || !IsNetwork(net) || WasJudged(agent, proof);

    private static bool IsNetwork(NetAddress address) => address.NetworkOf(address.IsV4 ? address.Width - ZeroBitsV4 : address.Width - ZeroBitsV6) == address;

    // A mismatch without an agent is a name that no reader has, whatever its address.
    private static bool WasJudged(ReadOnlySpan<byte> agent, ReadOnlySpan<byte> proof) =>
        proof.SequenceEqual(ProofValues.NameOf(ProofValue.Address))
        || proof.SequenceEqual(ProofValues.NameOf(ProofValue.AddressOnly))
        || (proof.SequenceEqual(ProofValues.NameOf(ProofValue.Mismatch)) && !agent.IsEmpty);
}
