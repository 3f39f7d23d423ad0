using System.Net;
using System.Text;
using System.Text.Json;
using Cistern.Dashboard;
using Cistern.Delivery.Aws;
using Cistern.Operations.Settings;
using Cistern.Tests.Delivery.Http;

namespace Cistern.Tests.Delivery.Watching;

/// <summary>The addresses under <c>/cistern/streams</c>, over HTTP.</summary>
public sealed class WatchAddressTests
{
    private static readonly byte[] Record = "one record\n"u8.ToArray();

    [Fact]
    public async Task A_stream_is_told_with_its_configuration_its_counts_and_the_last_hour_and_without_secrets()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Stored);
        await using var firehose = await RunningFirehose.StartAsync();
        await firehose.CreateAsync("shop", peer.Url, "the-secret-key");
        await firehose.PutAsync("shop", Record, Record);

        var said = await firehose.UntilAsync("shop", stream => stream.GetProperty("deliveredRecords").GetInt64() == 2);

        Assert.Equal(RunningFirehose.Arn("shop"), said.GetProperty("arn").GetString());
        Assert.Equal(("ACTIVE", "1", "HttpEndpoint", "failed"), (Text(said, "status"), Text(said, "version"), Text(said, "destination"), Text(said, "bucket")));
        Assert.Equal($"http://127.0.0.1:{peer.Url.Port}/firehose", Text(said, "endpoint"));
        Assert.Equal((1 << 20, 0), (said.GetProperty("bufferBytes").GetInt32(), said.GetProperty("bufferSeconds").GetInt32()));
        Assert.Equal((0, 0, 0), (Number(said, "bufferedRecords"), Number(said, "inFlightRecords"), Number(said, "outboxRecords")));
        Assert.Equal(JsonValueKind.Null, said.GetProperty("lastAnswer").GetProperty("code").ValueKind);
        foreach (var course in new[] { "incoming", "delivered" })
        {
            var values = said.GetProperty("lastHour").GetProperty(course).EnumerateArray().Select(value => value.GetInt32()).ToList();
            Assert.Equal((60, 2), (values.Count, values.Sum()));
        }

        var all = (await firehose.GetAsync("/cistern/streams")).Body;
        Assert.DoesNotContain("the-secret-key", all, StringComparison.Ordinal);
        Assert.DoesNotContain("tenant=7", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_endpoint_answers_is_told_cut_and_what_it_refused_is_found_in_the_bucket()
    {
        var page = $"<html>{new string('x', 5000)}</html>";
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(502, page, "Content-Type: text/html\r\n"));
        await using var firehose = await RunningFirehose.StartAsync();
        await firehose.CreateAsync("shop", peer.Url, "k", "logs/");
        await firehose.PutAsync("shop", Record, Record, Record);

        var said = await firehose.UntilAsync("shop", stream => Number(stream, "backedUpRecords") == 3);
        var found = await RunningFirehose.UntilAsync(() => firehose.BackupsAsync("shop"), backups => backups.GetProperty("codes").GetArrayLength() > 0);

        Assert.StartsWith("HttpEndpoint.", said.GetProperty("lastAnswer").GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.InRange(said.GetProperty("lastAnswer").GetProperty("message").GetString()!.Length, 500, 1001);
        Assert.Equal(1, said.GetProperty("lastHour").GetProperty("failedAttempts").EnumerateArray().Sum(value => value.GetInt32()));
        var code = found.GetProperty("codes")[0];
        Assert.Equal((1, 0, 3), (Number(found, "objects"), Number(found, "replayedObjects"), Number(code, "records")));
        Assert.Contains("<html>xxx", Text(code, "message"), StringComparison.Ordinal);
        Assert.Contains("logs/http-endpoint-failed/", found.GetProperty("prefixes").EnumerateArray().Select(prefix => prefix.GetString()));
    }

    [Fact]
    public async Task A_replay_stops_where_the_endpoint_refuses_goes_on_from_there_and_is_remembered()
    {
        var well = false;
        await using var peer = new ScriptedPeer(request => well ? ScriptedPeer.Stored(request) : ScriptedPeer.Status(400)(request));
        await using var firehose = await RunningFirehose.StartAsync();
        await firehose.CreateAsync("shop", peer.Url, "k");
        await firehose.PutAsync("shop", Record);
        await firehose.UntilAsync("shop", stream => Number(stream, "backedUpRecords") == 1);
        await firehose.PutAsync("shop", "another"u8.ToArray());
        await firehose.UntilAsync("shop", stream => Number(stream, "backedUpRecords") == 2);

        var refused = await ReplayAsync(firehose);
        well = true;
        var before = peer.Requests.Count;
        var taken = await ReplayAsync(firehose);
        var sent = peer.Requests.Skip(before).ToList();
        var again = await ReplayAsync(firehose);
        await firehose.StopAsync();
        await firehose.StartAgainAsync();
        var found = await firehose.BackupsAsync("shop");

        Assert.Equal("failed", Text(refused, "state"));
        Assert.Contains("400", Text(refused, "message"), StringComparison.Ordinal);
        Assert.Equal(("done", 2, 2), (Text(taken, "state"), Number(taken, "objects"), Number(taken, "records")));
        Assert.Equal(["another", "one record\n"], sent.SelectMany(request => request.Records()).Order());
        Assert.All(sent, request => Assert.Equal((RunningFirehose.Arn("shop"), "k"), (request["X-Amz-Firehose-Source-Arn"], request["X-Amz-Firehose-Access-Key"])));
        Assert.Equal(("done", 0, 0), (Text(again, "state"), Number(again, "objects"), Number(again, "records")));
        Assert.Equal((0, 2, 0), (Number(found, "objects"), Number(found, "replayedObjects"), found.GetProperty("codes").GetArrayLength()));
    }

    [Fact]
    public async Task Streams_that_share_a_bucket_and_a_prefix_see_and_replay_their_own()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Status(500));
        await using var firehose = await RunningFirehose.StartAsync();
        foreach (var name in new[] { "shop", "my-shop" })
        {
            await firehose.CreateAsync(name, peer.Url, "k", "same/");
            await firehose.PutAsync(name, Encoding.UTF8.GetBytes(name));
            await firehose.UntilAsync(name, stream => Number(stream, "backedUpRecords") == 1);
        }

        Assert.Equal(1, Number(await firehose.BackupsAsync("shop"), "objects"));
        Assert.Equal(1, Number(await firehose.BackupsAsync("my-shop"), "objects"));
    }

    [Fact]
    public async Task Objects_that_cannot_be_read_are_counted_and_hide_no_others()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Status(500));
        await using var firehose = await RunningFirehose.StartAsync();
        await firehose.CreateAsync("shop", peer.Url, "k");
        await firehose.PutAsync("shop", Record);
        await firehose.UntilAsync("shop", stream => Number(stream, "backedUpRecords") == 1);
        var folder = Path.Combine(firehose.Buckets, RunningFirehose.Bucket, "http-endpoint-failed", "2026", "11", "28", "12");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "shop-1-2026-11-28-12-00-00-0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"), "this is no error line\n", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder, "shop-1-2026-11-28-12-00-01-0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f.gz"), [0x1f, 0x8b, 8, 0, 1, 2, 3], TestContext.Current.CancellationToken);

        var found = await firehose.BackupsAsync("shop");

        Assert.Equal((3, 2), (Number(found, "objects"), Number(found, "unreadable")));
        Assert.Equal(1, Number(found.GetProperty("codes")[0], "records"));
    }

    [Fact]
    public async Task What_there_is_not_and_what_cannot_be_is_refused()
    {
        await using var firehose = await RunningFirehose.StartAsync();
        await firehose.CreateForBucketAsync("archive");

        (await firehose.GetAsync($"/cistern/streams/{RunningFirehose.Arn("none")}/backups")).Expect(404);
        (await firehose.GetAsync("/cistern/streams/..%2F..%2Fetc/backups")).Expect(404);
        (await firehose.GetAsync("/cistern/other")).Expect(404);
        (await firehose.PostAsync("/cistern/streams")).Expect(404);
        Assert.Contains("nowhere to replay", (await firehose.PostAsync($"/cistern/streams/{RunningFirehose.Arn("archive")}/replay")).Expect(400).Body, StringComparison.Ordinal);

        // As a page of another site could post.
        (await firehose.PostAsync($"/cistern/streams/{RunningFirehose.Arn("archive")}/replay", body: null)).Expect(415);
        Assert.Equal(0, Number(await firehose.BackupsAsync("archive"), "objects"));
    }

    [Fact]
    public async Task With_credentials_only_signed_requests_are_answered_and_the_dashboard_signs_its_own()
    {
        await using var firehose = await RunningFirehose.StartAsync(options => options with { Credentials = [new("AKIDTEST", "the secret")] });
        var settings = new CisternSettings { Firehose = firehose.Address.GetLeftPart(UriPartial.Authority) };
        using var signed = new LocalFirehose(settings, new FirehoseAccess(new AwsCredentials("AKIDTEST", "the secret"), "us-east-1"), TimeProvider.System);
        using var wrong = new LocalFirehose(settings, new FirehoseAccess(new AwsCredentials("AKIDTEST", "another"), "us-east-1"), TimeProvider.System);
        using var unsigned = new LocalFirehose(settings, new FirehoseAccess(null, "us-east-1"), TimeProvider.System);
        var path = "/" + Uri.EscapeDataString(RunningFirehose.Arn("none"));

        var unknown = (await signed.AskAsync(HttpMethod.Get, path + "/backups", TestContext.Current.CancellationToken)).Problem;
        var missing = (await unsigned.AskAsync(HttpMethod.Get, "", TestContext.Current.CancellationToken)).Problem;

        Assert.Null((await signed.AskAsync(HttpMethod.Get, "", TestContext.Current.CancellationToken)).Problem);
        Assert.Equal((404, "stream-unknown"), (unknown!.Status, unknown.Name));
        Assert.Equal("stream-unknown", (await signed.AskAsync(HttpMethod.Post, path + "/replay", TestContext.Current.CancellationToken)).Problem!.Name);
        Assert.Equal((502, "firehose-refused"), (missing!.Status, missing.Name));
        Assert.Contains("AWS_ACCESS_KEY_ID", missing.Detail, StringComparison.Ordinal);
        Assert.Contains("InvalidSignatureException", (await wrong.AskAsync(HttpMethod.Get, "", TestContext.Current.CancellationToken)).Problem!.Detail, StringComparison.Ordinal);
        (await firehose.GetAsync("/cistern/streams")).Expect((int)HttpStatusCode.BadRequest);
    }

    private static async Task<JsonElement> ReplayAsync(RunningFirehose firehose)
    {
        (await firehose.PostAsync($"/cistern/streams/{Uri.EscapeDataString(RunningFirehose.Arn("shop"))}/replay")).Expect(202);
        return (await firehose.UntilAsync("shop", stream => Text(stream.GetProperty("replay"), "state") != "running")).GetProperty("replay");
    }

    private static string? Text(JsonElement said, string name) => said.GetProperty(name).GetString();

    private static long Number(JsonElement said, string name) => said.GetProperty(name).GetInt64();
}
