using System.Text.Json;
using Cistern.Dashboard;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Shared;
using Cistern.Tests.Ingest;
using Cistern.Tests.Operations;

namespace Cistern.Tests.Dashboard;

public sealed class SessionTests
{
    private const string Json = "Content-Type: application/json";

    [Fact]
    public async Task A_link_signs_a_browser_in_and_its_session_reads_and_administers()
    {
        await using var server = await DashboardServer.StartAsync();
        var link = server.SignIns.CreateLink(new Uri("http://0.0.0.0:8080/"));
        Assert.Matches("^http://localhost:8080/signin#[a-z2-7]{32}$", link);

        var answer = await server.PostTokenAsync(link.Split('#')[1]);

        Assert.Equal(200, answer.Status);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Matches("^cistern_session=[a-z2-7]{32}; Max-Age=604800; Path=/; HttpOnly; SameSite=Strict$", answer.Header("Set-Cookie"));
        var cookie = "Cookie: " + answer.Header("Set-Cookie")!.Split(';')[0];
        Assert.Equal(answer.Text, (await server.GetAsync("/api/session", cookie)).Text);
        Assert.InRange(Expires(answer) - DateTimeOffset.UtcNow, TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
        Assert.Equal(200, (await server.GetAsync("/api/catalogue", cookie)).Status);
        Assert.Equal(201, (await server.SendAsync("POST", "/api/keys", """{"name":"shop"}""", cookie, DashboardServer.Origin, Json)).Status);
    }

    [Fact]
    public async Task Whether_one_is_signed_in_can_always_be_asked()
    {
        await using var server = await DashboardServer.StartAsync();

        foreach (var headers in new[] { [], ["Cookie: cistern_session=" + new string('a', 32)], ["X-API-Key: wrong"], (string[])["Sec-Fetch-Site: cross-site", await server.SignInAsync()] })
        {
            var answer = await server.GetAsync("/api/session", headers);
            Assert.Equal((200, """{"signedIn":false,"expires":null}""", "no-store"), (answer.Status, answer.Text, answer.Header("Cache-Control")));
        }
    }

    [Fact]
    public async Task Of_many_requests_with_one_token_one_signs_in()
    {
        await using var server = await DashboardServer.StartAsync();
        var token = server.NewToken();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => server.PostTokenAsync(token)));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Contains("cistern signin", Problem.Assert(answer, 401, "signin-refused"), StringComparison.Ordinal));
        Assert.Single(server.SignIns.Read().Sessions);
        Assert.Null(answers.First(answer => answer.Status != 200).Header("Set-Cookie"));
    }

    [Fact]
    public async Task Sessions_outlast_a_restart_and_used_tokens_stay_used()
    {
        await using var server = await DashboardServer.StartAsync();
        var (used, unused) = (server.NewToken(), server.NewToken());
        var cookie = "Cookie: " + (await server.PostTokenAsync(used)).Header("Set-Cookie")!.Split(';')[0];

        await server.RestartAsync();

        Assert.Equal(200, (await server.GetAsync("/api/catalogue", cookie)).Status);
        Problem.Assert(await server.PostTokenAsync(used), 401, "signin-refused");
        Assert.Equal(200, (await server.PostTokenAsync(unused)).Status);
    }

    // The state of the disk after each step is one that a crash may leave behind.
    [Fact]
    public void A_token_is_gone_from_the_file_that_first_names_its_session()
    {
        var folder = Directory.CreateTempSubdirectory("cistern-signin-").FullName;
        var signIns = new SignIns(new LocalFolder(folder), TimeProvider.System);
        var token = signIns.CreateLink(new Uri("http://a/")).Split('#')[1];

        var session = signIns.Redeem(token, TimeSpan.FromDays(1));

        var state = SignInFile.Read(folder);
        Assert.Empty(state.Links);
        Assert.Equal(SignInSecret.Hash(session!.Secret), Assert.Single(state.Sessions).Sha256.ToArray());
        Assert.Null(signIns.Redeem(token, TimeSpan.FromDays(1)));
        Assert.Null(signIns.Redeem(session.Secret, TimeSpan.FromDays(1)));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_token_works_for_a_quarter_of_an_hour()
    {
        var time = new ManualTime();
        await using var server = await DashboardServer.StartAsync(time: time);
        var (early, late) = (server.NewToken(), server.NewToken());

        time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await server.PostTokenAsync(early)).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        Problem.Assert(await server.PostTokenAsync(late), 401, "signin-refused");
    }

    [Fact]
    public async Task A_session_ends_after_its_lifetime_and_leaves_the_file()
    {
        var time = new ManualTime();
        await using var server = await DashboardServer.StartAsync(settings => settings with { SignIn = new() { SessionLifetime = TimeSpan.FromHours(2) } }, time);
        var cookie = await server.SignInAsync();

        time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await server.GetAsync("/api/catalogue", cookie)).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("cistern signin", Problem.Assert(await server.GetAsync("/api/catalogue", cookie), 401, "no-access"), StringComparison.Ordinal);
        Assert.Equal("""{"signedIn":false,"expires":null}""", (await server.GetAsync("/api/session", cookie)).Text);

        server.Part<Sessions>().RemoveExpiredIfDue();
        Assert.Empty(server.SignIns.Read().Sessions);
        Assert.NotNull(server.SignIns.Read().LastSignIn);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server()
    {
        await using var server = await DashboardServer.StartAsync();
        var (cookie, other) = (await server.SignInAsync(), await server.SignInAsync());

        Problem.Assert(await server.SendAsync("DELETE", "/api/session", "", cookie), 403, "cross-origin");
        var answer = await server.SendAsync("DELETE", "/api/session", "", cookie, DashboardServer.Origin);

        Assert.Equal((204, ""), (answer.Status, answer.Text));
        Assert.Equal("cistern_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict", answer.Header("Set-Cookie"));
        Problem.Assert(await server.GetAsync("/api/catalogue", cookie), 401, "no-access");
        Assert.Equal(200, (await server.GetAsync("/api/catalogue", other)).Status);
        Assert.Equal(204, (await server.SendAsync("DELETE", "/api/session", "", DashboardServer.Origin)).Status);
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("GET", 200, "Sec-Fetch-Site: same-origin")]
    [InlineData("GET", 200, "Sec-Fetch-Site: none")]
    [InlineData("GET", 403, "Sec-Fetch-Site: cross-site")]
    [InlineData("GET", 403, "Sec-Fetch-Site: same-site")]
    [InlineData("GET", 403, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")]
    [InlineData("GET", 403, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site")]
    [InlineData("GET", 403, "Origin: http://evil.example")]
    [InlineData("POST", 403)]
    [InlineData("POST", 403, "Sec-Fetch-Site: same-origin")]
    [InlineData("POST", 201, "Origin: http://test")]
    [InlineData("POST", 201, "Origin: http://TEST", "Sec-Fetch-Site: same-origin")]
    [InlineData("POST", 201, "Origin: http://test:80")]
    [InlineData("POST", 201, "Origin: https://test")]
    [InlineData("POST", 403, "Origin: http://test", "Sec-Fetch-Site: same-site")]
    [InlineData("POST", 403, "Origin: http://test:8080")]
    [InlineData("POST", 403, "Origin: http://test.evil.example")]
    [InlineData("POST", 403, "Origin: http://eviltest")]
    [InlineData("POST", 403, "Origin: http://evil.example/test")]
    [InlineData("POST", 403, "Origin: http://test@evil.example")]
    [InlineData("POST", 403, "Origin: null")]
    [InlineData("POST", 403, "Origin: ")]
    [InlineData("POST", 403, "Origin: test")]
    [InlineData("POST", 403, "Origin: ftp://test")]
    [InlineData("POST", 403, "Origin: http://test", "Origin: http://evil.example")]
    [InlineData("POST", 403, "Origin: http://evil.example", "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example")]
    public async Task A_session_is_for_the_pages_of_this_server(string method, int status, params string[] headers)
    {
        await using var server = await DashboardServer.StartAsync();
        var cookie = await server.SignInAsync();

        var answer = method == "GET"
            ? await server.GetAsync("/api/catalogue", [cookie, .. headers])
            : await server.SendAsync("POST", "/api/keys", """{"name":"made"}""", [cookie, Json, .. headers]);

        if (status == 403)
        {
            Problem.Assert(answer, 403, "cross-origin");
            Assert.Empty(server.Keys.List());
        }
        else
        {
            Assert.True(answer.Status == status, answer.Text);
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_cannot_sign_a_browser_in()
    {
        await using var server = await DashboardServer.StartAsync();
        var token = server.NewToken();

        foreach (var headers in new[] { [], ["Origin: http://evil.example"], (string[])[DashboardServer.Origin, "Sec-Fetch-Site: cross-site"] })
        {
            Problem.Assert(await server.SendAsync("POST", "/api/session", $$"""{"token":"{{token}}"}""", [Json, .. headers]), 403, "cross-origin");
        }

        Assert.Equal(200, (await server.PostTokenAsync(token)).Status);
    }

    [Fact]
    public async Task A_key_is_for_any_origin_and_goes_before_a_cookie()
    {
        await using var server = await DashboardServer.StartAsync();
        var (cookie, reader) = (await server.SignInAsync(), server.NewKey("reader", KeyScopes.Read));

        Assert.Equal(200, (await server.GetAsync("/api/catalogue", $"X-API-Key: {reader}", "Sec-Fetch-Site: cross-site", "Origin: http://evil.example")).Status);
        Problem.Assert(await server.GetAsync("/api/keys", $"X-API-Key: {reader}", cookie), 403, "scope-missing");
        Problem.Assert(await server.GetAsync("/api/catalogue", "X-API-Key: wrong", cookie), 401, "no-access");
    }

    [Fact]
    public async Task Other_cookies_hide_nothing_and_open_nothing()
    {
        await using var server = await DashboardServer.StartAsync();
        var own = (await server.SignInAsync())["Cookie: ".Length..];
        var other = "cistern_session=" + new string('b', 32);

        Assert.Equal(200, (await server.GetAsync("/api/catalogue", $"Cookie: {other}; {own}")).Status);
        Assert.Equal(200, (await server.GetAsync("/api/catalogue", $"Cookie: a=b;{own};{other}; cistern_session=; cistern_session")).Status);
        Assert.Equal(200, (await server.GetAsync("/api/catalogue", $"Cookie: {other}", $"Cookie: {own}")).Status);
        Problem.Assert(await server.GetAsync("/api/catalogue", $"Cookie: {other}"), 401, "no-access");
        Problem.Assert(await server.GetAsync("/api/catalogue", $"Cookie: x{own}; {own}x; {own.ToUpperInvariant()}"), 401, "no-access");
        Problem.Assert(await server.GetAsync("/api/catalogue", $"Cookie: {string.Join("; ", Enumerable.Repeat(other, 500))}; {own}"), 401, "no-access");
        Problem.Assert(await server.GetAsync("/api/catalogue", "Cookie: cistern_session=" + new string('a', 200_000)), 401, "no-access");
        Problem.Assert(await server.GetAsync("/api/catalogue", "Cookie: cistern_session=\u00e4\u0001"), 401, "no-access");
    }

    [Theory]
    [InlineData("""{"token":"short"}""", 401, "signin-refused")]
    [InlineData("""{"token":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", 401, "signin-refused")]
    [InlineData("", 400, "body-malformed")]
    [InlineData("null", 400, "body-malformed")]
    [InlineData("""{"token":5}""", 400, "body-malformed")]
    [InlineData("""{"token":"a","more":1}""", 400, "body-malformed")]
    [InlineData("""{"token":"a","token":"b"}""", 400, "body-malformed")]
    [InlineData("""[{"token":"a"}]""", 400, "body-malformed")]
    [InlineData("""{"token":"\ud800"}""", 400, "body-malformed")]
    [InlineData("{", 400, "body-malformed")]
    public async Task Another_body_does_not_sign_in(string body, int status, string name)
    {
        await using var server = await DashboardServer.StartAsync();

        Problem.Assert(await server.SendAsync("POST", "/api/session", body, DashboardServer.Origin, Json), status, name);
    }

    [Fact]
    public async Task A_body_that_is_long_of_another_type_or_slow_is_refused()
    {
        var time = new ManualTime();
        await using var server = await DashboardServer.StartAsync(time: time);

        Problem.Assert(await server.PostTokenAsync(new string('a', 2_000)), 400, "limit-exceeded");
        Problem.Assert(await server.SendAsync("POST", "/api/session", "token=a", DashboardServer.Origin, "Content-Type: application/x-www-form-urlencoded"), 415, "media-type-unknown");
        using var http = new RawHttp(server.Address);
        await http.SendHeadAsync("POST", "/api/session", DashboardServer.Origin, Json, "Content-Length: 50");
        var answer = http.ReadAnswerAsync();
        while (!answer.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Problem.Assert(await answer, 408, "body-too-slow");
    }

    [Theory]
    [InlineData("PUT", "GET, POST, DELETE")]
    [InlineData("HEAD", "")]
    [InlineData("OPTIONS", "GET, POST, DELETE")]
    public async Task Another_method_is_refused(string method, string allowed)
    {
        await using var server = await DashboardServer.StartAsync();

        var answer = await server.SendAsync(method, "/api/session", "");

        Assert.Equal(405, answer.Status);
        Assert.All(allowed.Split(", "), name => Assert.Contains(name, answer.Header("Allow")!, StringComparison.Ordinal));
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_cookie_is_secure_where_the_page_came_by_https()
    {
        await using var plain = await DashboardServer.StartAsync();
        using var files = new TestCertificates();
        await using var secure = await DashboardServer.StartAsync(settings => settings with { Listen = ["https://127.0.0.1:0"], TlsCertificate = files.CertificatePath, TlsKey = files.KeyPath });
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=127.0.0.1";
        using var client = new HttpClient(handler) { BaseAddress = secure.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/session") { Content = new StringContent($$"""{"token":"{{secure.NewToken()}}"}""", null, "application/json") };
        request.Headers.Add("Origin", secure.Address.GetLeftPart(UriPartial.Authority));

        using var overTls = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var claimed = await plain.PostTokenAsync(plain.NewToken(), "X-Forwarded-Proto: https", "Forwarded: proto=https");
        var behindProxy = await plain.SendAsync("POST", "/api/session", $$"""{"token":"{{plain.NewToken()}}"}""", "Origin: https://test", Json);

        Assert.EndsWith("; SameSite=Strict; Secure", Assert.Single(overTls.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.EndsWith("; SameSite=Strict", claimed.Header("Set-Cookie"), StringComparison.Ordinal);
        Assert.EndsWith("; SameSite=Strict; Secure", behindProxy.Header("Set-Cookie"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_is_its_owners_and_holds_no_secret()
    {
        await using var server = await DashboardServer.StartAsync();
        var token = server.NewToken();
        var secret = (await server.SignInAsync()).Split('=')[1];

        var text = await File.ReadAllTextAsync(server.SignInPath, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(token, text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(SignInSecret.Hash(token)), text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(server.SignInPath));
        }
    }

    [Fact]
    public void What_is_kept_is_bounded()
    {
        var now = DateTimeOffset.UtcNow;
        var state = Enumerable.Range(0, 1_100).Aggregate(SignInState.Empty, (before, place) => before
            .WithLink(new KeptSecret(BitConverter.GetBytes(place), now, now))
            .WithSession(new KeptSecret(BitConverter.GetBytes(place), now, now)));

        Assert.Equal((20, 1_000), (state.Links.Count, state.Sessions.Count));
        Assert.Equal(BitConverter.GetBytes(1_099), state.Sessions[^1].Sha256.ToArray());
        Assert.Equal(BitConverter.GetBytes(100), state.Sessions[0].Sha256.ToArray());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"version":2,"links":[],"sessions":[]}""")]
    [InlineData("""{"version":1,"links":[],"sessions":[{"sha256":"00","created":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version":1,"links":null,"sessions":[]}""")]
    public async Task A_broken_file_stops_signing_in_and_nothing_else(string content)
    {
        await using var server = await DashboardServer.StartAsync();
        var cookie = await server.SignInAsync();
        var good = await File.ReadAllBytesAsync(server.SignInPath, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(server.SignInPath, content, TestContext.Current.CancellationToken);
        var key = server.NewKey("shop", KeyScopes.Ingest | KeyScopes.Read);

        await server.RestartAsync();

        Problem.Assert(await server.GetAsync("/api/catalogue", cookie), 401, "no-access");
        Assert.Equal(200, (await server.GetAsync("/api/catalogue", $"X-API-Key: {key}")).Status);
        Assert.Throws<SignInFileException>(() => server.NewToken());
        await File.WriteAllBytesAsync(server.SignInPath, good, TestContext.Current.CancellationToken);
        Assert.Equal(200, (await server.GetAsync("/api/catalogue", cookie)).Status);
    }

    [Fact]
    public async Task A_sign_in_that_cannot_be_written_down_does_not_count_and_can_be_tried_again()
    {
        await using var server = await DashboardServer.StartAsync();
        var token = server.NewToken();
        var blocked = server.SignInPath + ".new";
        Directory.CreateDirectory(Path.Combine(blocked, "full"));

        var refused = await server.PostTokenAsync(token);
        Directory.Delete(blocked, recursive: true);

        Problem.Assert(refused, 503, "unavailable");
        Assert.Null(refused.Header("Set-Cookie"));
        Assert.Equal(200, (await server.PostTokenAsync(token)).Status);
    }

    [Fact]
    public async Task What_goes_on_for_long_can_ask_whether_its_access_holds()
    {
        var time = new ManualTime();
        await using var server = await DashboardServer.StartAsync(time: time);
        var session = server.Part<Sessions>().Find((await server.SignInAsync()).Split('=')[1])!;
        var (sessions, keys, secret) = (server.Part<Sessions>(), server.Part<AccessKeys>(), server.NewKey("reader", KeyScopes.Read));
        Access[] accesses = [new("", KeyScopes.Admin, () => sessions.Holds(session)), new("reader", KeyScopes.Read, () => keys.Check(secret, null).Verdict == KeyVerdict.Accepted)];
        Assert.All(accesses, access => Assert.True(access.Holds()));

        server.SignIns.End([session]);
        server.Keys.Revoke("reader");
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.All(accesses, access => Assert.False(access.Holds()));
    }

    private static DateTimeOffset Expires(RawAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        Assert.True(document.RootElement.GetProperty("signedIn").GetBoolean());
        return document.RootElement.GetProperty("expires").GetDateTimeOffset();
    }
}
