using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Tests.Ingest;

namespace Cistern.Tests.Operations;

public sealed class ServerTests
{
    [Fact]
    public async Task Health_pages_need_no_key()
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal((200, "alive\n"), Short(await server.GetAsync("/healthz")));
        Assert.Equal((200, "ready\n"), Short(await server.GetAsync("/readyz")));
        Assert.Equal(200, (await server.GetAsync("/metrics", "HEAD")).Status);
    }

    [Fact]
    public async Task A_store_that_takes_nothing_is_not_ready_but_alive()
    {
        await using var server = await TestServer.StartAsync();
        server.Store.Full = "only 12 MiB are free on the disk";

        Assert.Equal((503, "only 12 MiB are free on the disk\n"), Short(await server.GetAsync("/readyz")));
        Assert.Equal(200, (await server.GetAsync("/healthz")).Status);
    }

    [Fact]
    public async Task Metrics_count_what_happened()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync("a", TestDeliveries.Body("a", "x", "y"));
        await server.PostAsync("a", TestDeliveries.Body("a", "x", "y"));
        await server.PostAsync("b", TestDeliveries.Body("b", "x"), key: "wrong");

        var text = (await server.GetAsync("/metrics")).Text;

        string[] expected =
        [
            "cistern_deliveries_total{outcome=\"stored\"} 1",
            "cistern_deliveries_total{outcome=\"repeated\"} 1",
            "cistern_rejected_total 2",
            "cistern_refusals_total{fault=\"access_key_malformed\"} 1",
            "cistern_refusals_total{fault=\"queue_full\"} 0",
            "cistern_delivery_duration_seconds_count 2",
            "cistern_delivery_duration_seconds_bucket{le=\"+Inf\"} 2",
            "cistern_in_flight_bytes 0",
            "cistern_store_ready 1",
        ];
        Assert.All(expected, line => Assert.Contains(line + "\n", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_metric_is_described_once_and_every_line_is_a_number()
    {
        await using var server = await TestServer.StartAsync();

        var lines = (await server.GetAsync("/metrics")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var described = lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToArray();
        Assert.Equal(described.Distinct(), described);
        Assert.All(lines.Where(line => line[0] != '#'), line =>
        {
            Assert.Matches("""^[a-z_]+(\{[a-z]+="[^"]*"\})? -?[0-9.E+]+$""", line);
            Assert.Contains(described, name => line.StartsWith(name, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void A_quantile_of_durations_lies_between_the_bounds_of_its_bucket()
    {
        var durations = new DurationHistogram();
        Assert.Null(durations.Quantile(0.5));
        for (var number = 0; number < 90; number++)
        {
            durations.Record(TimeSpan.FromMilliseconds(7));
        }

        for (var number = 0; number < 10; number++)
        {
            durations.Record(TimeSpan.FromMilliseconds(80));
        }

        Assert.InRange(durations.Quantile(0.5)!.Value, 0.005, 0.01);
        Assert.InRange(durations.Quantile(0.9)!.Value, 0.0099, 0.0101);
        Assert.InRange(durations.Quantile(0.95)!.Value, 0.0749, 0.0751);
        durations.Record(TimeSpan.FromHours(1));
        Assert.Equal(180, durations.Quantile(1));
    }

    [Fact]
    public async Task The_api_needs_a_key_that_may_read()
    {
        await using var server = await TestServer.StartAsync();
        var reader = server.NewKey(new NewKey { Name = "reader", Scopes = KeyScopes.Read });
        var admin = server.NewKey(new NewKey { Name = "admin", Scopes = KeyScopes.Admin });

        AssertProblem(401, await server.GetAsync("/api/nothing"));
        AssertProblem(401, await server.GetAsync("/api/nothing", "GET", "X-API-Key: wrong"));
        AssertProblem(401, await server.GetAsync($"/api/nothing?key={reader}"));
        AssertProblem(403, await server.GetAsync("/api/nothing", "GET", $"X-API-Key: {server.Key}"));
        AssertProblem(404, await server.GetAsync("/api/nothing", "GET", $"X-API-Key: {reader}"));
        AssertProblem(404, await server.GetAsync("/api/nothing", "POST", $"Authorization: Bearer {admin}", "Content-Length: 0"));
        AssertProblem(401, await server.GetAsync("/API/nothing"));
    }

    [Fact]
    public async Task A_failed_start_leaves_nothing_open()
    {
        await using var server = await TestServer.StartAsync();
        var store = new MemoryStore();
        var folder = Directory.CreateTempSubdirectory("cistern-test-");
        var settings = new CisternSettings { DataFolder = folder.FullName, Listen = [$"http://127.0.0.1:{server.Address.Port}"] };

        await Assert.ThrowsAnyAsync<IOException>(() => CisternServer.StartAsync(
            settings, (_, _) => Task.FromResult<Cistern.Store.IStore>(store), new ServerOptions { Logging = _ => { } }));

        Assert.True(store.Disposed);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_stop_that_is_asked_for_twice_happens_once()
    {
        await using var server = await TestServer.StartAsync();

        await Task.WhenAll(server.StopAsync(), server.StopAsync()).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.True(server.Store.Disposed);
    }

    [Fact]
    public async Task Last_use_of_a_key_is_written_down_at_the_stop()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync("a", TestDeliveries.Body("a", "x"));

        await server.StopAsync();

        Assert.NotNull(Assert.Single(server.Keys.List()).LastUsed);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_certificate_with_its_intermediate_is_served(string version)
    {
        using var files = new TestCertificates();
        await using var server = await TestServer.StartAsync(settings => settings with
        {
            Listen = ["https://127.0.0.1:0"], TlsCertificate = files.CertificatePath, TlsKey = files.KeyPath,
        });
        var chainLength = 0;
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, chain, _) =>
        {
            // What came over the wire; the root is the client's own.
            chainLength = chain!.ChainPolicy.ExtraStore.Count;
            return chainLength > 0;
        };
        using var client = new HttpClient(handler) { BaseAddress = server.Address, DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var body = TestDeliveries.Body("a", "x");
        using var request = new HttpRequestMessage(HttpMethod.Post, TestServer.Firehose) { Content = new ByteArrayContent(body), Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        foreach (var header in server.Headers("a", body.Length).Select(line => line.Split(": ", 2)))
        {
            _ = request.Headers.TryAddWithoutValidation(header[0], header[1]) || request.Content.Headers.TryAddWithoutValidation(header[0], header[1]);
        }

        using var answer = await client.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, Version.Parse(version)), (answer.StatusCode, answer.Version));
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        Assert.True(chainLength >= 2, $"{chainLength} certificates came");
    }

    private static (int, string) Short(RawAnswer answer) => (answer.Status, answer.Text);

    private static void AssertProblem(int status, RawAnswer answer)
    {
        Assert.Equal((status, "application/problem+json"), (answer.Status, answer.Header("Content-Type")));
        using var problem = JsonDocument.Parse(answer.Body);
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.RootElement.GetProperty("detail").GetString()!);
    }
}

/// <summary>A root, an intermediate and a server certificate, made for one test.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cistern-tls-");

    public TestCertificates()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var root = Request("CN=root", rootKey, authority: true).CreateSelfSigned(from, to);
        using var middle = Request("CN=middle", middleKey, authority: true).Create(root, from, to, [1]);
        using var middleWithKey = middle.CopyWithPrivateKey(middleKey);
        using var leaf = Request("CN=127.0.0.1", leafKey, authority: false).Create(middleWithKey, from, to, [2]);
        File.WriteAllText(CertificatePath, leaf.ExportCertificatePem() + "\n" + middle.ExportCertificatePem() + "\n");
        File.WriteAllText(KeyPath, leafKey.ExportPkcs8PrivateKeyPem());
    }

    public string CertificatePath => Path.Combine(_folder.FullName, "certificate.pem");

    public string KeyPath => Path.Combine(_folder.FullName, "key.pem");

    public void Dispose() => _folder.Delete(recursive: true);

    private static CertificateRequest Request(string name, ECDsa key, bool authority)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        return request;
    }
}
