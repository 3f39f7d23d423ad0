using Cistern.Operations.Shared;

namespace Cistern.Dashboard;

/// <summary>A session that was just made.</summary>
/// <param name="Secret">The value of its cookie; it is kept nowhere else.</param>
internal sealed record NewSession(string Secret, DateTimeOffset Created, DateTimeOffset Expires);

/// <summary>Makes links to sign in with, and takes them, also while servers run on the folder.</summary>
internal sealed class SignIns(SharedFolder folder, TimeProvider time)
{
    /// <summary>How long a link works: enough to paste it, too short to find it in an old terminal.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(15);

    /// <exception cref="SignInFileException">The file cannot be read.</exception>
    public SignInState Read() => SignInFile.Read(folder.Root);

    /// <summary>A new link to the dashboard that signs in once.</summary>
    /// <param name="server">The server's address; null takes where the last server on the folder listened, or <paramref name="otherwise"/>.</param>
    /// <exception cref="SignInFileException">The file cannot be read or written.</exception>
    public string CreateLink(Uri? server, Uri? otherwise = null)
    {
        var token = SignInSecret.Create();
        Uri? known = null;
        SignInFile.Update(folder, state =>
        {
            var now = time.GetUtcNow();
            known = state.Url;
            return state.WithoutExpired(now).WithLink(new KeptSecret(SignInSecret.Hash(token), now, now + LinkLifetime));
        });
        return LinkTo(server ?? known ?? otherwise ?? throw new InvalidOperationException("there is no address to make a link of"), token);
    }

    /// <summary>An address to listen on as one to open: <c>*</c> is no host of an address.</summary>
    public static Uri AddressOf(string listen) => new(listen.Replace("//*", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal));

    /// <summary>Notes where a server listens, so that a later link leads there.</summary>
    /// <exception cref="SignInFileException">The file cannot be read or written.</exception>
    public void NoteServer(Uri url) => SignInFile.Update(folder, state => state.Url == url ? null : state with { Url = url });

    /// <summary>Takes a token, which works once, and makes a session of it; null if it is unknown, used or expired.</summary>
    /// <remarks>The token goes in the same write that brings the session: whatever crashes when, no token works twice.</remarks>
    /// <exception cref="SignInFileException">The file cannot be read or written; the token may be used again.</exception>
    public NewSession? Redeem(string token, TimeSpan lifetime)
    {
        NewSession? made = null;
        SignInFile.Update(folder, state =>
        {
            made = null;
            var now = time.GetUtcNow();
            var link = SignInSecret.Find(state.Links, SignInSecret.Hash(token));
            if (link is null || link.Expires <= now)
            {
                return null;
            }

            made = new NewSession(SignInSecret.Create(), now, now + lifetime);
            return state.Without(link).WithoutExpired(now).WithSession(new KeptSecret(SignInSecret.Hash(made.Secret), made.Created, made.Expires));
        });
        return made;
    }

    /// <summary>Ends sessions; those that are not known are passed over.</summary>
    /// <exception cref="SignInFileException">The file cannot be read or written; the sessions go on.</exception>
    public void End(IReadOnlyList<KeptSecret> sessions) => SignInFile.Update(folder, state =>
    {
        var left = state.Sessions.Where(session => !sessions.Any(ended => ended.Sha256.Span.SequenceEqual(session.Sha256.Span))).ToArray();
        return left.Length == state.Sessions.Count ? null : state with { Sessions = left };
    });

    /// <exception cref="SignInFileException">The file cannot be read or written.</exception>
    public void RemoveExpired() => SignInFile.Update(folder, state => state.WithoutExpired(time.GetUtcNow()));

    // The token stands behind '#', which a browser keeps to itself: it comes into no log, no Referer, and no preview of the link uses it up.
    private static string LinkTo(Uri server, string token)
    {
        // An address that means all of the machine's own is nothing that a browser can open.
        var host = server.Host is "0.0.0.0" or "[::]" ? "localhost" : server.Host;
        return $"{new UriBuilder(server.Scheme, host, server.Port, "/signin").Uri}#{token}";
    }
}
