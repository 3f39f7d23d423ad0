namespace Cistern.Ingest.Keys;

/// <summary>What a key may be used for. Written to <c>keys.json</c> in lower case: never rename.</summary>
[Flags]
public enum KeyScopes
{
    None = 0,

    /// <summary>Send deliveries.</summary>
    Ingest = 1,

    /// <summary>Query.</summary>
    Read = 2,

    /// <summary>Import, and everything that the other scopes allow.</summary>
    Admin = 4,
}

/// <summary>A key as it is kept: everything but the secret.</summary>
public sealed record AccessKey
{
    /// <summary>Unique, also among revoked keys: deliveries are stored with it.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the secret.</summary>
    public required ReadOnlyMemory<byte> Sha256 { get; init; }

    public required KeyScopes Scopes { get; init; }

    /// <summary>Tables that it may fill (<c>requests</c>); empty means all.</summary>
    public IReadOnlyList<string> Signals { get; init; } = [];

    /// <summary>Stream ARNs that it may send for, with <c>*</c> for any characters; empty means all.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];

    /// <summary>Deliveries a second; null sets no limit.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>MiB of bodies a second, as they come; null sets no limit.</summary>
    public double? MebibytesPerSecond { get; init; }

    /// <summary>The fields of CloudFront lines, if neither the delivery nor the stream says them.</summary>
    public string CloudFrontFields { get; init; } = "";

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public DateTimeOffset? Revoked { get; init; }

    public bool Allows(KeyScopes scope) => (Scopes & (scope | KeyScopes.Admin)) != 0;

    public bool AllowsSignal(string signal) => Signals.Count == 0 || Signals.Contains(signal, StringComparer.OrdinalIgnoreCase);

    public bool AllowsStream(string stream) => Streams.Count == 0 || Streams.Any(pattern => Wildcard.Matches(pattern, stream));
}
