namespace Cistern.Enrich.Proof;

/// <summary>What is proven of who a reader is. The names are stored in the column <c>proof</c>: append only.</summary>
internal enum ProofValue
{
    /// <summary>Nothing: no claim, or one that the lists at hand cannot judge.</summary>
    None = 1,

    /// <summary>A Web Bot Auth signature of the operator holds.</summary>
    Signed = 2,

    /// <summary>The address is in the claimed agent's list, or in another list of its operator.</summary>
    Address = 3,

    /// <summary>The claimed agent's whole list was in force, and the address is outside of it.</summary>
    Mismatch = 4,

    /// <summary>The claimed agent has no published list.</summary>
    Unlisted = 5,

    /// <summary>No agent is claimed, and the address is in an operator's list.</summary>
    AddressOnly = 6,

    /// <summary>There are headers of a signature, and it could not be verified.</summary>
    SignedUnchecked = 7,
}

/// <summary>The names of proofs, as they are stored.</summary>
internal static class ProofValues
{
    public static ReadOnlySpan<byte> NameOf(ProofValue value) => value switch
    {
        ProofValue.None => "none"u8,
        ProofValue.Signed => "signed"u8,
        ProofValue.Address => "address"u8,
        ProofValue.Mismatch => "mismatch"u8,
        ProofValue.Unlisted => "unlisted"u8,
        ProofValue.AddressOnly => "address-only"u8,
        ProofValue.SignedUnchecked => "signed-unchecked"u8,
    };
}
