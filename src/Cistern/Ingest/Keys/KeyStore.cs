using Cistern.Formats.CloudFront;
using Cistern.Operations.Shared;

namespace Cistern.Ingest.Keys;

/// <summary>Why a key was not made or revoked.</summary>
public enum KeyFault
{
    NameInvalid = 1,
    NameTaken = 2,
    ScopeMissing = 3,
    LimitInvalid = 4,
    ExpiryPast = 5,
    NotFound = 6,
    RevokedBefore = 7,
    SignalUnknown = 8,
    FieldsInvalid = 9,
}

/// <summary>What became of a change: the key, or why there is none.</summary>
/// <param name="Secret">Set for a new key; it cannot be had again.</param>
/// <param name="Problem">A sentence with the remedy.</param>
public sealed record KeyChange(AccessKey? Key, KeySecret? Secret, KeyFault? Fault, string? Problem)
{
    internal static KeyChange Refused(KeyFault fault, string problem) => new(null, null, fault, problem);
}

/// <summary>What a new key shall be.</summary>
public sealed record NewKey
{
    public required string Name { get; init; }

    public KeyScopes Scopes { get; init; } = KeyScopes.Ingest;

    public IReadOnlyList<string> Signals { get; init; } = [];

    public IReadOnlyList<string> Streams { get; init; } = [];

    public double? RequestsPerSecond { get; init; }

    public double? MebibytesPerSecond { get; init; }

    public string CloudFrontFields { get; init; } = "";

    public DateTimeOffset? Expires { get; init; }
}

/// <param name="LastUsed">As the server wrote it down, at most a minute late; null if it was never used.</param>
public sealed record ListedKey(AccessKey Key, DateTimeOffset? LastUsed);

/// <summary>Makes, lists and revokes access keys, also while servers run on the folder.</summary>
public sealed class KeyStore(SharedFolder folder, TimeProvider time)
{
    /// <summary>The name under which deliveries without a key are stored, if the settings allow them.</summary>
    public const string AnonymousName = "anonymous";

    private const int NameLengthMax = 64;

    // Tables that deliveries fill. A later format adds its own.
    private static readonly string[] Signals = ["requests", "logs", "metrics"];

    /// <exception cref="KeyFileException">The keys file cannot be read or written.</exception>
    public KeyChange Create(NewKey wanted)
    {
        if (Check(wanted) is { } refusal)
        {
            return refusal;
        }

        var secret = KeySecret.Create();
        var key = Make(wanted, secret);
        var taken = false;
        KeyFile.Update(folder, keys => (taken = Find(keys, key.Name) is not null) ? null : [.. keys, key]);
        return taken
            ? KeyChange.Refused(KeyFault.NameTaken, $"cannot make a key named '{key.Name}': there is one, perhaps revoked; choose another name")
            : new KeyChange(key, secret, null, null);
    }

    /// <exception cref="KeyFileException">The keys file cannot be read.</exception>
    public IReadOnlyList<ListedKey> List()
    {
        var uses = KeyUses.Read(folder.Root);
        return [.. KeyFile.Read(folder.Root).Select(key => new ListedKey(key, uses.TryGetValue(key.Name, out var used) ? used : null))];
    }

    /// <exception cref="KeyFileException">The keys file cannot be read or written.</exception>
    public KeyChange Revoke(string name)
    {
        KeyChange? change = null;
        KeyFile.Update(folder, keys =>
        {
            change = Revoke(Find(keys, name), name);
            return change.Fault is null ? [.. keys.Select(key => key.Name == name ? change.Key! : key)] : null;
        });
        return change!;
    }

    private static AccessKey? Find(IReadOnlyList<AccessKey> keys, string name) => keys.FirstOrDefault(key => key.Name == name);

    private KeyChange Revoke(AccessKey? key, string name) => key switch
    {
        null => KeyChange.Refused(KeyFault.NotFound, $"cannot revoke '{name}': there is no key of that name; keys list shows them"),
        { Revoked: { } when } => KeyChange.Refused(KeyFault.RevokedBefore, $"cannot revoke '{name}': it was revoked at {when:u}"),
        _ => new KeyChange(key with { Revoked = time.GetUtcNow() }, null, null, null),
    };

    private KeyChange? Check(NewKey wanted)
    {
        if (wanted.Name.Length is 0 or > NameLengthMax || wanted.Name.Any(char.IsControl) || wanted.Name == AnonymousName)
        {
            return KeyChange.Refused(KeyFault.NameInvalid,
                $"cannot make a key named '{wanted.Name}': a name has 1 to {NameLengthMax} printable characters and is not '{AnonymousName}'; choose another");
        }

        if (wanted.Scopes == KeyScopes.None)
        {
            return KeyChange.Refused(KeyFault.ScopeMissing, $"cannot make a key without a scope; choose among {ScopeNames.All}");
        }

        if (wanted.Signals.FirstOrDefault(signal => !Signals.Contains(signal)) is { } unknown)
        {
            return KeyChange.Refused(KeyFault.SignalUnknown, $"cannot limit a key to the signal '{unknown}'; choose among {string.Join(", ", Signals)}");
        }

        if (wanted.RequestsPerSecond is <= 0 or double.NaN || wanted.MebibytesPerSecond is <= 0 or double.NaN)
        {
            return KeyChange.Refused(KeyFault.LimitInvalid, "cannot make a key with a rate of zero or less; give a number above zero, or none for no limit");
        }

        if (wanted.CloudFrontFields.Length > 0 && CloudFrontFields.CheckList(wanted.CloudFrontFields) is { } wrong)
        {
            return KeyChange.Refused(KeyFault.FieldsInvalid, wrong);
        }

        return wanted.Expires <= time.GetUtcNow()
            ? KeyChange.Refused(KeyFault.ExpiryPast, $"cannot make a key that expired at {wanted.Expires:u}; give a time to come")
            : null;
    }

    private AccessKey Make(NewKey wanted, KeySecret secret) => new()
    {
        Name = wanted.Name,
        Sha256 = KeySecret.Hash(secret.Reveal()),
        Scopes = wanted.Scopes,
        Signals = wanted.Signals,
        Streams = wanted.Streams,
        RequestsPerSecond = wanted.RequestsPerSecond,
        MebibytesPerSecond = wanted.MebibytesPerSecond,
        CloudFrontFields = wanted.CloudFrontFields,
        Created = time.GetUtcNow(),
        Expires = wanted.Expires,
    };
}
