using System.Text.Json;
using System.Text.Json.Serialization;
using Cistern.Operations.Shared;

namespace Cistern.Ingest.Keys;

/// <summary>The keys file cannot be used: it says which file and why.</summary>
public sealed class KeyFileException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary><c>keys.json</c>; its form is in <c>docs/format/keys.md</c>.</summary>
/// <remarks>
/// A reader needs no lock, because the file is only ever replaced whole. A change holds <c>keys.lock</c> from its read to its rename, so that
/// of two commands at the same time neither undoes what the other did.
/// </remarks>
internal static partial class KeyFile
{
    public const string FileName = "keys.json";
    public const string LockName = "keys.lock";

    private const int Version = 1;

    /// <summary>The keys of a folder; none if there is no file yet.</summary>
    /// <exception cref="KeyFileException">The file is there and cannot be read.</exception>
    public static IReadOnlyList<AccessKey> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllBytes(path)) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new KeyFileException($"cannot read {path}: {error.Message}; correct the file, or restore it from a backup", error);
        }
    }

    /// <summary>Replaces the keys by what <paramref name="change"/> makes of them; nothing is written if it returns null.</summary>
    /// <exception cref="KeyFileException">The file cannot be read or written.</exception>
    public static void Update(SharedFolder folder, Func<IReadOnlyList<AccessKey>, IReadOnlyList<AccessKey>?> change)
    {
        var path = folder.PathOf(FileName);
        try
        {
            folder.Change(LockName, () =>
            {
                var keys = change(Read(folder.Root));
                if (keys is not null)
                {
                    PrivateFile.Replace(path, Serialize(keys));
                }

                return keys;
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"cannot write {path}: {error.Message}", error);
        }
    }

    private static AccessKey[] Parse(byte[] bytes)
    {
        var file = JsonSerializer.Deserialize(bytes, KeyJson.Default.KeysEntry) ?? throw new FormatException("it holds null");
        if (file.Version != Version)
        {
            throw new FormatException($"its version is {file.Version}, and this program reads version {Version}");
        }

        return file.Keys.GroupBy(entry => entry.Name).FirstOrDefault(group => group.Skip(1).Any()) is { } twice
            ? throw new FormatException($"two keys are named '{twice.Key}'")
            : [.. file.Keys.Select(ToKey)];
    }

    private static byte[] Serialize(IReadOnlyList<AccessKey> keys) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(new KeysEntry(Version, [.. keys.Select(ToEntry)]), KeyJson.Default.KeysEntry), (byte)'\n'];

    private static AccessKey ToKey(KeyEntry entry) => new()
    {
        Name = entry.Name,
        Sha256 = Convert.FromHexString(entry.Sha256) is { Length: 32 } hash ? hash : throw new FormatException($"the hash of key '{entry.Name}' is not 64 digits"),
        Scopes = ScopeNames.Parse(entry.Scopes, out var unknown) is var scopes && unknown is null
            ? scopes
            : throw new FormatException($"key '{entry.Name}' has the scope '{unknown}'; scopes are {ScopeNames.All}"),
        Signals = entry.Signals ?? [],
        Streams = entry.Streams ?? [],
        RequestsPerSecond = entry.RequestsPerSecond,
        MebibytesPerSecond = entry.MebibytesPerSecond,
        CloudFrontFields = entry.CloudFrontFields ?? "",
        Created = entry.Created,
        Expires = entry.Expires,
        Revoked = entry.Revoked,
    };

    private static KeyEntry ToEntry(AccessKey key) => new()
    {
        Name = key.Name,
        Sha256 = Convert.ToHexStringLower(key.Sha256.Span),
        Scopes = ScopeNames.Of(key.Scopes),
        Signals = key.Signals.Count > 0 ? [.. key.Signals] : null,
        Streams = key.Streams.Count > 0 ? [.. key.Streams] : null,
        RequestsPerSecond = key.RequestsPerSecond,
        MebibytesPerSecond = key.MebibytesPerSecond,
        CloudFrontFields = key.CloudFrontFields.Length > 0 ? key.CloudFrontFields : null,
        Created = key.Created,
        Expires = key.Expires,
        Revoked = key.Revoked,
    };

    internal sealed record KeysEntry(int Version, KeyEntry[] Keys);

    internal sealed record KeyEntry
    {
        public required string Name { get; init; }

        public required string Sha256 { get; init; }

        public required string[] Scopes { get; init; }

        public string[]? Signals { get; init; }

        public string[]? Streams { get; init; }

        public double? RequestsPerSecond { get; init; }

        public double? MebibytesPerSecond { get; init; }

        public string? CloudFrontFields { get; init; }

        public required DateTimeOffset Created { get; init; }

        public DateTimeOffset? Expires { get; init; }

        public DateTimeOffset? Revoked { get; init; }
    }

    [JsonSourceGenerationOptions(
        WriteIndented = true,
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(KeysEntry))]
    [JsonSerializable(typeof(Dictionary<string, DateTimeOffset>), TypeInfoPropertyName = "Uses")]
    internal sealed partial class KeyJson : JsonSerializerContext;
}

/// <summary>The names of scopes, in the file and on the command line.</summary>
public static class ScopeNames
{
    public const string All = "ingest, read, admin";

    private static readonly (string Name, KeyScopes Scope)[] Names =
        [("ingest", KeyScopes.Ingest), ("read", KeyScopes.Read), ("admin", KeyScopes.Admin)];

    public static string[] Of(KeyScopes scopes) => [.. Names.Where(pair => scopes.HasFlag(pair.Scope)).Select(pair => pair.Name)];

    /// <param name="unknown">The first name that is no scope, or null.</param>
    public static KeyScopes Parse(IEnumerable<string> names, out string? unknown)
    {
        unknown = null;
        var scopes = KeyScopes.None;
        foreach (var name in names)
        {
            var scope = Names.FirstOrDefault(pair => pair.Name == name).Scope;
            unknown = scope == KeyScopes.None ? unknown ?? name : unknown;
            scopes |= scope;
        }

        return scopes;
    }
}
