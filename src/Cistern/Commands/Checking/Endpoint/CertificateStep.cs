using System.Net;
using System.Security.Authentication;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>TLS as a public client sees it.</summary>
internal static class CertificateStep
{
    /// <summary>Whether a key may be sent there.</summary>
    public static async Task<bool> CheckAsync(CheckPlan plan, CheckReport report, IPAddress address, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            await using var connection = await EndpointConnection.ConnectAsync(address, plan.Url.Port, plan.Limits.Connect, cancel);
            var protocol = await connection.HandshakeAsync(plan.Host, _ => true, plan.Limits.Connect, cancel);
            return Report(plan, report, connection.Certificates!, protocol, time);
        }
        catch (TimeoutException)
        {
            report.Add(CheckSteps.Certificate, FindingKinds.TlsTimeout, $"nothing within {Units.Seconds(plan.Limits.Connect.TotalSeconds)}");
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException or System.Net.Sockets.SocketException)
        {
            report.Add(CheckSteps.Certificate, FindingKinds.TlsFailed, failure.GetBaseException().Message);
        }

        return false;
    }

    private static bool Report(CheckPlan plan, CheckReport report, SentCertificates sent, SslProtocols protocol, TimeProvider time)
    {
        var findings = new CertificateJudge(plan.Host, plan.Roots, time).Judge(sent);
        foreach (var (kind, detail) in findings)
        {
            report.Add(CheckSteps.Certificate, kind, detail);
        }

        if (findings.Count == 0)
        {
            report.Add(CheckSteps.Certificate, FindingKinds.CertificateGood, $"{NameOf(protocol)}, {CertificateJudge.Describe(sent.Own)}");
        }

        return CertificateJudge.Accepts(findings);
    }

    private static string NameOf(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls13 => "TLS 1.3",
        SslProtocols.Tls12 => "TLS 1.2",
        _ => protocol.ToString(),
    };
}
