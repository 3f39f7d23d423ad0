using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Cistern.Dashboard;

/// <summary>What a browser proves itself with, as it is kept: everything but the text.</summary>
/// <param name="Sha256">SHA-256 of the text.</param>
internal sealed record KeptSecret(ReadOnlyMemory<byte> Sha256, DateTimeOffset Created, DateTimeOffset Expires);

/// <summary>Who may sign in, and who has: the content of <c>signin.json</c>.</summary>
/// <param name="Url">Where the last server on the folder listened, for whole links.</param>
/// <param name="LastSignIn">Null as long as nobody ever signed in.</param>
/// <param name="Links">Tokens of links that were not used yet.</param>
/// <param name="Sessions">Browsers that are signed in.</param>
internal sealed record SignInState(Uri? Url, DateTimeOffset? LastSignIn, IReadOnlyList<KeptSecret> Links, IReadOnlyList<KeptSecret> Sessions)
{
    // Nobody holds so many links that still work; the oldest go.
    private const int LinksMax = 20;
    private const int SessionsMax = 1_000;

    public static SignInState Empty { get; } = new(null, null, [], []);

    public SignInState WithLink(KeptSecret link) => this with { Links = Newest(Links, link, LinksMax) };

    public SignInState WithSession(KeptSecret session) => this with { Sessions = Newest(Sessions, session, SessionsMax), LastSignIn = session.Created };

    public SignInState Without(KeptSecret link) => this with { Links = [.. Links.Where(other => other != link)] };

    public SignInState WithoutExpired(DateTimeOffset now) => this with
    {
        Links = [.. Links.Where(link => link.Expires > now)],
        Sessions = [.. Sessions.Where(session => session.Expires > now)],
    };

    // The list is in the order of creation.
    private static KeptSecret[] Newest(IReadOnlyList<KeptSecret> before, KeptSecret added, int max) => [.. before.TakeLast(max - 1), added];
}

/// <summary>The text of a sign-in token or of a session: 160 random bits in base 32, the same form for both.</summary>
internal static class SignInSecret
{
    public const int Length = 32;

    private const string Letters = "abcdefghijklmnopqrstuvwxyz234567";

    private static readonly SearchValues<char> KnownLetters = SearchValues.Create(Letters);

    public static string Create() => RandomNumberGenerator.GetString(Letters, Length);

    /// <summary>Whether a text can be one, so that nothing else is hashed.</summary>
    public static bool IsWellFormed(string text) => text.Length == Length && text.AsSpan().IndexOfAnyExcept(KnownLetters) < 0;

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.ASCII.GetBytes(text));

    /// <summary>The one of that hash, expired or not.</summary>
    /// <remarks>Goes through all whatever it finds, and compares in constant time, so that the time tells nothing about a hash.</remarks>
    public static KeptSecret? Find(IReadOnlyList<KeptSecret> kept, ReadOnlySpan<byte> hash)
    {
        KeptSecret? found = null;
        foreach (var candidate in kept)
        {
            found = CryptographicOperations.FixedTimeEquals(candidate.Sha256.Span, hash) ? candidate : found;
        }

        return found;
    }
}
