using System.Net;
using System.Security.Cryptography;
using Cistern.Operations.Settings;
using Cistern.Operations.Shared;

namespace Cistern.Ingest.Keys;

/// <summary>What a presented key turned out to be. The default means nothing.</summary>
internal enum KeyVerdict
{
    Accepted = 1,
    Missing = 2,
    Malformed = 3,
    Unknown = 4,
    Expired = 5,
    Revoked = 6,

    /// <summary>Not known here, and those who may know it cannot be asked.</summary>
    Unsure = 7,
}

/// <param name="Key">Set if accepted; also if expired or revoked, so that a refusal can be counted under its name.</param>
internal readonly record struct KeyCheck(KeyVerdict Verdict, ActiveKey? Key)
{
    /// <summary>Why nothing can be said of the key; empty otherwise.</summary>
    public string Problem { get; init; } = "";
}

/// <summary>A key of a running server, with what is left of its rates.</summary>
internal sealed class ActiveKey(AccessKey key, TimeProvider time)
{
    public AccessKey Key { get; } = key;

    public RateLimit Rate { get; } = new(key.RequestsPerSecond, key.MebibytesPerSecond, time);
}

/// <summary>The keys of a running server: read from <c>keys.json</c>, and again when it changes.</summary>
/// <remarks>
/// Whether the file changed is asked once a second, so that a revoked key stops working, and before each refusal of an unknown key, so that a
/// new key works at once. It is read only when its time or length changed: guessing keys costs the server no reads. What other servers changed is fetched by the
/// folder each second, and before such a refusal.
/// </remarks>
internal sealed partial class AccessKeys
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly SharedFolder _folder;
    private readonly TimeProvider _time;
    private readonly ILogger<AccessKeys> _logger;
    private readonly IngestSettings _settings;
    private readonly ActiveKey _anonymous;
    private readonly Lock _reading = new();
    private ActiveKey[] _keys = [];
    private (DateTime Written, long Length) _stamp;
    private long _lookedAt;

    /// <exception cref="KeyFileException">The file is there and cannot be read.</exception>
    public AccessKeys(SharedFolder folder, CisternSettings settings, TimeProvider time, ILogger<AccessKeys> logger)
    {
        (_folder, _time, _logger, _settings) = (folder, time, logger, settings.Ingest);
        Uses = new KeyUses(_folder, time);
        _anonymous = new ActiveKey(Anonymous, time);
        _stamp = Stamp();
        _lookedAt = time.GetTimestamp();
        _keys = Load();
    }

    public KeyUses Uses { get; }

    private static AccessKey Anonymous { get; } = new()
    {
        Name = KeyStore.AnonymousName,
        Sha256 = default,
        Scopes = KeyScopes.Ingest,
        Created = DateTimeOffset.UnixEpoch,
    };

    /// <summary>Judges a key; one that is not known here may be known to other servers, so that these are asked before it is refused.</summary>
    /// <param name="presented">What the sender presents; empty if nothing.</param>
    /// <param name="source">Where it connects from.</param>
    public async ValueTask<KeyCheck> CheckAsync(string presented, IPAddress? source)
    {
        var check = Check(presented, source);
        if (check.Verdict != KeyVerdict.Unknown)
        {
            return check;
        }

        try
        {
            await _folder.RefreshAsync();
        }
        catch (IOException error)
        {
            return new KeyCheck(KeyVerdict.Unsure, null) { Problem = error.Message };
        }

        return Check(presented, source);
    }

    /// <summary>The same, by what is known here.</summary>
    public KeyCheck Check(string presented, IPAddress? source)
    {
        if (presented.Length == 0)
        {
            return IsAnonymous(source) ? new KeyCheck(KeyVerdict.Accepted, _anonymous) : new KeyCheck(KeyVerdict.Missing, null);
        }

        if (!KeySecret.IsWellFormed(presented))
        {
            return new KeyCheck(KeyVerdict.Malformed, null);
        }

        var hash = KeySecret.Hash(presented);
        if (_time.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= LookInterval)
        {
            ReadIfChanged();
        }

        if (Find(hash) is { } key)
        {
            return Judge(key);
        }

        ReadIfChanged();
        return Find(hash) is { } added ? Judge(added) : new KeyCheck(KeyVerdict.Unknown, null);
    }

    /// <summary>Reads the file if it changed: what was just made or revoked holds at once.</summary>
    public void ReadIfChanged()
    {
        lock (_reading)
        {
            Volatile.Write(ref _lookedAt, _time.GetTimestamp());

            // The stamp is taken before the read: a change in between is found the next time.
            var stamp = Stamp();
            if (stamp != _stamp)
            {
                _stamp = stamp;
                ReadAgain();
            }
        }
    }

    private bool IsAnonymous(IPAddress? source)
    {
        var address = source is { IsIPv4MappedToIPv6: true } ? source.MapToIPv4() : source;
        return _settings.AllowAnonymous && address is not null && _settings.AnonymousNetworks.Any(network => network.Contains(address));
    }

    // Goes through all keys whatever it finds, and compares in constant time, so that the time tells nothing about a hash.
    private ActiveKey? Find(byte[] hash)
    {
        ActiveKey? found = null;
        foreach (var candidate in Volatile.Read(ref _keys))
        {
            found = CryptographicOperations.FixedTimeEquals(candidate.Key.Sha256.Span, hash) ? candidate : found;
        }

        return found;
    }

    private KeyCheck Judge(ActiveKey active)
    {
        if (active.Key.Revoked is not null)
        {
            return new KeyCheck(KeyVerdict.Revoked, active);
        }

        if (active.Key.Expires <= _time.GetUtcNow())
        {
            return new KeyCheck(KeyVerdict.Expired, active);
        }

        Uses.Note(active.Key.Name);
        return new KeyCheck(KeyVerdict.Accepted, active);
    }

    private void ReadAgain()
    {
        try
        {
            Volatile.Write(ref _keys, Load());
            Log.KeysRead(_logger, _keys.Length);
        }
        catch (KeyFileException error)
        {
            Log.KeysUnreadable(_logger, error.Message);
        }
    }

    // A key that did not change keeps what is left of its rates.
    private ActiveKey[] Load()
    {
        var before = _keys.ToDictionary(active => active.Key.Name);
        return [.. KeyFile.Read(_folder.Root).Select(key =>
            before.TryGetValue(key.Name, out var active) && IsSame(active.Key, key) ? active : new ActiveKey(key, _time))];
    }

    // A revocation is the only change that a key can undergo; other differences mean that the file was edited by hand.
    private static bool IsSame(AccessKey one, AccessKey other) =>
        one with { Sha256 = default, Signals = [], Streams = [] } == other with { Sha256 = default, Signals = [], Streams = [] }
        && one.Sha256.Span.SequenceEqual(other.Sha256.Span)
        && one.Signals.SequenceEqual(other.Signals)
        && one.Streams.SequenceEqual(other.Streams);

    private (DateTime Written, long Length) Stamp()
    {
        var file = new FileInfo(_folder.PathOf(KeyFile.FileName));
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private static partial class Log
    {
        [LoggerMessage(1010, LogLevel.Information, "Read {Count} keys again because the file changed")]
        public static partial void KeysRead(ILogger logger, int count);

        [LoggerMessage(1011, LogLevel.Error, "The keys stay as they were before: {Problem}")]
        public static partial void KeysUnreadable(ILogger logger, string problem);
    }
}
