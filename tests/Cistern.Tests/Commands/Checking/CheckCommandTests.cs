using System.Globalization;
using System.Text.Json;
using Cistern.Commands.Checking;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;
using Cistern.Tests.EndToEnd;

namespace Cistern.Tests.Commands.Checking;

/// <summary>The command against the real server: what is right, each way in which a key is wrong, and what it leaves behind.</summary>
public sealed class CheckCommandTests
{
    [Theory]
    [InlineData("/firehose", "logs")]
    [InlineData("/v1/logs/aws_data_firehose_cloudfront", "requests")]
    [InlineData("/ingester/kinesis/logs", "logs")]
    [InlineData("/ingester/kinesis/metrics", "metrics")]
    public async Task A_healthy_server_is_well_and_its_record_arrives_once(string path, string table)
    {
        await using var server = await RealServer.StartAsync();

        var run = await CommandRun.RunAsync(["check", new Uri(server.Address, path).AbsoluteUri, "--key", server.Key, "--quick"]);

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Contains("✓ ok    record       a record that was sent can be read", run.Out, StringComparison.Ordinal);
        Assert.Contains("the same delivery again is answered 200, and not stored twice", run.Out, StringComparison.Ordinal);
        Assert.Contains("no failure, ", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Key, run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Out);
        Assert.Equal(1, await server.CountAsync($"SELECT count(*) FROM {table}"));
        Assert.Equal(0, await server.CountAsync("SELECT count(*) FROM rejects"));
    }

    [Fact]
    public async Task Large_bodies_leave_no_row_and_all_that_is_empty_counts_as_one_delivery()
    {
        await using var server = await RealServer.StartAsync();

        var run = await CommandRun.RunAsync(["check", new Uri(server.Address, "/firehose").AbsoluteUri, "--key", server.Key, "--no-record", "--json", "--timeout", "60s"]);

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        using var json = JsonDocument.Parse(run.Out);
        var body = json.RootElement.GetProperty("findings").EnumerateArray().Single(finding => finding.GetProperty("code").GetString() == "body-good");
        Assert.StartsWith("64.0 MiB plain in ", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        foreach (var table in new[] { "requests", "logs", "metrics", "rejects" })
        {
            Assert.Equal(0, await server.CountAsync($"SELECT count(*) FROM {table}"));
        }

        Assert.Equal(["[1,0,0]"], await server.RowsAsync("SELECT count(*), sum(rows), sum(rejected) FROM deliveries"));
    }

    [Fact]
    public async Task Each_way_in_which_a_key_is_wrong_is_told_as_the_server_tells_it()
    {
        await using var server = await RealServer.StartAsync();
        var keys = new KeyStore(new LocalFolder(server.Folder), TimeProvider.System);
        string Make(NewKey key) => keys.Create(key).Secret!.Reveal();
        var all = (NewKey key) => key with { Scopes = KeyScopes.Ingest };
        var expired = Make(all(new NewKey { Name = "expired", Expires = DateTimeOffset.UtcNow.AddSeconds(1) }));
        var revoked = Make(all(new NewKey { Name = "revoked" }));
        keys.Revoke("revoked");
        var reader = Make(new NewKey { Name = "reader", Scopes = KeyScopes.Read });
        var stream = Make(all(new NewKey { Name = "stream", Streams = ["arn:aws:firehose:*:deliverystream/shop"] }));
        var signal = Make(all(new NewKey { Name = "signal", Signals = ["requests"] }));
        var gone = Make(all(new NewKey { Name = "gone" }));
        await using var other = await RealServer.StartAsync();
        await Task.Delay(1100, TestContext.Current.CancellationToken);

        await AssertAsync(server, "", "key-not-given");
        await AssertAsync(server, "my-password", "key-malformed");
        await AssertAsync(other, gone, "key-unknown");
        await AssertAsync(server, expired, "key-expired");
        await AssertAsync(server, revoked, "key-revoked");
        await AssertAsync(server, reader, "key-scope");
        await AssertAsync(server, stream, "key-stream");
        await AssertAsync(server, signal, "key-signal", "/ingester/kinesis/logs");

        // Where any signal is taken it shows with the record.
        await AssertAsync(server, signal, "key-signal", "/firehose");
    }

    [Fact]
    public async Task A_key_that_may_not_read_sends_and_says_what_to_look_for()
    {
        await using var server = await RealServer.StartAsync();
        var key = server.NewKey("sender", KeyScopes.Ingest);

        var report = await CheckRig.RunAsync(CheckRig.Plan(new Uri(server.Address, "/firehose"), key) with { NoRecord = false });

        report.AssertBad();
        var mark = report.Detail("record-sent").Split("its mark is ")[1].Split(';')[0];
        Assert.Contains("the key has not the scope read", report.Detail("record-sent"), StringComparison.Ordinal);
        Assert.Equal(1, await server.CountAsync($"SELECT count(*) FROM logs WHERE log_stream = '{mark}'"));
    }

    [Fact]
    public async Task A_stream_that_the_key_is_for_can_be_named()
    {
        await using var server = await RealServer.StartAsync();
        var key = new KeyStore(new LocalFolder(server.Folder), TimeProvider.System)
            .Create(new NewKey { Name = "shop", Scopes = KeyScopes.Ingest, Streams = ["arn:aws:firehose:us-east-1:111122223333:deliverystream/shop-*"] }).Secret!.Reveal();

        var run = await CommandRun.RunAsync(["check", new Uri(server.Address, "/firehose").AbsoluteUri, "--key", key, "--quick", "--source-arn", "arn:aws:firehose:us-east-1:111122223333:deliverystream/shop-logs"]);

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
    }

    [Fact]
    public async Task A_record_that_cannot_be_decoded_is_told_with_its_reason()
    {
        await using var server = await RealServer.StartAsync();

        var report = await CheckRig.RunAsync(CheckRig.Plan(new Uri(server.Address, "/ingester/kinesis/metrics"), server.Key) with { NoRecord = false, Signal = "logs" });

        report.AssertBad("record-rejected");
    }

    [Fact]
    public async Task A_record_that_does_not_appear_and_one_that_is_stored_twice_are_told()
    {
        await using var lost = new CheckedPeer(CheckedPeer.Answering(CheckedPeer.Good));
        var rows = 0;
        await using var asked = new AskedPeer(lost.Url, () => 0);
        await using var twice = new AskedPeer(lost.Url, () => ++rows);

        var missing = await CheckRig.RunAsync(CheckRig.Plan(asked.Url) with { NoRecord = false, Limits = CheckRig.Short with { Arrival = TimeSpan.FromSeconds(1) } });
        var stored = await CheckRig.RunAsync(CheckRig.Plan(twice.Url) with { NoRecord = false });

        await using var mute = new AskedPeer(lost.Url, () => throw new InvalidOperationException("no answer"));
        var unasked = await CheckRig.RunAsync(CheckRig.Plan(mute.Url) with { NoRecord = false });

        missing.AssertBad("record-not-visible");
        unasked.AssertBad("record-question-failed");
        stored.AssertBad("repeat-stored");
    }

    [Fact]
    public async Task An_endpoint_that_is_no_Cistern_is_checked_as_far_as_can_be_seen()
    {
        var taken = new List<string>();
        await using var peer = new CheckedPeer(CheckedPeer.Answering(request =>
        {
            taken.Add(request.Id);
            return CheckedPeer.Good(request);
        }));

        var report = await CheckRig.RunAsync(CheckRig.Plan(peer.Url) with { NoRecord = false });

        report.AssertBad();
        Assert.True(report.Has(FindingKinds.RecordSent) && report.Has(FindingKinds.RepeatTaken), report.Dump());
        Assert.Equal(2, taken.Distinct().Count());
    }

    [Fact]
    public async Task A_repeat_that_is_refused_is_told()
    {
        var seen = new HashSet<string>();
        await using var peer = new CheckedPeer(CheckedPeer.Answering(request =>
            !seen.Add(request.Id) && request.IsGzip && request.Body.Length > 150 ? CheckedPeer.Ok("again?", "", "409 Conflict") : CheckedPeer.Good(request)));

        (await CheckRig.RunAsync(CheckRig.Plan(peer.Url) with { NoRecord = false })).AssertBad("repeat-refused");
    }

    [Theory]
    [InlineData("check", "name what shall be checked")]
    [InlineData("check logs.example.com", "write it whole")]
    [InlineData("check ftp://logs.example.com/", "write it whole")]
    [InlineData("check https://logs.example.com/ --signal traces", "there is no signal 'traces'")]
    [InlineData("check https://logs.example.com/ --source-arn ü", "only printable ASCII")]
    [InlineData("check https://logs.example.com/ --ca /nowhere.pem", "/nowhere.pem")]
    [InlineData("check --backup /no/such/folder", "no such file or folder")]
    public async Task A_wrong_use_is_explained(string commandLine, string reason)
    {
        var run = await CommandRun.RunAsync(commandLine);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_make_the_exit_code_and_have_their_remedy_below()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(request => CheckedPeer.Ok(CheckedPeer.Body(request.Id), status: "202 Accepted")));

        var run = await CommandRun.RunAsync(["check", peer.Url.AbsoluteUri, "--key", CheckedPeer.Key]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"(answer-not-200)\n{new string(' ', 21)}→ {FindingKinds.AnswerNot200.Remedy}\n"), run.Out, StringComparison.Ordinal);
        Assert.Contains("1 failure, 1 warning", run.Out, StringComparison.Ordinal);
    }

    private static async Task AssertAsync(RealServer server, string key, string code, string path = "/firehose") =>
        (await CheckRig.RunAsync(CheckRig.Plan(new Uri(server.Address, path), key) with { NoRecord = false })).AssertBad(code);
}
