using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cistern.Tests.Commands.Checking;

/// <summary>A root of the test's own, an intermediate, and server certificates below it, right or wrong in one way.</summary>
internal sealed class CheckCertificates : IDisposable
{
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _middleWithKey;

    public CheckCertificates()
    {
        var now = DateTimeOffset.UtcNow;
        Root = Request("CN=A root of the test", _rootKey, authority: true).CreateSelfSigned(now.AddYears(-2), now.AddYears(2));
        Middle = Request("CN=An intermediate of the test", _middleKey, authority: true).Create(Root, now.AddYears(-2), now.AddYears(1), [1]);
        _middleWithKey = Middle.CopyWithPrivateKey(_middleKey);
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Middle { get; }

    /// <summary>A server certificate and what is sent with it.</summary>
    public SslStreamCertificateContext Serve(string name = "127.0.0.1", int fromDays = -30, int toDays = 90, bool withMiddle = true)
    {
        var now = DateTimeOffset.UtcNow;
        using var leaf = Leaf(name).Create(_middleWithKey, now.AddDays(fromDays), now.AddDays(toDays), [2, 3]);
        return Context(leaf.CopyWithPrivateKey(_leafKey), withMiddle ? [Middle] : []);
    }

    public SslStreamCertificateContext ServeSelfSigned() => Context(SelfSigned, []);

    public X509Certificate2 SelfSigned => Leaf("127.0.0.1").CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(90));

    public void Dispose()
    {
        Root.Dispose();
        Middle.Dispose();
        _middleWithKey.Dispose();
        _rootKey.Dispose();
        _middleKey.Dispose();
        _leafKey.Dispose();
    }

    // Offline: the platform shall not complete what is left out on purpose.
    private static SslStreamCertificateContext Context(X509Certificate2 certificate, X509Certificate2Collection others) => SslStreamCertificateContext.Create(certificate, others, offline: true);

    private CertificateRequest Leaf(string name)
    {
        var request = Request($"CN={name}", _leafKey, authority: false);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        return request;
    }

    private static CertificateRequest Request(string name, ECDsa key, bool authority)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        return request;
    }
}
