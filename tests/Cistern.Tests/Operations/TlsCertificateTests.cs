using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Cistern.Operations;
using Cistern.Tests.Ingest;
using Cistern.Tests.Journal;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Operations;

/// <summary>A renewed certificate is served to new connections, however it was put in place; until it is whole the old one is.</summary>
public sealed class TlsCertificateTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(60);

    private readonly ScratchFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly KeptLog _log = new();

    private string CertificatePath => Path.Combine(_folder, "tls.crt");

    private string KeyPath => Path.Combine(_folder, "tls.key");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("in place")]
    [InlineData("renamed")]
    [InlineData("certbot's links")]
    [InlineData("a Kubernetes secret")]
    [InlineData("in place, with the times of before")]
    public async Task New_connections_get_a_renewed_certificate_and_old_ones_live_on(string style)
    {
        PutFirst(style, Pair.Make("first", Long));
        await using var server = await TestServer.StartAsync(
            settings => settings with { Listen = ["https://127.0.0.1:0"], TlsCertificate = CertificatePath, TlsKey = KeyPath }, _time);
        using var old = await TlsClient.ConnectAsync(server.Address);
        Assert.Equal("CN=first", old.Subject);
        Assert.Contains("200 OK", await old.AskAsync(), StringComparison.Ordinal);

        Renew(style, Pair.Make("second", Long));
        Assert.Equal("CN=first", await SubjectNowAsync(server.Address));
        Look();
        Look();

        Assert.Equal("CN=second", await SubjectNowAsync(server.Address));
        Assert.Equal("CN=first", old.Subject);
        Assert.Contains("200 OK", await old.AskAsync(), StringComparison.Ordinal);
        var remaining = (await AskMetricsAsync(server.Address)).Single(line => line.StartsWith("cistern_tls_certificate_remaining_seconds ", StringComparison.Ordinal));
        Assert.InRange(double.Parse(remaining.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), Long.TotalSeconds - 3600, Long.TotalSeconds);
    }

    [Fact]
    public void A_renewed_key_of_the_same_certificate_time_is_taken_and_half_a_renewal_is_not()
    {
        var (first, second) = (Pair.Make("first", Long), Pair.Make("second", Long));
        Write(first);
        using var certificate = Open();

        File.WriteAllText(CertificatePath, second.Certificate);
        Look();
        Look();
        Look();
        Assert.Equal("CN=first", Served(certificate));
        Assert.NotNull(certificate.Failure);
        Assert.Contains("served on", Assert.Single(_log.Lines), StringComparison.Ordinal);

        File.WriteAllText(KeyPath, second.Key);
        Look();
        Assert.Equal("CN=first", Served(certificate));
        Look();
        Assert.Equal("CN=second", Served(certificate));
        Assert.Null(certificate.Failure);
        Assert.Contains("CN=second", _log.Lines.Last(), StringComparison.Ordinal);
        Assert.Equal(2, _log.Lines.Count);
        Look();
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void Files_that_are_gone_or_broken_leave_what_is_served_and_are_told_once()
    {
        var first = Pair.Make("first", Long);
        Write(first);
        using var certificate = Open();

        File.Delete(KeyPath);
        Look();
        Assert.Empty(_log.Lines); // It may be between two steps of a renewal.
        Look();
        Look();
        Assert.Single(_log.Lines);

        File.WriteAllText(KeyPath, first.Key);
        Look();
        Assert.Null(certificate.Failure);

        File.WriteAllText(CertificatePath, first.Certificate[..100]);
        Look();
        Look();
        Look();
        Assert.Equal(2, _log.Lines.Count);
        Assert.Equal("CN=first", Served(certificate));
    }

    [Fact]
    public void Expiry_is_told_a_day_at_a_time_as_it_nears_and_as_an_error_when_it_is_there()
    {
        Write(Pair.Make("short", TimeSpan.FromDays(4), before: TimeSpan.FromDays(4)));
        using var certificate = Open();

        Look();
        Assert.Empty(_log.Lines);
        _time.Advance(TimeSpan.FromDays(2.5));
        Assert.StartsWith("Warning", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Look();
        Assert.Single(_log.Lines);
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(2, _log.Lines.Count);
        Assert.StartsWith("Error", _log.Lines.Last(), StringComparison.Ordinal);
        Assert.True(certificate.Remaining < TimeSpan.Zero);

        Write(Pair.Make("renewed", Long));
        Look();
        Look();
        Assert.Equal(3, _log.Lines.Count);
        Assert.StartsWith("Information", _log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pair_that_does_not_fit_is_refused_at_the_start_with_both_names()
    {
        var (first, second) = (Pair.Make("first", Long), Pair.Make("second", Long));
        File.WriteAllText(CertificatePath, first.Certificate);
        File.WriteAllText(KeyPath, second.Key);

        var problem = Assert.Throws<TlsFileException>(Open).Message;

        Assert.Contains(CertificatePath, problem, StringComparison.Ordinal);
        Assert.Contains(KeyPath, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY-----\n", problem, StringComparison.Ordinal);
    }

    private TlsCertificate Open() => new(CertificatePath, KeyPath, _time, _log);

    private void Look() => _time.Advance(TlsCertificate.LookInterval);

    private static string Served(TlsCertificate certificate) => certificate.Current.TargetCertificate.Subject;

    private void Write(Pair pair)
    {
        File.WriteAllText(CertificatePath, pair.Certificate);
        File.WriteAllText(KeyPath, pair.Key);
    }

    private void PutFirst(string style, Pair pair)
    {
        switch (style)
        {
            case "certbot's links":
                PutVersion("archive", "1", pair);
                File.CreateSymbolicLink(CertificatePath, "archive/1.crt");
                File.CreateSymbolicLink(KeyPath, "archive/1.key");
                break;
            case "a Kubernetes secret":
                PutVersion("..2026_1", "tls", pair);
                File.CreateSymbolicLink(Path.Combine(_folder, "..data"), "..2026_1");
                File.CreateSymbolicLink(CertificatePath, "..data/tls.crt");
                File.CreateSymbolicLink(KeyPath, "..data/tls.key");
                break;
            default:
                Write(pair);
                break;
        }
    }

    private void Renew(string style, Pair pair)
    {
        switch (style)
        {
            case "certbot's links":
                PutVersion("archive", "2", pair);
                SwapLink(CertificatePath, "archive/2.crt");
                SwapLink(KeyPath, "archive/2.key");
                break;
            case "a Kubernetes secret":
                PutVersion("..2026_2", "tls", pair);
                SwapLink(Path.Combine(_folder, "..data"), "..2026_2");
                Directory.Delete(Path.Combine(_folder, "..2026_1"), recursive: true);
                break;
            case "renamed":
                foreach (var (path, text) in new[] { (CertificatePath, pair.Certificate), (KeyPath, pair.Key) })
                {
                    File.WriteAllText(path + ".new", text);
                    File.Move(path + ".new", path, overwrite: true);
                }

                break;
            default:
                var times = (File.GetLastWriteTimeUtc(CertificatePath), File.GetLastWriteTimeUtc(KeyPath));
                Write(pair);
                if (style.EndsWith("before", StringComparison.Ordinal))
                {
                    File.SetLastWriteTimeUtc(CertificatePath, times.Item1);
                    File.SetLastWriteTimeUtc(KeyPath, times.Item2);
                }

                break;
        }
    }

    private void PutVersion(string folder, string name, Pair pair)
    {
        var path = Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName;
        File.WriteAllText(Path.Combine(path, name + ".crt"), pair.Certificate);
        File.WriteAllText(Path.Combine(path, name + ".key"), pair.Key);
    }

    // As kubelet and certbot do: a new link beside the old, renamed over it.
    private static void SwapLink(string path, string target)
    {
        var isFolder = Directory.Exists(path);
        File.CreateSymbolicLink(path + "_tmp", target);
        if (isFolder)
        {
            // .NET renames no link to a folder over another.
            File.Delete(path);
            Directory.Move(path + "_tmp", path);
        }
        else
        {
            File.Move(path + "_tmp", path, overwrite: true);
        }
    }

    private static async Task<string> SubjectNowAsync(Uri server)
    {
        using var client = await TlsClient.ConnectAsync(server);
        return client.Subject;
    }

    private static async Task<string[]> AskMetricsAsync(Uri server)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var client = new HttpClient(handler) { BaseAddress = server };
        return (await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Split('\n');
    }

    /// <param name="Certificate">PEM, signed by itself.</param>
    private sealed record Pair(string Certificate, string Key)
    {
        public static Pair Make(string name, TimeSpan life, TimeSpan? before = null)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var made = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
                .CreateSelfSigned(DateTimeOffset.UtcNow - (before ?? TimeSpan.FromDays(1)), DateTimeOffset.UtcNow + life);
            return new Pair(made.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
        }
    }

    private sealed class KeptLog : ILogger<TlsCertificate>
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {formatter(state, exception)}");
    }

    /// <summary>One connection, which a client library would give up and open again unseen.</summary>
    private sealed class TlsClient : IDisposable
    {
        private readonly TcpClient _client;
        private readonly SslStream _stream;

        private TlsClient(TcpClient client, SslStream stream) => (_client, _stream) = (client, stream);

        public string Subject => _stream.RemoteCertificate!.Subject;

        public static async Task<TlsClient> ConnectAsync(Uri server)
        {
            var client = new TcpClient();
            await client.ConnectAsync(server.Host, server.Port);
            var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
            await stream.AuthenticateAsClientAsync("127.0.0.1");
            return new TlsClient(client, stream);
        }

        public async Task<string> AskAsync()
        {
            await _stream.WriteAsync("HEAD /healthz HTTP/1.1\r\nHost: test\r\n\r\n"u8.ToArray());
            var buffer = new byte[4096];
            return Encoding.ASCII.GetString(buffer, 0, await _stream.ReadAsync(buffer));
        }

        public void Dispose()
        {
            _stream.Dispose();
            _client.Dispose();
        }
    }
}
