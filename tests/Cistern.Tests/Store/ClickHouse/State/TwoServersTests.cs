using System.Net;
using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Tests.Commands;

namespace Cistern.Tests.Store.ClickHouse.State;

/// <summary>Two servers with folders of their own over one ClickHouse: a load balancer may send each request to either.</summary>
public sealed class TwoServersTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_works_everywhere_at_once_and_a_revoked_one_nowhere_within_seconds()
    {
        var address = engine.NewAddress();
        await using var a = await NodeServer.StartAsync(address);
        await using var b = await NodeServer.StartAsync(address);
        var byCommand = await KeyByCommandAsync(address, "admin", "admin");

        Assert.Equal(HttpStatusCode.OK, await b.StatusAsync("/api/catalogue", byCommand));
        var made = await a.SendAsync(HttpMethod.Post, "/api/keys", new { name = "sender", scopes = new[] { "ingest" } }, byCommand);
        Assert.True(made.Status == HttpStatusCode.Created, made.Text);
        var sender = made.Json.GetProperty("secret").GetString()!;
        Assert.Equal(HttpStatusCode.OK, await b.DeliverAsync("first", sender));
        Assert.Equal(HttpStatusCode.OK, await a.DeliverAsync("second", sender));
        Assert.Contains((await b.SendAsync(HttpMethod.Get, "/api/keys", null, byCommand)).Json.GetProperty("keys").EnumerateArray(), key => key.GetProperty("name").GetString() == "sender");

        var revoked = await CommandRun.RunAsync($"keys revoke sender --store {address}");
        Assert.True(revoked.ExitCode == 0, revoked.Error);
        await EventuallyAsync(async () => await b.DeliverAsync("third", sender) == HttpStatusCode.Unauthorized && await a.DeliverAsync("third", sender) == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.Unauthorized, await a.StatusAsync("/api/catalogue", KeySecret.Create().Reveal()));
    }

    [Fact]
    public async Task A_session_begun_on_one_goes_on_on_the_other_with_the_next_request()
    {
        var address = engine.NewAddress();
        await using var a = await NodeServer.StartAsync(address);
        await using var b = await NodeServer.StartAsync(address);

        for (var round = 0; round < 5; round++)
        {
            var token = await TokenByCommandAsync(address, a.Url);
            var signedIn = await a.SignInAsync(token);
            Assert.True(signedIn.Status == HttpStatusCode.OK, signedIn.Text);
            Assert.Equal(HttpStatusCode.OK, await b.StatusAsync("/api/catalogue", cookie: signedIn.Cookie));
            Assert.Equal(HttpStatusCode.Unauthorized, (await b.SignInAsync(token)).Status);

            Assert.Equal(HttpStatusCode.NoContent, (await b.SendAsync(HttpMethod.Delete, "/api/session", null, cookie: signedIn.Cookie)).Status);
            await EventuallyAsync(async () => await a.StatusAsync("/api/catalogue", cookie: signedIn.Cookie) == HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Of_one_link_on_both_at_the_same_moment_one_signs_in()
    {
        var address = engine.NewAddress();
        await using var a = await NodeServer.StartAsync(address);
        await using var b = await NodeServer.StartAsync(address);

        for (var round = 0; round < 10; round++)
        {
            var token = await TokenByCommandAsync(address, a.Url);
            var answers = await Task.WhenAll(new[] { a, b, a, b, a, b }.Select(server => server.SignInAsync(token)));

            var (winners, others) = (answers.Where(answer => answer.Status == HttpStatusCode.OK).ToArray(), answers.Where(answer => answer.Status == HttpStatusCode.Unauthorized).ToArray());
            Assert.Equal((1, 5), (winners.Length, others.Length));
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await a.StatusAsync("/api/catalogue", cookie: winners[0].Cookie), await b.StatusAsync("/api/catalogue", cookie: winners[0].Cookie)));
        }
    }

    [Fact]
    public async Task Views_and_rules_of_one_are_on_the_other()
    {
        var address = engine.NewAddress();
        await using var a = await NodeServer.StartAsync(address);
        await using var b = await NodeServer.StartAsync(address);
        var key = await KeyByCommandAsync(address, "admin", "admin");

        Assert.Equal(HttpStatusCode.OK, (await a.SendAsync(HttpMethod.Post, "/api/views", new { name = "ours", address = "/agents" }, key)).Status);
        Assert.Equal("ours", Assert.Single((await b.SendAsync(HttpMethod.Get, "/api/views", null, key)).Json.GetProperty("views").EnumerateArray()).GetProperty("name").GetString());

        var added = await a.SendAsync(HttpMethod.Post, "/api/rules/agents", new Dictionary<string, string> { ["token"] = "OurMonitor", ["operator"] = "Example Inc", ["class"] = "tool" }, key);
        Assert.True(added.Status == HttpStatusCode.OK, added.Text);
        await EventuallyAsync(async () => await HasAgentAsync(b, key, "OurMonitor"));

        var byCommand = await CommandRun.RunAsync(["agents", "add", "SecondBot", "--operator", "Example Inc", "--class", "other-bot", "--store", address]);
        Assert.True(byCommand.ExitCode == 0, byCommand.Error);
        await EventuallyAsync(async () => await HasAgentAsync(a, key, "SecondBot") && await HasAgentAsync(b, key, "SecondBot") && await HasAgentAsync(b, key, "OurMonitor"));
        Assert.Contains("Example Inc", (await CommandRun.RunAsync(["agents", "name", "SecondBot/1", "--store", address])).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_engine_is_away_known_keys_go_on_and_changes_are_refused_and_nothing_is_lost()
    {
        var address = engine.NewAddress();
        await using var a = await NodeServer.StartAsync(address);
        await using var b = await NodeServer.StartAsync(address);
        var key = await KeyByCommandAsync(address, "admin", "admin");
        var cookie = (await a.SignInAsync(await TokenByCommandAsync(address, a.Url))).Cookie;
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await a.StatusAsync("/api/catalogue", key), await b.StatusAsync("/api/catalogue", key)));

        engine.Kill();
        try
        {
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await a.StatusAsync("/api/catalogue", key), await a.StatusAsync("/api/catalogue", cookie: cookie)));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await a.DeliverAsync("refused", key)); // The key is known, the store is away.
            var made = await a.SendAsync(HttpMethod.Post, "/api/keys", new { name = "late", scopes = new[] { "read" } }, key);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, made.Status);
            Assert.Contains("127.0.0.1:", made.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await b.SendAsync(HttpMethod.Post, "/api/views", new { name = "late", address = "/" }, key)).Status);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await b.SendAsync(HttpMethod.Put, "/api/rules/sites", new { hosts = new[] { "example.com" } }, key)).Status);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await b.SignInAsync(new string('a', 32))).Status);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await b.StatusAsync("/api/catalogue", KeySecret.Create().Reveal()));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await b.DeliverAsync("refused", KeySecret.Create().Reveal()));
            Assert.Contains("does not answer", (await CommandRun.RunAsync($"keys list --store {address}")).Error, StringComparison.Ordinal);
        }
        finally
        {
            await engine.StartAsync();
        }

        await EventuallyAsync(async () => await a.DeliverAsync("after", key) == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Created, (await a.SendAsync(HttpMethod.Post, "/api/keys", new { name = "late", scopes = new[] { "read" } }, key)).Status);
        Assert.Equal(["admin", "late"], (await b.SendAsync(HttpMethod.Get, "/api/keys", null, key)).Json.GetProperty("keys").EnumerateArray().Select(one => one.GetProperty("name").GetString()!).Order());
        Assert.Equal(HttpStatusCode.OK, await b.StatusAsync("/api/catalogue", cookie: cookie));
    }

    [Fact]
    public async Task A_new_node_with_an_empty_folder_has_everything()
    {
        var address = engine.NewAddress();
        string key, cookie;
        await using (var a = await NodeServer.StartAsync(address))
        {
            key = await KeyByCommandAsync(address, "admin", "admin");
            cookie = (await a.SignInAsync(await TokenByCommandAsync(address, a.Url))).Cookie;
            Assert.Equal(HttpStatusCode.OK, (await a.SendAsync(HttpMethod.Put, "/api/rules/sites", new { hosts = new[] { "example.com" } }, key)).Status);
            Assert.Equal(HttpStatusCode.OK, await a.DeliverAsync("once", key));
        }

        await using var b = await NodeServer.StartAsync(address);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await b.StatusAsync("/api/catalogue", key), await b.StatusAsync("/api/catalogue", cookie: cookie)));
        Assert.Equal("example.com", Assert.Single((await b.SendAsync(HttpMethod.Get, "/api/rules", null, key)).Json.GetProperty("sites").EnumerateArray()).GetString());

        // The use of the key was written down at the other's stop.
        var listed = Assert.Single((await b.SendAsync(HttpMethod.Get, "/api/keys", null, key)).Json.GetProperty("keys").EnumerateArray());
        Assert.Equal(JsonValueKind.String, listed.GetProperty("lastUsed").ValueKind);
    }

    private static async Task<bool> HasAgentAsync(NodeServer server, string key, string token) =>
        (await server.SendAsync(HttpMethod.Get, "/api/rules", null, key)).Json.GetProperty("agents").EnumerateArray().Any(agent => agent.GetProperty("token").GetString() == token);

    private static async Task<string> KeyByCommandAsync(string address, string name, string scope)
    {
        var run = await CommandRun.RunAsync($"keys create --store {address} --name {name} --scope {scope}");
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Out.Trim();
    }

    private static async Task<string> TokenByCommandAsync(string address, Uri url)
    {
        var run = await CommandRun.RunAsync($"signin --store {address} --url {url}");
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Out.Trim().Split('#')[1];
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        for (var look = 0; !await holds(); look++)
        {
            Assert.True(look < 150, "it does not come to pass within half a minute");
            await Task.Delay(200, Cancel);
        }
    }
}
