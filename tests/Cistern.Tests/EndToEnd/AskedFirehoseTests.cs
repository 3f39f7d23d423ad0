using System.Net;
using Cistern.Ingest.Keys;
using Cistern.Tests.Delivery.Watching;

namespace Cistern.Tests.EndToEnd;

/// <summary>Who may ask a server for its Firehose, and what it says if there is none. No row is stored, so on the embedded store alone.</summary>
public sealed class AskedFirehoseTests
{
    [Fact]
    public async Task To_look_needs_the_scope_read_and_to_replay_admin()
    {
        await using var firehose = await RunningFirehose.StartAsync();
        await using var server = await RealServer.StartAsync(settings => settings with { Firehose = firehose.Address.GetLeftPart(UriPartial.Authority) });
        using var reader = new HttpClient { BaseAddress = server.Address, DefaultRequestHeaders = { { "X-API-Key", server.NewKey("reader", KeyScopes.Read) } } };
        using var sender = new HttpClient { BaseAddress = server.Address, DefaultRequestHeaders = { { "X-API-Key", server.NewKey("sender", KeyScopes.Ingest) } } };

        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync("/api/firehose/streams", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync("/api/rejects/replay", TestContext.Current.CancellationToken)).StatusCode);
        foreach (var address in new[] { "/api/firehose/replay?stream=a", "/api/rejects/replay" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await reader.PostAsync(address, null, TestContext.Current.CancellationToken)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await sender.GetAsync("/api/firehose/streams", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal("urn:cistern:problem:stream-unknown", (await server.GetAsync($"/api/firehose/backups?stream={RunningFirehose.Arn("none")}")).Expect(404).Type);
        (await server.GetAsync("/api/firehose/backups")).Expect(400);
        (await server.GetAsync("/api/firehose/streams?stream=a")).Expect(400);
    }

    [Fact]
    public async Task Without_a_Firehose_that_is_said_and_one_that_is_gone_is_a_problem_of_its_own()
    {
        await using var without = await RealServer.StartAsync();
        var firehose = await RunningFirehose.StartAsync();
        await using var with = await RealServer.StartAsync(settings => settings with { Firehose = firehose.Address.GetLeftPart(UriPartial.Authority) });
        await firehose.DisposeAsync();

        Assert.Equal("""{"firehose":null,"status":null}""", (await without.GetAsync("/api/firehose/streams")).Expect(200).Body);
        Assert.Contains("--firehose", (await without.GetAsync("/api/firehose/backups?stream=a")).Expect(404).Detail, StringComparison.Ordinal);
        var gone = (await with.GetAsync("/api/firehose/streams")).Expect(502);
        Assert.Equal("urn:cistern:problem:firehose-unreachable", gone.Type);
        Assert.Contains("does not answer", gone.Detail, StringComparison.Ordinal);
    }
}
