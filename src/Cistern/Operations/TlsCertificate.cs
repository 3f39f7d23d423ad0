using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cistern.Operations;

/// <summary>The server's certificate with its intermediates, read again when its file was renewed.</summary>
internal sealed class TlsCertificate
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private SslStreamCertificateContext _current;
    private DateTime _written;
    private long _lookedAt;

    /// <exception cref="CryptographicException">The files do not hold a certificate and its key.</exception>
    public TlsCertificate(string certificate, string key, TimeProvider time)
    {
        (_certificate, _key, _time) = (certificate, key, time);
        _written = File.GetLastWriteTimeUtc(certificate);
        _lookedAt = time.GetTimestamp();
        _current = Read();
    }

    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_lock)
            {
                if (_time.GetElapsedTime(_lookedAt) >= LookInterval)
                {
                    _lookedAt = _time.GetTimestamp();
                    ReadIfRenewed();
                }

                return _current;
            }
        }
    }

    // While a renewal is being written the pair may not fit; then the old one stays and the next look tries again.
    private void ReadIfRenewed()
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(_certificate);
            if (written != _written)
            {
                _current = Read();
                _written = written;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
        }
    }

    // Firehose demands a chain up to a public root, so that the intermediates of the file have to be sent too.
    private SslStreamCertificateContext Read()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificate);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(_certificate, _key), chain, offline: true);
    }
}
