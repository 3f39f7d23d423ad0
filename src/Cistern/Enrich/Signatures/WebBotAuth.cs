using System.Text;

namespace Cistern.Enrich.Signatures;

/// <summary>Checks Web Bot Auth: HTTP message signatures (RFC 9421) with the tag <c>web-bot-auth</c> and Ed25519 keys.</summary>
/// <remarks>
/// IETF draft-ietf-webbotauth-httpsig-protocol. A log tells method, host, path and up to 800 bytes of headers: what is covered besides, or was cut, cannot be checked. A cut
/// header never passes for a whole one, because the signature does not hold then. Validity is judged at the time of the row.
/// </remarks>
internal static class WebBotAuth
{
    private const string Tag = "web-bot-auth";
    private const int SignaturesMax = 4;

    // Clocks of signer and edge differ, and a row's time is when the edge finished answering.
    private const long SkewSeconds = 300;

    /// <summary>The host of the signer whose signature holds; null if none does, or none can be checked.</summary>
    public static string? Verify(SignerKeys keys, in SignedRequest request, long epochSeconds)
    {
        if (HeaderText.Find(request.Headers, "signature-input"u8) is not { } inputs || HeaderText.Find(request.Headers, "signature"u8) is not { } signatures
            || HeaderText.Find(request.Headers, "signature-agent"u8) is not { } agents)
        {
            return null;
        }

        var signers = FieldReader.ReadAgents(agents);
        foreach (var input in FieldReader.ReadInputs(inputs).Where(input => IsValid(input, epochSeconds)).Take(SignaturesMax))
        {
            if (HostOf(signers, input) is { } host && Holds(keys, request, host, input, signatures, epochSeconds))
            {
                return host;
            }
        }

        return null;
    }

    private static bool IsValid(SignatureInput input, long epochSeconds) =>
        input.Parameter("tag") == Tag && input.Parameter("alg") is null or "ed25519"
        && input.Seconds("created") is { } created && created <= epochSeconds + SkewSeconds
        && input.Seconds("expires") is { } expires && expires >= epochSeconds - SkewSeconds
        && Covers(input, "@authority") && Covers(input, "signature-agent");

    // Without these a signature made for one site or in another's name would hold here.
    private static bool Covers(SignatureInput input, string component) => input.Components.Any(one => one.Name == component);

    private static bool Holds(SignerKeys keys, in SignedRequest request, string host, SignatureInput input, string signatures, long epochSeconds)
    {
        // What costs is done last: most that is sent to be checked fails before.
        return input.Parameter("keyid") is { } keyId && keys.Has(host, keyId, epochSeconds)
            && FieldReader.ReadSignature(signatures, input.Label) is { } signature && request.BaseOf(input) is { } signed
            && keys.Verify(host, keyId, Encoding.UTF8.GetBytes(signed), signature);
    }

    // The signer of this label, or the only one.
    private static string? HostOf(IReadOnlyList<FieldParameter> signers, SignatureInput input)
    {
        var text = signers.FirstOrDefault(signer => signer.Name == input.Label || signer.Name.Length == 0).Value;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps ? address.IdnHost.ToLowerInvariant() : null;
    }
}
