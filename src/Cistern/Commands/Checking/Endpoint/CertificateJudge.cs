using System.Security.Cryptography.X509Certificates;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>Judges a certificate as a public client does that has nothing but the system's roots and what the server sent.</summary>
/// <remarks>
/// The platform may find an intermediate in a store of this machine, or fetch it: neither has Firehose. So nothing is downloaded, and of a chain that
/// was found every certificate but the root must have been sent.
/// </remarks>
internal sealed class CertificateJudge(string host, X509Certificate2Collection roots, TimeProvider time)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan _soon = TimeSpan.FromDays(21);

    /// <summary>What is wrong with it, and what will be soon; what is good is left out.</summary>
    public IReadOnlyList<(FindingKind Kind, string Detail)> Judge(SentCertificates sent)
    {
        var findings = new List<(FindingKind, string)>();
        if (!sent.Own.MatchesHostname(host))
        {
            findings.Add((FindingKinds.CertificateWrongName, $"it is for {NamesOf(sent.Own)}, the address names {host}"));
        }

        using var chain = BuildChain(sent, X509ChainTrustMode.System);
        var isTrusted = FindTrustProblem(chain, sent) is null;
        using var own = isTrusted || roots.Count == 0 ? null : BuildChain(sent, X509ChainTrustMode.CustomRootTrust);
        findings.AddRange(TimesOf(own ?? chain, sent));
        if (FindTrustProblem(own ?? chain, sent) is { } problem)
        {
            findings.Add(problem);
        }
        else if (own is not null)
        {
            findings.Add((FindingKinds.CertificatePrivate, $"issued by {Name(sent.Own.IssuerName)}"));
        }

        return findings;
    }

    public static bool Accepts(IReadOnlyList<(FindingKind Kind, string Detail)> findings) => findings.All(finding => finding.Kind.Level != FindingLevel.Failure);

    public static string Describe(X509Certificate2 certificate) =>
        $"{NamesOf(certificate)}, issued by {Name(certificate.IssuerName)}, until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}";

    private X509Chain BuildChain(SentCertificates sent, X509ChainTrustMode trust)
    {
        var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.TrustMode = trust;
        policy.VerificationTime = time.GetUtcNow().LocalDateTime;
        policy.ApplicationPolicy.Add(new(ServerAuthentication));
        policy.ExtraStore.AddRange(sent.Others.ToArray());
        if (trust == X509ChainTrustMode.CustomRootTrust)
        {
            policy.CustomTrustStore.AddRange(roots);
        }

        chain.Build(sent.Own);
        return chain;
    }

    // Of everything but times, which are told by themselves.
    private (FindingKind Kind, string Detail)? FindTrustProblem(X509Chain chain, SentCertificates sent)
    {
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status)
            & ~(X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested | X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation);
        var last = chain.ChainElements.Count > 0 ? chain.ChainElements[^1].Certificate : sent.Own;
        if (IsSelfSigned(sent.Own) && !roots.Any(root => IsSame(root, sent.Own)))
        {
            return status == X509ChainStatusFlags.NoError ? null : (FindingKinds.CertificateSelfSigned, Name(sent.Own.SubjectName));
        }

        return status switch
        {
            _ when status.HasFlag(X509ChainStatusFlags.PartialChain) => (FindingKinds.CertificateChainIncomplete, $"it sends {1 + Besides(sent)}; the issuer of {Name(last.SubjectName)}, {Name(last.IssuerName)}, is missing"),
            _ when status.HasFlag(X509ChainStatusFlags.UntrustedRoot) => (FindingKinds.CertificateRootUnknown, Name(last.SubjectName)),
            not X509ChainStatusFlags.NoError => (FindingKinds.CertificateRefused, string.Join(", ", chain.ChainStatus.Select(one => one.Status))),
            _ => FindUnsent(chain, sent),
        };
    }

    // A root need not be sent, because clients have it.
    private static (FindingKind Kind, string Detail)? FindUnsent(X509Chain chain, SentCertificates sent)
    {
        var unsent = chain.ChainElements.Skip(1).SkipLast(1).Select(element => element.Certificate).FirstOrDefault(certificate => !sent.Others.Any(other => IsSame(other, certificate)));
        return unsent is null ? null : (FindingKinds.CertificateChainIncomplete, $"{Name(unsent.SubjectName)} is known to this machine, but was not sent");
    }

    private List<(FindingKind Kind, string Detail)> TimesOf(X509Chain chain, SentCertificates sent)
    {
        var now = time.GetUtcNow();
        var findings = new List<(FindingKind Kind, string Detail)>();
        foreach (var certificate in chain.ChainElements.Select(element => element.Certificate).DefaultIfEmpty(sent.Own))
        {
            var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
            if (to < now)
            {
                findings.Add((FindingKinds.CertificateExpired, $"{Name(certificate.SubjectName)} on {to:yyyy-MM-dd HH:mm} UTC"));
            }
            else if (from > now)
            {
                findings.Add((FindingKinds.CertificateNotYetValid, $"{Name(certificate.SubjectName)} from {from:yyyy-MM-dd HH:mm} UTC"));
            }
            else if (IsSame(certificate, sent.Own) && to - now < _soon)
            {
                findings.Add((FindingKinds.CertificateExpiresSoon, $"on {to:yyyy-MM-dd HH:mm} UTC"));
            }
        }

        return findings;
    }

    // The server's own may be among those that came with it.
    private static int Besides(SentCertificates sent) => sent.Others.Count(other => !IsSame(other, sent.Own));

    private static bool IsSelfSigned(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static bool IsSame(X509Certificate2 one, X509Certificate2 other) => one.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span);

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension =>
            extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString()))).ToArray();
        return names.Length == 0 ? $"{Name(certificate.SubjectName)} (no alternative names)" : string.Join(", ", names.Take(5)) + (names.Length > 5 ? ", …" : "");
    }

    private static string Name(X500DistinguishedName name) => name.Name.Length > 0 ? name.Name : "(no name)";
}
