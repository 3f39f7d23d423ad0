using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>A connection to one address of the endpoint, made as Firehose makes it: straight, without the proxies of this machine.</summary>
internal sealed class EndpointConnection : IAsyncDisposable
{
    private readonly Socket _socket;

    private EndpointConnection(Socket socket, Stream stream) => (_socket, Stream) = (socket, stream);

    public Stream Stream { get; private set; }

    /// <summary>After <see cref="HandshakeAsync"/>: the certificate of the server and what it sent with it.</summary>
    public SentCertificates? Certificates { get; private set; }

    /// <exception cref="SocketException">The connection is not made.</exception>
    /// <exception cref="TimeoutException">It takes longer than the limit.</exception>
    public static async Task<EndpointConnection> ConnectAsync(IPAddress address, int port, TimeSpan limit, CancellationToken cancel)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(limit);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), timeout.Token);
            return new EndpointConnection(socket, new NetworkStream(socket, ownsSocket: true));
        }
        catch (Exception failure)
        {
            socket.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw failure is OperationCanceledException ? new TimeoutException() : failure;
        }
    }

    /// <summary>Begins TLS. Whether the certificate is good is asked of <paramref name="accept"/>.</summary>
    /// <exception cref="AuthenticationException">The handshake fails, or the certificate is not accepted.</exception>
    /// <exception cref="IOException">The connection is cut.</exception>
    /// <exception cref="TimeoutException">It takes longer than the limit.</exception>
    public async Task<SslProtocols> HandshakeAsync(string host, Func<SentCertificates, bool> accept, TimeSpan limit, CancellationToken cancel)
    {
        var tls = new SslStream(Stream, leaveInnerStreamOpen: false);
        Stream = tls;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(limit);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => Judge(certificate, chain, accept),
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, timeout.Token);
            return tls.SslProtocol;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Without a farewell: what hangs would have to be waited for.
        _socket.Dispose();
        try
        {
            await Stream.DisposeAsync();
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or SocketException)
        {
            // It is closed already.
        }
    }

    // The certificates are copied, because those of the callback go with the stream.
    private bool Judge(X509Certificate? certificate, X509Chain? chain, Func<SentCertificates, bool> accept)
    {
        if (certificate is null)
        {
            return false;
        }

        var sent = chain is null ? [] : chain.ChainPolicy.ExtraStore.Select(Copy).ToList();
        Certificates = new SentCertificates(Copy(certificate), sent);
        return accept(Certificates);
    }

    private static X509Certificate2 Copy(X509Certificate certificate) => X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
}

/// <summary>The certificate of a server, and what it sent besides.</summary>
internal sealed record SentCertificates(X509Certificate2 Own, IReadOnlyList<X509Certificate2> Others);
