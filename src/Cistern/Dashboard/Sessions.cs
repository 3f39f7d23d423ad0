using Cistern.Operations.Settings;
using Cistern.Operations.Shared;

namespace Cistern.Dashboard;

/// <summary>The browsers that are signed in to a running server: read from <c>signin.json</c>, and again when it changes.</summary>
/// <remarks>
/// As with keys, whether the file changed is asked once a second and before each refusal of a secret that is not known; it is read only when its time or length
/// changed. So guessing costs the server no reads, and no writes either: only a token that is known takes the lock. What other servers changed is fetched by the folder each second, and before such a
/// refusal.
/// </remarks>
internal sealed partial class Sessions
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CleanInterval = TimeSpan.FromMinutes(1);

    private readonly SharedFolder _folder;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;
    private readonly SignIns _signIns;
    private readonly ILogger<Sessions> _logger;
    private readonly Lock _reading = new();
    private SignInState _state = SignInState.Empty;
    private (DateTime Written, long Length) _stamp;
    private long _lookedAt;
    private long _cleanedAt;

    public Sessions(SharedFolder folder, CisternSettings settings, TimeProvider time, ILogger<Sessions> logger)
    {
        (_folder, _time, _lifetime, _logger) = (folder, time, settings.SignIn.SessionLifetime, logger);
        _signIns = new SignIns(_folder, time);
        _cleanedAt = time.GetTimestamp();
        Read(always: true);
    }

    /// <summary>The session of a cookie, if it goes on; one that is not known here may have begun on another server.</summary>
    /// <exception cref="IOException">It is not known here, and nobody else can be asked.</exception>
    public async ValueTask<KeptSecret?> FindAsync(string secret)
    {
        if (Find(secret) is { } session)
        {
            return session;
        }

        await _folder.RefreshAsync();
        return Find(secret);
    }

    /// <summary>The same, by what is known here.</summary>
    public KeptSecret? Find(string secret)
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= LookInterval)
        {
            Read(always: false);
        }

        var session = FindIn(state => state.Sessions, secret);
        return session?.Expires > _time.GetUtcNow() ? session : null;
    }

    /// <summary>Whether a session that was found goes on: nobody signed it out, and its time is not over.</summary>
    public bool Holds(KeptSecret session)
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= LookInterval)
        {
            Read(always: false);
        }

        return session.Expires > _time.GetUtcNow() && SignInSecret.Find(Volatile.Read(ref _state).Sessions, session.Sha256.Span) is not null;
    }

    /// <summary>Takes a token and gives a session, or null if the token does not work.</summary>
    /// <exception cref="IOException">The file cannot be read or written, or nobody can be asked for a token that is not known here.</exception>
    public async Task<NewSession?> SignInAsync(string token)
    {
        if (FindIn(state => state.Links, token) is null)
        {
            await _folder.RefreshAsync();
            if (FindIn(state => state.Links, token) is null)
            {
                return null;
            }
        }

        // On a thread that may wait: the lock and the disk do.
        var session = await Task.Run(() => _signIns.Redeem(token, _lifetime));
        Read(always: true);
        return session;
    }

    /// <exception cref="SignInFileException">The file cannot be written; the sessions go on.</exception>
    public async Task EndAsync(IReadOnlyList<KeptSecret> sessions)
    {
        if (sessions.Count > 0)
        {
            await Task.Run(() => _signIns.End(sessions));
            Read(always: true);
        }
    }

    /// <summary>Removes what has expired from the file, if a minute has passed and there is anything.</summary>
    /// <exception cref="SignInFileException">The file cannot be read or written.</exception>
    public void RemoveExpiredIfDue()
    {
        var (state, now) = (Volatile.Read(ref _state), _time.GetUtcNow());
        if (_time.GetElapsedTime(_cleanedAt) < CleanInterval || !state.Links.Concat(state.Sessions).Any(secret => secret.Expires <= now))
        {
            return;
        }

        _cleanedAt = _time.GetTimestamp();
        _signIns.RemoveExpired();
        Read(always: true);
    }

    private KeptSecret? FindIn(Func<SignInState, IReadOnlyList<KeptSecret>> list, string secret)
    {
        if (!SignInSecret.IsWellFormed(secret))
        {
            return null;
        }

        var hash = SignInSecret.Hash(secret);
        if (SignInSecret.Find(list(Volatile.Read(ref _state)), hash) is { } found)
        {
            return found;
        }

        Read(always: false);
        return SignInSecret.Find(list(Volatile.Read(ref _state)), hash);
    }

    private void Read(bool always)
    {
        lock (_reading)
        {
            Volatile.Write(ref _lookedAt, _time.GetTimestamp());

            // The stamp is taken before the read: a change in between is found the next time.
            var stamp = Stamp();
            if (always || stamp != _stamp)
            {
                _stamp = stamp;
                ReadFile();
            }
        }
    }

    // A broken file does not stop deliveries: nobody new can sign in until it is put right.
    private void ReadFile()
    {
        try
        {
            Volatile.Write(ref _state, SignInFile.Read(_folder.Root));
        }
        catch (SignInFileException error)
        {
            Log.Unreadable(_logger, error.Message);
        }
    }

    private (DateTime Written, long Length) Stamp()
    {
        var file = new FileInfo(_folder.PathOf(SignInFile.FileName));
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Error, "Who is signed in stays as it was before: {Problem}")]
        public static partial void Unreadable(ILogger logger, string problem);
    }
}
