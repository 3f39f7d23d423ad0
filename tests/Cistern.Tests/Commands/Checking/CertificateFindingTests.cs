using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Cistern.Commands.Checking;

namespace Cistern.Tests.Commands.Checking;

/// <summary>Certificates that are wrong in one way: that is named, and nothing is sent to such a server.</summary>
public sealed class CertificateFindingTests : IDisposable
{
    private readonly CheckCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task A_full_chain_is_good_for_those_who_trust_its_root()
    {
        var report = await CheckAsync(_certificates.Serve(), [_certificates.Root]);

        report.AssertBad();
        Assert.True(report.Has(FindingKinds.CertificatePrivate) && report.Has(FindingKinds.AnswerGood), report.Dump());
    }

    [Fact]
    public async Task A_self_signed_certificate_is_named_and_can_be_trusted()
    {
        (await CheckAsync(_certificates.ServeSelfSigned(), [])).AssertBad("certificate-self-signed");
        (await CheckAsync(_certificates.ServeSelfSigned(), [_certificates.Root])).AssertBad("certificate-self-signed");

        var own = _certificates.SelfSigned;
        (await CheckAsync(SslStreamCertificateContext.Create(own, null, offline: true), [X509CertificateLoader.LoadCertificate(own.RawData)])).AssertBad();
    }

    [Fact]
    public async Task An_expired_and_an_early_certificate_are_named()
    {
        (await CheckAsync(_certificates.Serve(toDays: -1), [_certificates.Root])).AssertBad("certificate-expired");
        (await CheckAsync(_certificates.Serve(fromDays: 1), [_certificates.Root])).AssertBad("certificate-not-yet-valid");
    }

    [Fact]
    public async Task One_that_expires_soon_is_a_warning()
    {
        var report = await CheckAsync(_certificates.Serve(toDays: 20), [_certificates.Root]);

        report.AssertBad("certificate-expires-soon");
        Assert.False(report.Failed);
    }

    [Fact]
    public async Task Another_name_is_named()
    {
        var report = await CheckAsync(_certificates.Serve("logs.example.com"), [_certificates.Root]);

        report.AssertBad("certificate-wrong-name");
        Assert.Contains("logs.example.com", report.Detail("certificate-wrong-name"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_intermediate_is_named_also_where_this_machine_knows_it()
    {
        (await CheckAsync(_certificates.Serve(withMiddle: false), [_certificates.Root])).AssertBad("certificate-chain-incomplete");

        var known = await CheckAsync(_certificates.Serve(withMiddle: false), [_certificates.Root, _certificates.Middle]);
        known.AssertBad("certificate-chain-incomplete");
        Assert.Contains("was not sent", known.Detail("certificate-chain-incomplete"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_of_ones_own_is_named()
    {
        using var leaf = _certificates.Serve().TargetCertificate;
        var context = SslStreamCertificateContext.Create(leaf, [_certificates.Middle, _certificates.Root], offline: true);

        // Whether a server sends its root depends on the platform: with it the root is named, without it the gap.
        var bad = (await CheckAsync(context, [])).Bad();
        Assert.True(bad is ["certificate-root-unknown"] or ["certificate-chain-incomplete"], string.Join(", ", bad));
    }

    [Fact]
    public async Task A_certificate_that_is_none_for_servers_is_named()
    {
        // An authority's certificate in the place of a server's: its name does not fit either.
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new CertificateRequest("CN=127.0.0.1", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2")], true));
        using var own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(100));

        (await CheckAsync(SslStreamCertificateContext.Create(own, null, offline: true), [X509CertificateLoader.LoadCertificate(own.RawData)])).AssertBad("certificate-refused");
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_server_whose_certificate_is_wrong()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(CheckedPeer.Good), _certificates.ServeSelfSigned());

        var report = await CheckRig.RunAsync(CheckRig.Plan(peer.Url));

        Assert.True(report.Has(FindingKinds.Stopped));
        Assert.Empty(peer.Keys);
    }

    [Fact]
    public async Task A_port_without_TLS_and_one_that_is_silent_are_told_apart()
    {
        await using var plain = new CheckedPeer(CheckedPeer.Answering(CheckedPeer.Good));
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var limits = CheckRig.Short with { Connect = TimeSpan.FromSeconds(1) };
        using var garbage = new TcpListener(IPAddress.Loopback, 0);
        garbage.Start();
        var talking = Task.Run(async () =>
        {
            for (var connection = 0; connection < 2; connection++)
            {
                using var client = await garbage.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                await client.GetStream().WriteAsync("220 mail.example.com ESMTP\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
                await Task.Delay(200, TestContext.Current.CancellationToken);
            }
        }, TestContext.Current.CancellationToken);

        (await CheckRig.RunAsync(CheckRig.Plan(Https(((IPEndPoint)silent.LocalEndpoint).Port)) with { Limits = limits })).AssertBad("tls-timeout");
        (await CheckRig.RunAsync(CheckRig.Plan(Https(((IPEndPoint)garbage.LocalEndpoint).Port)))).AssertBad("tls-failed");
        await talking;
    }

    private static Uri Https(int port) => new($"https://127.0.0.1:{port}/firehose");

    private static async Task<CheckReport> CheckAsync(SslStreamCertificateContext served, X509Certificate2Collection roots)
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(CheckedPeer.Good), served);
        return await CheckRig.RunAsync(CheckRig.Plan(peer.Url) with { Roots = roots });
    }
}
