using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cistern.Operations;

/// <summary>The files of a certificate cannot be used.</summary>
internal sealed class TlsFileException(string message, Exception cause) : IOException(message, cause);

/// <summary>The server's certificate with its intermediates, read again when its files hold something else.</summary>
/// <remarks>
/// <para>
/// The content is compared and not the time: a mounted secret of Kubernetes and the files of certbot are links, which are swapped while the time of what they
/// show may be any, and a renewal may change the key alone.
/// </para>
/// <para>
/// Certificate and key are two files, written one after the other. A renewal counts when two looks in a row found the same; until the two fit, the old pair is
/// served. Connections keep what they began with.
/// </para>
/// </remarks>
internal sealed partial class TlsCertificate : IDisposable
{
    /// <summary>How often the files are looked at.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    // Who renews does so with a third of the life left. Certificates of a year are not renewed three months before.
    private const double LifeLeft = 0.25;
    private static readonly TimeSpan WarnBeforeMax = TimeSpan.FromDays(14);
    private static readonly TimeSpan WarnEvery = TimeSpan.FromDays(1);

    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private volatile SslStreamCertificateContext _current;
    private string _taken;
    private string _seen;
    private string? _failure;
    private long? _warnedAt;

    /// <exception cref="TlsFileException">The files do not hold a certificate and its key.</exception>
    public TlsCertificate(string certificate, string key, TimeProvider time, ILogger<TlsCertificate> logger)
    {
        (_certificate, _key, _time, _logger) = (certificate, key, time, logger);
        var found = Read();
        _current = found.Context ?? throw new TlsFileException(
            $"cannot use the certificate {certificate} with the key {key}: {found.Problem}; both must be PEM files, the key without a password", found.Error!);
        _taken = _seen = found.Mark;
        WarnOfExpiry();
        _timer = time.CreateTimer(_ => Look(), null, LookInterval, LookInterval);
    }

    /// <summary>For the next connection.</summary>
    public SslStreamCertificateContext Current => _current;

    /// <summary>Negative when it has expired.</summary>
    public TimeSpan Remaining => _current.TargetCertificate.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime;

    /// <summary>Why what the files hold now is not served; null if it is.</summary>
    public string? Failure
    {
        get
        {
            lock (_lock)
            {
                return _failure;
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            TakeIfRenewed(Read());
            WarnOfExpiry();
        }
    }

    private void TakeIfRenewed(FoundPair found)
    {
        var settled = found.Mark == _seen;
        _seen = found.Mark;
        if (found.Mark == _taken)
        {
            _failure = null;
        }
        else if (settled && found.Context is { } context)
        {
            (_current, _taken, _failure) = (context, found.Mark, null);
            _warnedAt = null;
            Log.Taken(_logger, _certificate, context.TargetCertificate.Subject, context.TargetCertificate.NotAfter.ToUniversalTime());
        }
        else if (settled && found.Problem != _failure)
        {
            _failure = found.Problem;
            Log.NotTaken(_logger, _certificate, _key, found.Problem!, _current.TargetCertificate.NotAfter.ToUniversalTime());
        }
    }

    // Firehose demands a chain up to a public root, so that the intermediates of the file have to be sent too.
    private FoundPair Read()
    {
        try
        {
            var (certificate, key) = (File.ReadAllText(_certificate), File.ReadAllText(_key));
            var mark = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{certificate.Length} {certificate}{key}")));
            return mark == _taken ? new FoundPair(mark, null, null, null) : Parse(mark, certificate, key);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new FoundPair(error.Message, null, error.Message, error);
        }
    }

    private static FoundPair Parse(string mark, string certificate, string key)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            return new FoundPair(mark, SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(certificate, key), chain, offline: true), null, null);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return new FoundPair(mark, null, error.Message, error);
        }
    }

    private void WarnOfExpiry()
    {
        var served = _current.TargetCertificate;
        var before = TimeSpan.FromTicks(Math.Min(WarnBeforeMax.Ticks, (long)(LifeLeft * (served.NotAfter - served.NotBefore).Ticks)));
        if (Remaining > before || (_warnedAt is { } last && _time.GetElapsedTime(last) < WarnEvery))
        {
            return;
        }

        _warnedAt = _time.GetTimestamp();
        if (Remaining > TimeSpan.Zero)
        {
            Log.Expires(_logger, _certificate, served.NotAfter.ToUniversalTime());
        }
        else
        {
            Log.Expired(_logger, _certificate, served.NotAfter.ToUniversalTime());
        }
    }

    /// <param name="Mark">Differs when the files hold something else.</param>
    /// <param name="Context">Null if they cannot be used, or are those that are served.</param>
    private sealed record FoundPair(string Mark, SslStreamCertificateContext? Context, string? Problem, Exception? Error);

    private static partial class Log
    {
        [LoggerMessage(2020, LogLevel.Information, "New connections get the certificate that {File} holds now: {Subject}, until {End:u}")]
        public static partial void Taken(ILogger logger, string file, string subject, DateTime end);

        [LoggerMessage(2021, LogLevel.Warning, "What {Certificate} and {Key} hold now cannot be used ({Problem}); the certificate from before is served on, until {End:u}")]
        public static partial void NotTaken(ILogger logger, string certificate, string key, string problem, DateTime end);

        [LoggerMessage(2022, LogLevel.Warning, "The certificate {File} ends {End:u} and was not renewed yet; after that every delivery fails")]
        public static partial void Expires(ILogger logger, string file, DateTime end);

        [LoggerMessage(2023, LogLevel.Error, "The certificate {File} has ended {End:u}: senders refuse it, and Firehose backs up what it cannot deliver; put a new one there, no restart is needed")]
        public static partial void Expired(ILogger logger, string file, DateTime end);
    }
}
