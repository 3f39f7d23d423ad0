using System.Text.Json;
using System.Text.Json.Serialization;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;

namespace Cistern.Dashboard;

/// <summary><c>signin.json</c> cannot be used: it says which file and why.</summary>
public sealed class SignInFileException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary><c>signin.json</c>; its form is in <c>docs/format/signin.md</c>.</summary>
/// <remarks>
/// As <c>keys.json</c> it is only ever replaced whole, so that a reader needs no lock, and a change holds <c>signin.lock</c> from its read to its rename: of two
/// requests with one token only one finds it.
/// </remarks>
internal static partial class SignInFile
{
    public const string FileName = "signin.json";
    public const string LockName = "signin.lock";

    private const int Version = 1;

    /// <summary>What a folder's file holds; nothing if there is none yet.</summary>
    /// <exception cref="SignInFileException">The file is there and cannot be read.</exception>
    public static SignInState Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllBytes(path)) : SignInState.Empty;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new SignInFileException($"cannot read {path}: {error.Message}; correct the file, or remove it so that every browser has to sign in again", error);
        }
    }

    /// <summary>Replaces the content by what <paramref name="change"/> makes of it; nothing is written if it returns null.</summary>
    /// <exception cref="SignInFileException">The file cannot be read or written.</exception>
    public static void Update(SharedFolder folder, Func<SignInState, SignInState?> change)
    {
        var path = folder.PathOf(FileName);
        try
        {
            folder.Change(LockName, () =>
            {
                var state = change(Read(folder.Root));
                if (state is not null)
                {
                    PrivateFile.Replace(path, Serialize(state));
                }

                return state;
            });
        }
        catch (Exception error) when (error is (IOException and not SignInFileException) or UnauthorizedAccessException)
        {
            throw new SignInFileException($"cannot write {path}: {error.Message}", error);
        }
    }

    private static SignInState Parse(byte[] bytes)
    {
        var file = JsonSerializer.Deserialize(bytes, SignInJson.Default.FileEntry) ?? throw new FormatException("it holds null");
        return file.Version == Version
            ? new SignInState(UrlOf(file.Url), file.LastSignIn, [.. file.Links.Select(ToSecret)], [.. file.Sessions.Select(ToSecret)])
            : throw new FormatException($"its version is {file.Version}, and this program reads version {Version}");
    }

    private static byte[] Serialize(SignInState state)
    {
        var file = new FileEntry
        {
            Version = Version,
            Url = state.Url?.ToString(),
            LastSignIn = state.LastSignIn,
            Links = [.. state.Links.Select(ToEntry)],
            Sessions = [.. state.Sessions.Select(ToEntry)],
        };
        return [.. JsonSerializer.SerializeToUtf8Bytes(file, SignInJson.Default.FileEntry), (byte)'\n'];
    }

    private static Uri? UrlOf(string? text) =>
        text is null ? null : Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : throw new FormatException($"its url '{text}' is not an address");

    private static KeptSecret ToSecret(SecretEntry entry) => Convert.FromHexString(entry.Sha256) is { Length: 32 } hash
        ? new KeptSecret(hash, entry.Created, entry.Expires)
        : throw new FormatException($"the hash '{entry.Sha256}' is not 64 digits");

    private static SecretEntry ToEntry(KeptSecret secret) =>
        new() { Sha256 = Convert.ToHexStringLower(secret.Sha256.Span), Created = secret.Created, Expires = secret.Expires };

    internal sealed record FileEntry
    {
        public required int Version { get; init; }

        public string? Url { get; init; }

        public DateTimeOffset? LastSignIn { get; init; }

        public required SecretEntry[] Links { get; init; }

        public required SecretEntry[] Sessions { get; init; }
    }

    internal sealed record SecretEntry
    {
        public required string Sha256 { get; init; }

        public required DateTimeOffset Created { get; init; }

        public required DateTimeOffset Expires { get; init; }
    }

    [JsonSourceGenerationOptions(
        WriteIndented = true,
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(FileEntry))]
    internal sealed partial class SignInJson : JsonSerializerContext;
}
