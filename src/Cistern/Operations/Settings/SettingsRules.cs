using System.Net;
using Cistern.Formats.Deliveries;
using Cistern.Store;

namespace Cistern.Operations.Settings;

/// <summary>Rules that span settings. Every problem is reported, each with its remedy.</summary>
internal static class SettingsRules
{
    public static IEnumerable<string> Check(CisternSettings settings) =>
        [.. CheckListen(settings), .. CheckTls(settings), .. CheckProxies(settings.TrustedProxies), .. CheckIngest(settings.Ingest), .. CheckPrivacy(settings.Privacy), .. CheckFirehose(settings.Firehose), .. CheckStore(settings.Store)];

    private static IEnumerable<string> CheckStore(StoreSettings settings)
    {
        if (StoreChoice.Check(settings.Address) is { } problem)
        {
            yield return $"{SettingsCatalogue.StoreAddress} cannot be used: {problem}";
        }

        if (settings.Address.Length > 0 && settings.RetentionBytes > 0)
        {
            yield return "store:retentionBytes is set together with store:address; a ClickHouse drops rows by age only, so use store:retentionAge";
        }
    }

    private static IEnumerable<string> CheckListen(CisternSettings settings)
    {
        if (settings.Listen.Count == 0)
        {
            yield return "listen is empty; give an address, as in http://127.0.0.1:8080";
        }

        foreach (var text in settings.Listen)
        {
            if (!ListenAddress.TryParse(text, out var address))
            {
                yield return $"listen '{text}' is not an address; write http:// or https://, an IP address, localhost or *, and a port, as in http://127.0.0.1:8080";
            }
            else if (!address.Tls && !address.Loopback && !settings.AllowPlainHttp)
            {
                yield return $"listen '{text}' would send keys and data in the clear beyond this machine; use https:// with tlsCertificate and tlsKey, "
                    + "or set allowPlainHttp to true if something in front ends TLS";
            }
        }
    }

    private static IEnumerable<string> CheckTls(CisternSettings settings)
    {
        if (settings.Listen.Any(text => ListenAddress.TryParse(text, out var address) && address.Tls)
            && (settings.TlsCertificate.Length == 0 || settings.TlsKey.Length == 0))
        {
            yield return "listen has an https:// address, but tlsCertificate or tlsKey is empty; set both to PEM files";
        }

        foreach (var (name, path) in new[] { ("tlsCertificate", settings.TlsCertificate), ("tlsKey", settings.TlsKey) })
        {
            if (path.Length > 0 && !File.Exists(path))
            {
                yield return $"{name} '{path}' is not a file; give the path of a PEM file that this user can read";
            }
        }
    }

    private static IEnumerable<string> CheckProxies(IReadOnlyList<IPNetwork> proxies)
    {
        if (proxies.Any(network => network.PrefixLength == 0))
        {
            yield return "trustedProxies has a network of all addresses, so that every sender could name any address as its own; list the proxies, as in 10.0.0.0/8";
        }
    }

    private static IEnumerable<string> CheckFirehose(string address)
    {
        if (address.Length > 0 && !(Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.AbsolutePath == "/" && url.Query.Length == 0))
        {
            yield return $"firehose '{address}' is not the address of a Firehose; write http:// or https://, a host and a port, as in http://127.0.0.1:4573";
        }
    }

    private static IEnumerable<string> CheckIngest(IngestSettings ingest)
    {
        if (ingest.AllowAnonymous && ingest.AnonymousNetworks.Count == 0)
        {
            yield return "ingest:allowAnonymous is true, but ingest:anonymousNetworks is empty; list the networks, as in 10.0.0.0/8";
        }

        if (ingest.InFlightBytes < ingest.MaxBodyBytes)
        {
            yield return $"ingest:inFlightBytes {SettingText.WriteSize(ingest.InFlightBytes)} is less than ingest:maxBodyBytes "
                + $"{SettingText.WriteSize(ingest.MaxBodyBytes)}, so that the largest body never fits; raise the one or lower the other";
        }
    }

    private static IEnumerable<string> CheckPrivacy(PrivacyRules privacy)
    {
        PrivacyAction[] actions = [privacy.Cookies, privacy.ClientAddress, privacy.Query];
        if (actions.Contains(PrivacyAction.Hash) && privacy.HashKey.IsEmpty)
        {
            yield return "privacy:hashKey is empty, but hash is chosen; set it to the output of: openssl rand -hex 16";
        }
    }
}

/// <summary>An address to listen on.</summary>
/// <param name="Address">Null stands for <c>localhost</c>: the loopback of both families.</param>
internal sealed record ListenAddress(bool Tls, IPAddress? Address, int Port)
{
    public bool Loopback => Address is null || IPAddress.IsLoopback(Address);

    public static bool TryParse(string text, out ListenAddress address)
    {
        address = new ListenAddress(false, null, 0);
        var tls = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!tls && !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = text[(tls ? 8 : 7)..].TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(rest[(colon + 1)..], out var port))
        {
            return false;
        }

        var host = rest[..colon];
        IPAddress? ip = null;
        var known = host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (host is "*" or "+" ? (ip = IPAddress.IPv6Any) is not null : IPAddress.TryParse(host, out ip));
        address = new ListenAddress(tls, ip, port);
        return known;
    }
}
