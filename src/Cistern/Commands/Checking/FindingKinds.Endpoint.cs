namespace Cistern.Commands.Checking;

/// <summary>Everything that a check can find: code, sentence and remedy. <c>docs/troubleshooting.md</c> names each of them, and a test compares.</summary>
internal static partial class FindingKinds
{
    // The address.
    public static readonly FindingKind AddressGood = Good("address-good", "Firehose can be given this address");
    public static readonly FindingKind AddressTooLong = Bad("address-too-long", "the address is longer than Firehose takes", "Shorten the path or the query: at most 1,000 characters.");
    public static readonly FindingKind AddressNotHttps = Bad("address-not-https", "the address is not https, so Firehose refuses it; nothing was sent there, for the key would travel in the clear",
        "Put TLS in front (docs/running.md): a certificate of a public CA, on port 443.");
    public static readonly FindingKind AddressLoopback = Warn("address-loopback", "the address is of this machine, so AWS cannot reach it",
        "Fine for a trial. For AWS the server needs a public name, https and port 443.");
    public static readonly FindingKind AddressPort = Warn("address-port", "Firehose connects to port 443 only", "Listen on 443, or put a proxy or load balancer in front that does.");

    // Its name.
    public static readonly FindingKind NameFound = Good("name-found", "the name has addresses");
    public static readonly FindingKind NameNotFound = Bad("name-not-found", "the name has no address", "Make an A record for it, and wait until it is known (dig NAME).");
    public static readonly FindingKind NameLookupFailed = Bad("name-lookup-failed", "the name could not be looked up", "Look at the network and the name servers of this machine, then check again.");
    public static readonly FindingKind NamePrivate = Warn("name-private", "an address is private, so AWS cannot reach it",
        "Give the name a public address. If it has another one outside this network, check from outside.");
    public static readonly FindingKind NameWithoutIpv4 = Warn("name-without-ipv4", "the name has no IPv4 address", "Add an A record: nothing says that Firehose delivers over IPv6.");

    // Connections.
    public static readonly FindingKind Connected = Good("connected", "every address takes connections");
    public static readonly FindingKind ConnectRefused = Bad("connect-refused", "the address refuses connections",
        "Nothing listens there, or on another port only: start the server (or its proxy), and look at the address it listens on.");
    public static readonly FindingKind ConnectTimeout = Bad("connect-timeout", "the address does not answer",
        "A firewall or security group drops the connection, or the machine is off: let TCP 443 in from anywhere, or from Firehose's addresses of your region.");
    public static readonly FindingKind ConnectUnreachable = Bad("connect-unreachable", "there is no way to the address", "Look at the record of the name, and at the routes of this machine.");
    public static readonly FindingKind ConnectIpv6Failed = Warn("connect-ipv6-failed", "the IPv6 address takes no connections; IPv4 does", "Listen there too, or take the AAAA record away.");

    // Certificates.
    public static readonly FindingKind CertificateGood = Good("certificate-good", "the certificate is one that Firehose accepts");
    public static readonly FindingKind CertificateSelfSigned = Bad("certificate-self-signed", "the certificate is self-signed",
        "Take a certificate of a public CA (Let's Encrypt, ACM at a load balancer). For a private trial, --ca trusts this one here; Firehose will not.");
    public static readonly FindingKind CertificateRootUnknown = Bad("certificate-root-unknown", "the chain of the certificate ends at a root that is not public",
        "Take a certificate of a public CA. For a private trial, --ca trusts your root here; Firehose will not.");
    public static readonly FindingKind CertificateChainIncomplete = Bad("certificate-chain-incomplete", "the server does not send the certificates between its own and the root",
        "Serve the full chain (fullchain.pem, not cert.pem): browsers fetch what is missing, Firehose does not. If the issuer is a CA of your own, Firehose will not trust it.");
    public static readonly FindingKind CertificateExpired = Bad("certificate-expired", "a certificate of the chain has expired", "Renew it, and have the server read it again; look why the renewal did not run.");
    public static readonly FindingKind CertificateNotYetValid = Bad("certificate-not-yet-valid", "a certificate of the chain is not valid yet", "Look at the clock of this machine and of the one that made the certificate.");
    public static readonly FindingKind CertificateWrongName = Bad("certificate-wrong-name", "the certificate is for other names",
        "Make one for the name in the address, or use one of its names. Behind a load balancer, look which certificate this name gets (SNI).");
    public static readonly FindingKind CertificateRefused = Bad("certificate-refused", "the certificate is not one that a public client accepts", "Make a server certificate at a public CA.");
    public static readonly FindingKind CertificateExpiresSoon = Warn("certificate-expires-soon", "the certificate expires within 21 days", "Renew it now, and look whether the renewal runs by itself.");
    public static readonly FindingKind CertificatePrivate = Warn("certificate-private", "the certificate is trusted through --ca only", "Fine for a trial. Firehose trusts public CAs only.");
    public static readonly FindingKind TlsFailed = Bad("tls-failed", "the TLS handshake fails",
        "Look whether this port speaks TLS at all, whether it takes TLS 1.2 or 1.3, and whether it knows a certificate for this name (the server's log says).");
    public static readonly FindingKind TlsTimeout = Bad("tls-timeout", "the TLS handshake does not end", "Something takes the connection and says nothing: look at the proxy or load balancer, and at what is behind it.");

    private static FindingKind Good(string code, string sentence) => new(code, FindingLevel.Ok, sentence);

    private static FindingKind Note(string code, string sentence, string remedy = "") => new(code, FindingLevel.Note, sentence, remedy);

    private static FindingKind Warn(string code, string sentence, string remedy) => new(code, FindingLevel.Warning, sentence, remedy);

    private static FindingKind Bad(string code, string sentence, string remedy) => new(code, FindingLevel.Failure, sentence, remedy);
}
