using System.Text;
using System.Text.Json;
using Cistern.Tests.Delivery.Http;

namespace Cistern.Tests.Commands;

public sealed class SendCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-send-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_line_becomes_a_record_and_standard_input_is_the_default()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Stored);

        var run = await CommandRun.RunAsync($"send --url {peer.Url} --key secret --gzip --stream arn:own --attribute cloudfront-fields=1-46", "one\ntwo\nthree");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var request = Assert.Single(peer.Requests);
        Assert.Equal(["one\n", "two\n", "three"], request.Records());
        Assert.Equal(("gzip", "secret", "arn:own"), (request["Content-Encoding"], request["X-Amz-Firehose-Access-Key"], request["X-Amz-Firehose-Source-Arn"]));
        Assert.Equal("""{"commonAttributes":{"cloudfront-fields":"1-46"}}""", request["X-Amz-Firehose-Common-Attributes"]);
        Assert.Contains("deliveries   1\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("records      3\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("given up     0\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_without_a_path_means_firehose()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Stored);

        await CommandRun.RunAsync($"send --url {peer.Url.GetLeftPart(UriPartial.Authority)}", "x\n");

        Assert.Equal("POST /firehose HTTP/1.1", peer.Requests[0].RequestLine);
    }

    [Fact]
    public async Task Deliveries_hold_as_many_records_and_bytes_as_allowed_and_have_ids_of_their_own()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Stored);
        var file = Write("lines.tsv", string.Concat(Enumerable.Range(0, 25).Select(line => $"line {line:00}\n")));

        var byCount = await CommandRun.RunAsync($"send {file} --url {peer.Url} --records 10 --parallel 1");
        var counts = peer.Requests.Select(request => request.Records().Count).ToList();
        var bySize = await CommandRun.RunAsync($"send {file} --url {peer.Url} --bytes 24 --parallel 1");
        var sizes = peer.Requests.Skip(counts.Count).Select(request => request.Records().Sum(record => record.Length)).ToList();

        Assert.Equal((0, 0), (byCount.ExitCode, bySize.ExitCode));
        Assert.Equal([10, 10, 5], counts);
        Assert.Equal(Enumerable.Repeat(24, 8).Append(8), sizes);
        Assert.Equal(peer.Requests.Count, peer.Requests.Select(request => request.RequestId).Distinct().Count());
    }

    [Fact]
    public async Task A_file_is_sent_again_as_often_as_wanted()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Stored);

        var run = await CommandRun.RunAsync($"send {Write("two.tsv", "a\nb\n")} --url {peer.Url} --repeat 3");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["a\n", "b\n", "a\n", "b\n", "a\n", "b\n"], peer.Requests.SelectMany(request => request.Records()));
    }

    [Fact]
    public async Task A_failing_destination_gets_the_same_delivery_again_until_it_takes_it()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Status(503), ScriptedPeer.Reset, ScriptedPeer.Stored);
        var time = new SteppedTime(DateTimeOffset.UnixEpoch.AddDays(20_000));

        var run = await time.RunAsync(CommandRun.RunAsync($"send --url {peer.Url}", "x\n", time: time));

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(3, peer.Requests.Count);
        Assert.Single(peer.Requests.Select(request => request.RequestId).Distinct());
        Assert.Contains("retries      2\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("HttpEndpoint.DestinationException, Response received with status code. 503", run.Error, StringComparison.Ordinal);
        Assert.Contains("HttpEndpoint.ConnectionReset", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_given_up_is_kept_as_firehose_keeps_it_and_the_exit_code_is_1()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Status(413));
        var kept = Path.Combine(_folder, "failed");

        var run = await CommandRun.RunAsync($"send --url {peer.Url} --gzip --failed {kept} --stream arn:aws:firehose:us-east-1:111122223333:deliverystream/shop", "one\ntwo\n");

        Assert.Equal(1, run.ExitCode);
        var file = Assert.Single(Directory.GetFiles(kept));
        Assert.Contains($"its records are in {file}", run.Error, StringComparison.Ordinal);
        Assert.Matches($@"/shop-1-\d{{4}}-\d\d-\d\d-\d\d-\d\d-\d\d-{peer.Requests[0].RequestId}$", file);
        var records = File.ReadAllLines(file).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["one\n", "two\n"], records.Select(record => Encoding.UTF8.GetString(record.GetProperty("rawData").GetBytesFromBase64())));
        Assert.All(records, record => Assert.Equal((1, "HttpEndpoint.DestinationException"), (record.GetProperty("attemptsMade").GetInt32(), record.GetProperty("errorCode").GetString())));
    }

    [Fact]
    public async Task A_line_that_no_record_can_hold_is_left_out_and_reported()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Stored);

        var run = await CommandRun.RunAsync($"send --url {peer.Url}", $"a\n{new string('x', 1_024_001)}\nb\n");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["a\n", "b\n"], peer.Requests.SelectMany(request => request.Records()));
        Assert.Contains("1 lines were left out", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_input_sends_nothing()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Stored);

        var run = await CommandRun.RunAsync($"send --url {peer.Url}");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(peer.Requests);
    }

    [Fact]
    public async Task A_rate_spreads_the_lines_over_time()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Stored);
        var time = new SteppedTime(DateTimeOffset.UnixEpoch.AddDays(20_000));
        var file = Write("forty.tsv", string.Concat(Enumerable.Repeat("line\n", 40)));

        await time.RunAsync(CommandRun.RunAsync($"send {file} --url {peer.Url} --rate 2 --interval 5s", time: time));

        Assert.InRange((time.GetUtcNow() - DateTimeOffset.UnixEpoch.AddDays(20_000)).TotalSeconds, 19, 30);
        Assert.InRange(peer.Requests.Count, 3, 6); // A delivery goes when it is five seconds old.
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
