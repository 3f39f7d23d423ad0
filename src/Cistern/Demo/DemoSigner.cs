using System.Text;
using NSec.Cryptography;

namespace Cistern.Demo;

/// <summary>An invented agent that signs its requests (Web Bot Auth), so that the demo has something to verify.</summary>
/// <remarks>Its key exists in this process only, so that it vouches for nobody outside of the demo's folder. It covers the host alone: one signature does for all requests.</remarks>
internal static class DemoSigner
{
    public const string AgentName = "Pilot";
    public const string Operator = "Pilot (demo)";
    public const string Host = "pilot.example.net";

    // From before the oldest history until after the longest demo.
    private static readonly TimeSpan _validBefore = TimeSpan.FromDays(120);
    private static readonly TimeSpan _validAfter = TimeSpan.FromDays(30);

    private static readonly Key _key = Key.Create(SignatureAlgorithm.Ed25519);
    private static readonly string _x = Base64Url(_key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    private static readonly string _keyId = Base64Url(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"Ed25519","kty":"OKP","x":"{{_x}}"}""")));

    /// <summary>Its key directory, as it would be at <c>/.well-known/http-message-signatures-directory</c>.</summary>
    public static string Directory { get; } = $$"""{"keys":[{"kty":"OKP","crv":"Ed25519","x":"{{_x}}"}]}""";

    /// <summary>Says that it is a browser; only the signature says whose.</summary>
    public static ClientProfile Profile { get; } = new(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "text/html,*/*;q=0.8", "gzip, deflate, br", "HTTP/2.0", more: Sign());

    private static (string, string)[] Sign()
    {
        var now = DateTimeOffset.UtcNow;
        var parameters = $"(\"@authority\" \"signature-agent\");created={(now - _validBefore).ToUnixTimeSeconds()};expires={(now + _validAfter).ToUnixTimeSeconds()};keyid=\"{_keyId}\";tag=\"web-bot-auth\"";
        var agent = $"\"https://{Host}\"";
        var signed = $"\"@authority\": {DemoSite.Host}\n\"signature-agent\": {agent}\n\"@signature-params\": {parameters}";
        var signature = Convert.ToBase64String(SignatureAlgorithm.Ed25519.Sign(_key, Encoding.UTF8.GetBytes(signed)));
        return [("signature-agent", agent), ("signature-input", $"sig1={parameters}"), ("signature", $"sig1=:{signature}:")];
    }

    private static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
