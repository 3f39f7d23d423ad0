using System.Net;
using Cistern.Operations.Settings;
using Cistern.Tests.Dashboard;
using Cistern.Tests.Ingest;

namespace Cistern.Tests.Operations;

/// <summary>Whose word counts when a header says where a request came from.</summary>
public sealed class TrustedProxiesTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("203.0.113.9", "198.51.100.1, 203.0.113.9")]
    [InlineData("203.0.113.9", "198.51.100.1, 203.0.113.9, 10.1.2.3")]
    [InlineData("203.0.113.9", "127.0.0.1, 10.1.2.3, 203.0.113.9")]
    [InlineData("203.0.113.9", "198.51.100.1", "203.0.113.9")]
    [InlineData("203.0.113.9", "203.0.113.9:4711")]
    [InlineData("2001:db8::7", "198.51.100.1, [2001:db8::7]:443")]
    [InlineData("203.0.113.9", "unknown, 203.0.113.9")]
    [InlineData("127.0.0.1", "203.0.113.9, unknown")]
    [InlineData("10.1.2.3", "203.0.113.9, _hidden, 10.1.2.3")]
    [InlineData("127.0.0.1", "'; DROP TABLE deliveries; --")]
    [InlineData("127.0.0.1", "")]
    [InlineData("127.0.0.1", ",,,")]
    public async Task The_sender_is_the_one_farthest_right_who_is_no_proxy(string sender, params string[] forwarded)
    {
        await using var server = await TestServer.StartAsync(settings => Trusting(settings, "127.0.0.0/8", "10.0.0.0/8"));

        await DeliverAsync(server, forwarded);

        Assert.Equal(sender, server.Store.Only.Delivery.SourceAddress);
    }

    [Fact]
    public async Task Headers_of_anybody_else_count_for_nothing()
    {
        await using var trusting = await TestServer.StartAsync(settings => Trusting(settings, "10.0.0.0/8"));
        await using var plain = await TestServer.StartAsync();

        await DeliverAsync(trusting, "203.0.113.9");
        await DeliverAsync(plain, "203.0.113.9");

        Assert.Equal("127.0.0.1", trusting.Store.Only.Delivery.SourceAddress);
        Assert.Equal("127.0.0.1", plain.Store.Only.Delivery.SourceAddress);
    }

    [Fact]
    public async Task A_thousand_claimed_addresses_end_at_the_first_that_is_no_proxy()
    {
        await using var server = await TestServer.StartAsync(settings => Trusting(settings, "127.0.0.0/8"));

        await DeliverAsync(server, string.Join(", ", Enumerable.Range(0, 1_000).Select(number => $"198.51.100.{number % 256}").Append("203.0.113.9")));

        Assert.Equal("203.0.113.9", server.Store.Only.Delivery.SourceAddress);
    }

    [Fact]
    public async Task Nobody_claims_the_way_into_a_network_that_needs_no_key()
    {
        await using var server = await TestServer.StartAsync(settings => Trusting(settings, "127.0.0.0/8") with
        {
            Ingest = settings.Ingest with { AllowAnonymous = true, AnonymousNetworks = [IPNetwork.Parse("10.0.0.0/8")] },
        });

        Assert.Equal(401, await DeliverWithAsync(server, "", "10.1.2.3, 203.0.113.9"));
        Assert.Equal(401, await DeliverWithAsync(server, ""));
        Assert.Equal(200, await DeliverWithAsync(server, "", "203.0.113.9, 10.1.2.3"));
    }

    [Fact]
    public async Task A_browser_signs_in_through_a_proxy_that_ends_tls_and_gives_the_host_another_name()
    {
        await using var trusting = await DashboardServer.StartAsync(settings => Trusting(settings, "127.0.0.0/8"));
        await using var plain = await DashboardServer.StartAsync();
        string[] headers = ["Origin: https://logs.example.com", "Content-Type: application/json", "X-Forwarded-Proto: https", "X-Forwarded-Host: logs.example.com", "X-Forwarded-For: 203.0.113.9"];

        var through = await trusting.SendAsync("POST", "/api/session", Token(trusting), headers);
        var claimed = await plain.SendAsync("POST", "/api/session", Token(plain), headers);

        Assert.Equal(200, through.Status);
        Assert.EndsWith("; SameSite=Strict; Secure", through.Header("Set-Cookie"), StringComparison.Ordinal);
        Problem.Assert(claimed, 403, "cross-origin");
    }

    [Fact]
    public void A_network_of_all_addresses_is_no_list_of_proxies()
    {
        foreach (var all in new[] { "0.0.0.0/0", "10.0.0.0/8,::/0" })
        {
            var problem = Assert.Single(SettingsReader.Read(new Dictionary<string, string> { ["trustedProxies"] = all }, new System.Collections.Hashtable()).Problems);
            Assert.StartsWith("trustedProxies", problem, StringComparison.Ordinal);
        }
    }

    private static CisternSettings Trusting(CisternSettings settings, params string[] networks) => settings with { TrustedProxies = [.. networks.Select(IPNetwork.Parse)] };

    private static string Token(DashboardServer server) => $$"""{"token":"{{server.NewToken()}}"}""";

    private static Task<int> DeliverAsync(TestServer server, params string[] forwarded) => DeliverWithAsync(server, server.Key, forwarded);

    private static async Task<int> DeliverWithAsync(TestServer server, string key, params string[] forwarded)
    {
        var body = TestDeliveries.Body("a", "x");
        var headers = server.Headers("a", body.Length, key).Where(header => key.Length > 0 || !header.Contains("Access-Key", StringComparison.Ordinal));
        return (await server.PostAsync(TestServer.Firehose, [.. headers, .. forwarded.Select(value => $"X-Forwarded-For: {value}")], body)).Status;
    }
}
