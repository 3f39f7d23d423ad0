using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cistern.Dashboard;
using Cistern.Operations.Shared;
using Cistern.Tests.Faults;
using Cistern.Tests.Journal;
using Cistern.Tests.Store;
using Cistern.Tests.WholeProgram;

namespace Cistern.Tests.Deploy.Running;

/// <summary>deploy/compose/Caddyfile run by a real Caddy in front of a real server; only the certificate is Caddy's own, as nobody signs one for this machine.</summary>
public sealed class CaddyTests
{
    private static readonly (string Name, string Value) Fields = ("X-Amz-Firehose-Common-Attributes", JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["commonAttributes"] = new Dictionary<string, string> { ["cloudfront-fields"] = TestDeliveries.Fields.Replace(' ', ',') },
    }));

    [Fact]
    public async Task The_largest_delivery_passes_and_its_answer_comes_as_firehose_wants_it()
    {
        await using var server = await StartServerAsync();
        await using var caddy = await RunningCaddy.StartAsync(server.Url);
        using var client = caddy.Client(IPAddress.Parse("127.0.0.9"));

        // 64 MiB of records: short lines, and fill that no line is made of but for its ends.
        var record = TestDeliveries.Line(DateTimeOffset.UtcNow, "a") + "\n" + new string('x', (1 << 20) - 300);
        var body = TestDeliveries.Envelope("large", Enumerable.Repeat(record, 64));
        Assert.True(body.Length > 85 << 20, $"{body.Length} bytes");
        using var answer = await DeliverAsync(client, server.Key, "large", body);

        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version11), (answer.StatusCode, answer.Version));
        Assert.Equal("application/json", answer.Content.Headers.GetValues("Content-Type").Single());
        Assert.Equal((await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length, answer.Content.Headers.ContentLength);
        Assert.False(answer.Content.Headers.Contains("Content-Encoding"));
        Assert.NotEqual(true, answer.Headers.TransferEncodingChunked);
        Assert.Equal("127.0.0.9", (await server.RowsAsync("SELECT source_address FROM deliveries"))[0]["source_address"].GetString());

        using var refused = await DeliverAsync(client, "wrong", "small", TestDeliveries.Envelope("small", "x"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("errorMessage", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_claims_another_address_is_not_believed_and_figures_stay_inside()
    {
        await using var server = await StartServerAsync();
        await using var caddy = await RunningCaddy.StartAsync(server.Url);
        using var client = caddy.Client(IPAddress.Parse("127.0.0.9"));

        using var answer = await DeliverAsync(client, server.Key, "d1", TestDeliveries.Envelope("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a")), ("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-Host", "elsewhere.example"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("127.0.0.9", (await server.RowsAsync("SELECT source_address FROM deliveries"))[0]["source_address"].GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/metrics", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/readyz", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Rows_of_a_tail_come_through_one_by_one()
    {
        await using var server = await StartServerAsync();
        await using var caddy = await RunningCaddy.StartAsync(server.Url);
        using var client = caddy.Client(IPAddress.Loopback);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/tail?columns=path");
        request.Headers.Add("X-API-Key", server.Key);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));

        await ReadToAsync(lines, "event: columns", limit.Token);
        foreach (var path in new[] { "/first", "/second" })
        {
            Assert.Equal(200, await server.DeliverAsync(path, TestDeliveries.Envelope(path, TestDeliveries.Line(DateTimeOffset.UtcNow, path, path)), Fields));
            await ReadToAsync(lines, path, limit.Token);
        }
    }

    [Fact]
    public async Task A_browser_signs_in_by_the_public_name()
    {
        await using var server = await StartServerAsync();
        await using var caddy = await RunningCaddy.StartAsync(server.Url);
        using var client = caddy.Client(IPAddress.Loopback);
        var link = new SignIns(new LocalFolder(server.Folder), TimeProvider.System).CreateLink(caddy.Url);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/session") { Content = new StringContent($$"""{"token":"{{link.Split('#')[1]}}"}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("Origin", caddy.Url.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        using var ask = new HttpRequestMessage(HttpMethod.Get, "/api/status");
        ask.Headers.Add("Cookie", cookie.Split(';')[0]);
        ask.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var status = await client.SendAsync(ask, TestContext.Current.CancellationToken);

        Assert.EndsWith("; HttpOnly; SameSite=Strict; Secure", cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, status.StatusCode);
    }

    // Caddy comes from 127.0.0.1 alone, so that 127.0.0.9 is a sender.
    private static Task<RunningServer> StartServerAsync() => RunningServer.StartAsync(settings => settings with { TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });

    private static async Task<HttpResponseMessage> DeliverAsync(HttpClient client, string key, string id, byte[] body, params (string Name, string Value)[] more)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/firehose") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        (string Name, string Value)[] headers = [("X-Amz-Firehose-Request-Id", id), ("X-Amz-Firehose-Protocol-Version", "1.0"), ("X-Amz-Firehose-Source-Arn", TestDeliveries.Stream), ("X-Amz-Firehose-Access-Key", key), Fields, .. more];
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await client.SendAsync(request);
    }

    private static async Task ReadToAsync(StreamReader lines, string text, CancellationToken cancel)
    {
        while (!(await lines.ReadLineAsync(cancel) ?? throw new EndOfStreamException($"the stream ended before {text}")).Contains(text, StringComparison.Ordinal))
        {
        }
    }

    /// <summary>Debian's Caddy on a port of loopback.</summary>
    private sealed class RunningCaddy : IAsyncDisposable
    {
        private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

        private readonly Process _process;
        private readonly ScratchFolder _folder;
        private readonly StringBuilder _log = new();

        private RunningCaddy(Process process, ScratchFolder folder, Uri url)
        {
            (_process, _folder, Url) = (process, folder, url);
            _process.ErrorDataReceived += (_, line) =>
            {
                lock (_log)
                {
                    _log.AppendLine(line.Data);
                }
            };
            _process.BeginErrorReadLine();
        }

        public Uri Url { get; }

        public static async Task<RunningCaddy> StartAsync(string upstream)
        {
            Requirement.Package("caddy", "caddy");
            var folder = new ScratchFolder();
            var port = ServerProcess.TakePort();
            var file = Path.Combine(folder, "Caddyfile");
            await File.WriteAllTextAsync(file, ForThisMachine(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "compose", "Caddyfile"))));
            var start = new ProcessStartInfo("caddy", ["run", "--adapter", "caddyfile", "--config", file]) { RedirectStandardError = true, WorkingDirectory = folder };
            start.Environment["CISTERN_HOST"] = $"localhost:{port}";
            start.Environment["CISTERN_UPSTREAM"] = new Uri(upstream).Authority;
            start.Environment["HOME"] = start.Environment["XDG_DATA_HOME"] = start.Environment["XDG_CONFIG_HOME"] = folder;
            var caddy = new RunningCaddy(Process.Start(start)!, folder, new Uri($"https://localhost:{port}"));
            await caddy.WaitAsync();
            return caddy;
        }

        /// <summary>A client as Firehose is one: HTTP/1.1.</summary>
        public HttpClient Client(IPAddress from)
        {
            var handler = new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancel) =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(from, 0));
                    await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                },
                UseCookies = false,
            };
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
            return new HttpClient(handler) { BaseAddress = Url, Timeout = TimeSpan.FromMinutes(3) };
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }

            _process.Dispose();
            _folder.Dispose();
        }

        // Nothing of the site is changed but where its certificate comes from.
        private static string ForThisMachine(string caddyfile)
        {
            var site = caddyfile.IndexOf("{$CISTERN_HOST} {\n", StringComparison.Ordinal);
            Assert.True(site >= 0, "the Caddyfile has no site {$CISTERN_HOST}");
            return "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n" + caddyfile.Insert(site + "{$CISTERN_HOST} {\n".Length, "\ttls internal\n");
        }

        private async Task WaitAsync()
        {
            using var client = Client(IPAddress.Loopback);
            for (var waited = Stopwatch.StartNew(); ;)
            {
                try
                {
                    using var answer = await client.GetAsync("/healthz");
                    return;
                }
                catch (HttpRequestException)
                {
                    Assert.True(!_process.HasExited && waited.Elapsed < StartLimit, $"Caddy does not listen:\n{_log}");
                    await Task.Delay(50);
                }
            }
        }
    }
}
