using System.Net.Security;
using System.Text;
using Cistern.Operations.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Cistern.Operations;

/// <summary>Where the server listens, and what it takes before our code runs.</summary>
internal static class ServerListening
{
    // 50 common attributes of 1,280 characters are 64 KB, and JSON may write a character in six. Over it Kestrel answers 431, and our code never runs.
    private const int HeaderBytesMax = 256 << 10;
    private const int HeadersMax = 200;

    // Also the most that a connection without a key can make us keep.
    private const long BufferedBodyMax = 256 << 10;

    /// <summary>Adds the certificate, if an address needs one. It is read when the server starts.</summary>
    public static void AddCertificate(IServiceCollection services, CisternSettings settings, TimeProvider time)
    {
        if (settings.Listen.Any(text => ListenAddress.TryParse(text, out var address) && address.Tls))
        {
            services.AddSingleton(parts => new TlsCertificate(settings.TlsCertificate, settings.TlsKey, time, parts.GetRequiredService<ILoggerFactory>().CreateLogger<TlsCertificate>()));
        }
    }

    public static void Configure(KestrelServerOptions kestrel, CisternSettings settings)
    {
        kestrel.AddServerHeader = false;

        // Kestrel refuses a header value that is not UTF-8 by itself. As Latin-1 every byte comes through, and RequestHeaders reads UTF-8 from it.
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        SetLimits(kestrel.Limits, settings.Ingest);
        foreach (var text in settings.Listen)
        {
            if (!ListenAddress.TryParse(text, out var address))
            {
                throw new InvalidOperationException($"listen '{text}' was not checked before the start");
            }

            Listen(kestrel, address);
        }
    }

    private static void SetLimits(KestrelServerLimits limits, IngestSettings ingest)
    {
        limits.MaxRequestHeadersTotalSize = HeaderBytesMax;
        limits.MaxRequestHeaderCount = HeadersMax;
        limits.MaxRequestBufferSize = Math.Max(BufferedBodyMax, HeaderBytesMax);
        limits.MaxConcurrentConnections = ingest.MaxConnections;
        limits.Http2.MaxRequestHeaderFieldSize = HeaderBytesMax;

        // Size and speed of bodies are our own limits, because Kestrel answers 413 to the one and cuts the connection for the other.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address)
    {
        void Tls(ListenOptions listen)
        {
            if (address.Tls)
            {
                var certificate = kestrel.ApplicationServices.GetRequiredService<TlsCertificate>();
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Handshake(certificate)) });
            }
        }

        if (address.Address is null)
        {
            ListenLocalhost(kestrel, address.Port, Tls);
        }
        else
        {
            kestrel.Listen(address.Address, address.Port, Tls);
        }
    }

    // Kestrel takes no free port on both families at once.
    private static void ListenLocalhost(KestrelServerOptions kestrel, int port, Action<ListenOptions> configure)
    {
        if (port == 0)
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, port, configure);
        }
        else
        {
            kestrel.ListenLocalhost(port, configure);
        }
    }

    private static SslServerAuthenticationOptions Handshake(TlsCertificate certificate) => new()
    {
        ServerCertificateContext = certificate.Current,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };
}
