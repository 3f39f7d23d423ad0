using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cistern.Enrich.Rules;
using NSec.Cryptography;

namespace Cistern.Enrich.Signatures;

/// <summary>The public keys of signers, from the data folder: <c>rules/keys/HOST.json</c> is the key directory that HOST publishes at
/// <c>/.well-known/http-message-signatures-directory</c>, a JSON Web Key Set (RFC 7517). They are never fetched while a row is judged.</summary>
internal sealed class SignerKeys
{
    private const string Extension = ".json";
    private const int RawKeyBytes = 32;

    // Later than any second of a JSON Web Token, and earlier than any millisecond of a time since 1973: directories write both.
    private const long SecondsMax = 100_000_000_000;

    private readonly Dictionary<(string Host, string KeyId), SignerKey> _keys = [];

    public static SignerKeys None { get; } = new();

    public int Count => _keys.Count;

    /// <summary>What tells sets of keys apart.</summary>
    public string Summary => string.Join(' ', _keys.Select(key => $"{key.Key.Host}/{key.Key.KeyId}{key.Value.Validity}").Order(StringComparer.Ordinal));

    public static string FolderIn(string rulesFolder) => Path.Combine(rulesFolder, "keys");

    /// <summary>Reads all key sets of a folder; one that cannot be read is a problem.</summary>
    public static SignerKeys ReadAll(string rulesFolder, List<RuleProblem> problems)
    {
        var keys = new SignerKeys();
        if (!Directory.Exists(FolderIn(rulesFolder)))
        {
            return keys;
        }

        foreach (var path in Directory.GetFiles(FolderIn(rulesFolder), "*" + Extension).Order(StringComparer.Ordinal))
        {
            if (keys.TryAdd(Path.GetFileNameWithoutExtension(path).ToLowerInvariant(), File.ReadAllText(path)) is { } problem)
            {
                problems.Add(new RuleProblem(Path.GetFileName(path), 0, problem));
            }
        }

        return keys;
    }

    /// <summary>Adds the keys of a signer. Null, or why they cannot be read.</summary>
    public string? TryAdd(string host, string keySet)
    {
        try
        {
            using var document = JsonDocument.Parse(keySet);
            if (!document.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
            {
                return "it is no JSON Web Key Set: it has no array 'keys'";
            }

            return keys.EnumerateArray().Select(key => AddKey(host, key)).ToArray().FirstOrDefault(problem => problem is not null);
        }
        catch (JsonException error)
        {
            return $"it is no JSON: {error.Message}";
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException or PlatformNotSupportedException)
        {
            return $"signatures cannot be checked on this system, because libsodium cannot be loaded: {error.GetBaseException().Message}";
        }
    }

    /// <param name="keyId">The thumbprint of the key (RFC 7638), or the <c>kid</c> that its set gives it.</param>
    public bool Verify(string host, string keyId, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) =>
        _keys.TryGetValue((host, keyId), out var key) && SignatureAlgorithm.Ed25519.Verify(key.Key, signed, signature);

    /// <summary>Whether there is such a key, and it was valid at a time.</summary>
    public bool Has(string host, string keyId, long epochSeconds) =>
        _keys.TryGetValue((host, keyId), out var key) && key.NotBefore <= epochSeconds && epochSeconds < key.Expires;

    // Other kinds of keys may stand in the same set; they sign nothing that is read here.
    private string? AddKey(string host, JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || TextOf(key, "kty") != "OKP" || TextOf(key, "crv") != "Ed25519")
        {
            return null;
        }

        var x = TextOf(key, "x");
        if (!Base64Url.IsValid(x, out var length) || length != RawKeyBytes || !PublicKey.TryImport(SignatureAlgorithm.Ed25519, Base64Url.DecodeFromChars(x), KeyBlobFormat.RawPublicKey, out var imported))
        {
            return $"the 'x' of a key is no Ed25519 public key: {(x.Length <= 80 ? x : x[..80])}";
        }

        if (!TryReadSeconds(key, "nbf", long.MinValue, out var notBefore) || !TryReadSeconds(key, "exp", long.MaxValue, out var expires))
        {
            return "'nbf' or 'exp' of a key is no number of seconds since 1970";
        }

        var signer = new SignerKey(imported!, notBefore, expires);
        _keys[(host, ThumbprintOf(x))] = signer;
        if (TextOf(key, "kid") is { Length: > 0 } name)
        {
            _keys[(host, name)] = signer;
        }

        return null;
    }

    private static bool TryReadSeconds(JsonElement key, string name, long fallback, out long seconds)
    {
        seconds = fallback;
        if (!key.TryGetProperty(name, out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number) || Math.Abs(number) > 1e15)
        {
            return false;
        }

        seconds = (long)Math.Floor(number >= SecondsMax ? number / 1000 : number);
        return true;
    }

    private static string ThumbprintOf(string x) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"Ed25519","kty":"OKP","x":"{{x.TrimEnd('=')}}"}""")));

    private static string TextOf(JsonElement key, string name) => key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <param name="NotBefore">Seconds since 1970.</param>
    /// <param name="Expires">The first second at which it counts no more.</param>
    private sealed record SignerKey(PublicKey Key, long NotBefore, long Expires)
    {
        public string Validity => NotBefore == long.MinValue && Expires == long.MaxValue ? "" : $":{NotBefore}-{Expires}";
    }
}
