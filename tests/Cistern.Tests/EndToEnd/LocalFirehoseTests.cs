using System.Text.Json;
using Cistern.Demo;
using Cistern.Ingest.Keys;
using Cistern.Tests.Delivery.Watching;
using Cistern.Tests.Query;

namespace Cistern.Tests.EndToEnd;

/// <summary>A Firehose that delivers to a server, and is watched and replayed through it.</summary>
public class LocalFirehoseTests(TestStore kind = TestStore.Embedded)
{
    private const string Stream = "shop";

    [Fact]
    public async Task What_a_wrong_key_left_in_the_bucket_is_stored_once_after_replays_through_the_server()
    {
        await using var firehose = await RunningFirehose.StartAsync();
        await using var server = await RealServer.StartAsync(kind, settings => settings with { Firehose = firehose.Address.GetLeftPart(UriPartial.Authority) });
        var endpoint = new Uri(server.Address, RealServer.CloudFront);
        var lines = Lines(40);
        await firehose.CreateAsync(Stream, endpoint, "aa_wrong", "cistern-logs-failures/");
        await firehose.PutAsync(Stream, lines);
        await RunningFirehose.UntilAsync(() => StatusAsync(server), stream => stream.GetProperty("backedUpRecords").GetInt64() == lines.Count);

        var found = await BackupsAsync(server);
        var refused = await ReplayAsync(server);
        await firehose.UpdateAsync(Stream, "1", endpoint, server.Key);
        var taken = await ReplayAsync(server);
        var again = await ReplayAsync(server);
        var left = await BackupsAsync(server);

        Assert.Contains("401", found.GetProperty("codes")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(("HttpEndpoint.DestinationException", lines.Count), (found.GetProperty("codes")[0].GetProperty("code").GetString(), found.GetProperty("codes")[0].GetProperty("records").GetInt32()));
        Assert.Equal("failed", refused.GetProperty("state").GetString());
        Assert.Equal(("done", lines.Count), (taken.GetProperty("state").GetString(), taken.GetProperty("records").GetInt32()));
        Assert.Equal(("done", 0), (again.GetProperty("state").GetString(), again.GetProperty("records").GetInt32()));
        Assert.Equal((0, true), (left.GetProperty("objects").GetInt32(), left.GetProperty("replayedObjects").GetInt32() > 0));
        Assert.Equal(lines.Count, await server.CountAsync("SELECT count(*) FROM requests"));
    }

    [Fact]
    public async Task A_key_that_may_only_ingest_replays_too()
    {
        await using var firehose = await RunningFirehose.StartAsync();
        await using var server = await RealServer.StartAsync(kind, settings => settings with { Firehose = firehose.Address.GetLeftPart(UriPartial.Authority) });
        var endpoint = new Uri(server.Address, RealServer.CloudFront);
        await firehose.CreateAsync(Stream, endpoint, "aa_wrong");
        await firehose.PutAsync(Stream, Lines(3));
        await firehose.UntilAsync(Stream, stream => stream.GetProperty("backedUpRecords").GetInt64() == 3);
        await firehose.UpdateAsync(Stream, "1", endpoint, server.NewKey("stream", KeyScopes.Ingest));

        var taken = await ReplayAsync(server);

        Assert.Equal(("done", 3), (taken.GetProperty("state").GetString(), taken.GetProperty("records").GetInt32()));
        Assert.Equal(3, await server.CountAsync("SELECT count(*) FROM requests"));
    }

    [Fact]
    public async Task Rejects_are_replayed_within_the_server_as_the_page_filters_them()
    {
        await using var server = await RealServer.StartAsync(kind);
        await server.DeliverAsync("bad", "no line of a log", "1\t2\t3");
        using var admin = new HttpClient { BaseAddress = server.Address, DefaultRequestHeaders = { { "X-API-Key", server.Key } } };
        var rejects = await server.CountAsync("SELECT count(*) FROM rejects");
        var keys = await KeysAsync(server);

        (await Reply.ReadAsync(await admin.PostAsync("/api/rejects/replay?where=reason:nothing-like-it", null, TestContext.Current.CancellationToken))).Expect(202);
        var none = await RejectsReplayedAsync(server);
        (await Reply.ReadAsync(await admin.PostAsync("/api/rejects/replay?from=-1h", null, TestContext.Current.CancellationToken))).Expect(202);
        var all = await RejectsReplayedAsync(server);
        (await Reply.ReadAsync(await admin.PostAsync("/api/rejects/replay?from=yesterdayish", null, TestContext.Current.CancellationToken))).Expect(202);
        var wrong = await RejectsReplayedAsync(server);

        Assert.Equal(("done", 0), (none.GetProperty("state").GetString(), none.GetProperty("rejects").GetInt32()));
        Assert.Equal(("done", rejects, 0, rejects), (all.GetProperty("state").GetString(), all.GetProperty("rejects").GetInt64(), all.GetProperty("rows").GetInt32(), all.GetProperty("rejected").GetInt64()));
        Assert.Equal("failed", wrong.GetProperty("state").GetString());
        Assert.Contains("yesterdayish", wrong.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(keys, await KeysAsync(server));
    }

    private static async Task<JsonElement> RejectsReplayedAsync(RealServer server) => await RunningFirehose.UntilAsync(
        async () => (await server.GetAsync("/api/rejects/replay")).Expect(200).Json.GetProperty("replay"), replay => replay.GetProperty("state").GetString() != "running");

    private static async Task<int> KeysAsync(RealServer server) =>
        (await server.GetAsync("/api/keys")).Expect(200).Json.GetProperty("keys").EnumerateArray().Count(key => key.GetProperty("state").GetString() == "active");

    private static async Task<JsonElement> ReplayAsync(RealServer server)
    {
        using var http = new HttpClient { BaseAddress = server.Address, DefaultRequestHeaders = { { "X-API-Key", server.Key } } };
        (await Reply.ReadAsync(await http.PostAsync($"/api/firehose/replay?stream={RunningFirehose.Arn(Stream)}", null))).Expect(202);
        return (await RunningFirehose.UntilAsync(() => StatusAsync(server), stream => stream.GetProperty("replay").GetProperty("state").GetString() != "running")).GetProperty("replay");
    }

    private static async Task<JsonElement> StatusAsync(RealServer server) =>
        (await server.GetAsync("/api/firehose/streams")).Expect(200).Json.GetProperty("status").GetProperty("streams")[0];

    private static async Task<JsonElement> BackupsAsync(RealServer server) => (await server.GetAsync($"/api/firehose/backups?stream={RunningFirehose.Arn(Stream)}")).Expect(200).Json;

    private static List<byte[]> Lines(int count)
    {
        var now = DateTimeOffset.UtcNow;
        using var feed = new DemoFeed(new DemoTraffic(7, now.AddMinutes(-30), rate: 2), TimeProvider.System);
        return [.. feed.NextRecords(now).Take(count)];
    }
}

public sealed class LocalFirehoseOnClickHouseTests() : LocalFirehoseTests(TestStore.ClickHouse);
