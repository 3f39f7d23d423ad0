using System.IO.Compression;
using System.Text;
using Cistern.Tests.Journal;
using Cistern.Tests.Replay;

namespace Cistern.Tests.Commands;

public sealed class ReplayCommandTests : IDisposable
{
    private const string Key = "http-endpoint-failed/2026/07/13/14/shop-3-2026-07-13-14-05-06-c7cc019b-af51-412d-b641-b3b44ceb3d87";
    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "fixtures/s3-backup");

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("own_http-endpoint-failed.ndjson", 2, "arn:aws:firehose:local:000000000000:deliverystream/shop")]
    [InlineData("own_http-endpoint-failed.ndjson.gz", 2, "arn:aws:firehose:local:000000000000:deliverystream/shop")]
    [InlineData("own_processing-failed.ndjson", 1, "arn:aws:firehose:us-east-1:111122223333:deliverystream/shop")]
    [InlineData("ukhomeoffice_processing-failed.ndjson", 1, "arn:aws:firehose:eu-west-2:000000000000:deliverystream/shop")]
    [InlineData("ukhomeoffice_splunk-failed.ndjson", 1, "arn:aws:firehose:local:000000000000:deliverystream/shop")]
    public async Task Each_fixture_is_sent_as_its_records_under_the_name_of_its_stream(string fixture, int records, string arn)
    {
        await using var server = new StandInServer();
        Write(Key, File.ReadAllBytes(Path.Combine(Fixtures, fixture)));

        var run = await ReplayAsync(server, _folder);

        Assert.True(run.ExitCode == 0, run.Error);
        var delivery = Assert.Single(server.Stored);
        Assert.Equal(("POST /firehose HTTP/1.1", arn, "import"), (delivery.RequestLine, delivery["X-Amz-Firehose-Source-Arn"], delivery["X-Cistern-Repeat-Scope"]));
        Assert.Equal(records, delivery.Records().Count);
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-8", delivery.RequestId);
        Assert.Equal(fixture.Contains("processing", StringComparison.Ordinal), run.Out.Contains("source records from before a transform", StringComparison.Ordinal));
        Assert.Contains($"records      {records} (", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_about_an_object_is_no_object_of_errors()
    {
        await using var server = new StandInServer();
        var run = await ReplayAsync(server, Path.Combine(Fixtures, "ukhomeoffice_s3-object-created-event.json"), $"--state {_folder.Path}/state");
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(server.Stored);
        Assert.Contains("line 1: it is neither JSON nor does it have a rawData", run.Error, StringComparison.Ordinal);
        Assert.Contains("cannot read more lines of", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_object_gives_the_same_ids_wherever_it_lies_and_others_when_it_is_to_be_read_otherwise()
    {
        await using var server = new StandInServer();
        var lines = Lines(25_000);
        Write("a/" + Key, lines);
        Write("b/copy", lines);
        Write("c/" + Key, [.. lines, .. Lines(1)]);
        var ids = new List<List<string>>();
        foreach (var options in new[] { "a", "b --source-arn arn:other", "a --state STATE --attribute cloudfront-fields=1-46", "c" })
        {
            var before = server.Stored.Count;
            var run = await ReplayAsync(server, Path.Combine(_folder, options.Split(' ')[0]), options[1..].Replace("STATE", _folder.Path + "/other-state", StringComparison.Ordinal));
            Assert.True(run.ExitCode == 0, run.Error);
            ids.Add([.. server.Stored.Skip(before).Select(delivery => delivery.RequestId)]);
        }

        Assert.Equal([3, 3, 3, 3], ids.Select(each => each.Count)); // 10,000 records each.
        Assert.Equal(ids[0].Order(), ids[1].Order());
        Assert.Empty(ids[0].Intersect(ids[2]));
        Assert.Empty(ids[0].Intersect(ids[3]));
        Assert.Equal(25_000, server.Stored.Take(3).Sum(delivery => delivery.Records().Count));
    }

    // If this fails, objects that were replayed by an earlier version would be replayed again.
    [Fact]
    public async Task Ids_stay_as_they_were_from_version_to_version()
    {
        await using var server = new StandInServer();
        Write(Key, File.ReadAllBytes(Path.Combine(Fixtures, "own_processing-failed.ndjson")));
        await ReplayAsync(server, _folder);
        Assert.Equal("bf8ae1a4-45cb-896f-a710-1b7ba2665883", Assert.Single(server.Stored).RequestId);
    }

    [Fact]
    public async Task A_replay_that_was_stopped_goes_on_where_it_was()
    {
        await using var server = new StandInServer();
        Write("1-" + Key[^70..], Lines(25_000));
        Write("2-" + Key[^70..], Lines(10));
        server.StatusAfter = (2, 403);
        var first = await ReplayAsync(server, _folder, "--parallel 1");
        Assert.Equal(1, first.ExitCode);
        Assert.Contains("the same command goes on where this one stopped", first.Error, StringComparison.Ordinal);
        var sent = server.Requests.Count;

        server.StatusAfter = null;
        var second = await ReplayAsync(server, _folder, "--parallel 1");
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.Equal(25_010, server.Stored.Sum(delivery => delivery.Records().Count));
        Assert.Equal(2, server.Requests.Skip(sent).Count(request => request.RequestLine.StartsWith("POST /firehose", StringComparison.Ordinal)));
        Assert.Contains("(2 more were sent before)", second.Out, StringComparison.Ordinal);

        var third = await ReplayAsync(server, _folder);
        Assert.Contains("objects      0 (2 more were done before)", third.Out, StringComparison.Ordinal);
        var again = await ReplayAsync(server, _folder, "--again");
        Assert.Contains("deliveries   4\n", again.Out, StringComparison.Ordinal);
        Assert.Equal(4, server.Stored.Count); // Under the same ids.
    }

    [Fact]
    public async Task A_state_of_another_destination_does_not_count_and_a_damaged_one_is_read_as_far_as_it_goes()
    {
        await using var one = new StandInServer();
        await using var other = new StandInServer();
        Write(Key, Lines(3));
        await ReplayAsync(one, _folder);
        await File.AppendAllTextAsync(Path.Combine(_folder, ".cistern-replay"), "{\"to\":\"00\",\"obj");
        await ReplayAsync(other, _folder);
        var again = await ReplayAsync(one, _folder);
        Assert.Single(other.Stored);
        Assert.Contains("objects      0 (1 more were done before)", again.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_of_another_kind_gets_nothing_of_ours_and_is_asked_nothing()
    {
        await using var server = new StandInServer();
        Write(Key, Lines(3));
        var run = await CommandRun.RunAsync($"replay {_folder.Path} --url {server.Url}v1/input --plain");
        Assert.True(run.ExitCode == 0, run.Error);
        var request = Assert.Single(server.Requests);
        Assert.Equal("POST /v1/input HTTP/1.1", request.RequestLine);
        Assert.Null(request["X-Cistern-Repeat-Scope"]);
        Assert.Null(request["X-Amz-Firehose-Access-Key"]);
        Assert.DoesNotContain("rows stored", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_sends_nothing_and_says_what_there_is()
    {
        await using var server = new StandInServer();
        Write(Key, File.ReadAllBytes(Path.Combine(Fixtures, "own_http-endpoint-failed.ndjson.gz")));
        Write("processing-failed/" + Key[^70..], File.ReadAllBytes(Path.Combine(Fixtures, "ukhomeoffice_processing-failed.ndjson")));
        var run = await CommandRun.RunAsync($"replay {_folder.Path} --dry-run");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Empty(server.Requests);
        Assert.False(File.Exists(Path.Combine(_folder, ".cistern-replay")));
        foreach (var said in new[]
        {
            "objects      2\n", "records      3 (", "1 records are source records",
            "deliverystream/shop  HttpEndpoint.DestinationException\n  1 records, 15 B, arrived 2025-10-09 08:53:20 to 2025-10-09 08:53:20 UTC\n  e.g. Delivery to the endpoint",
            "HttpEndpoint.RequestTimeout\n", "Lambda.FunctionError\n",
        })
        {
            Assert.Contains(said, run.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_cannot_be_read_is_named_with_its_place_and_the_rest_is_sent()
    {
        await using var server = new StandInServer();
        Write("a", [.. Lines(2), .. "{\"rawData\":\"?\"}\nno JSON\n"u8, .. Lines(1)]);
        Write("b.gz", ObjectTextTests.Compress(1, Lines(5_000))[..^20]);
        Write("c.zip", "PK\u0003\u0004rubbish"u8.ToArray());
        Write("d", Lines(1));
        var run = await ReplayAsync(server, _folder);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"cannot read {Path.Combine(_folder, "a")} line 3: its rawData is not base64", run.Error, StringComparison.Ordinal);
        Assert.Contains($"cannot read {Path.Combine(_folder, "a")} line 4: it is neither JSON", run.Error, StringComparison.Ordinal);
        Assert.Contains($"cannot read {Path.Combine(_folder, "b.gz")} to its end: the compressed data is cut off or damaged", run.Error, StringComparison.Ordinal);
        Assert.Contains($"cannot read {Path.Combine(_folder, "c.zip")} to its end", run.Error, StringComparison.Ordinal);
        Assert.Contains("unreadable   2 objects, 2 lines", run.Out, StringComparison.Ordinal);
        Assert.True(server.Stored.Sum(delivery => delivery.Records().Count) > 4_000, "what was read before the cut is sent, too");
    }

    [Fact]
    public async Task A_line_of_hundreds_of_megabytes_costs_time_and_no_memory()
    {
        await using var server = new StandInServer();
        using (var gzip = new GZipStream(File.Create(Path.Combine(_folder, "bomb.gz")), CompressionLevel.Fastest))
        {
            gzip.Write(Lines(1));
            gzip.Write("{\"rawData\":\""u8);
            var block = Encoding.ASCII.GetBytes(new string('A', 1 << 20));
            for (var block64 = 0; block64 < 300; block64++)
            {
                gzip.Write(block);
            }

            gzip.Write("\"}\n"u8);
            gzip.Write(Lines(1));
        }

        var run = await ReplayAsync(server, _folder);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("line 2: it has over 16777216 bytes", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(server.Stored).Records().Count);
    }

    [Fact]
    public async Task Source_records_are_cut_at_lines_and_between_documents()
    {
        await using var server = new StandInServer();
        Write(Key, "{\"a\":1}{\"b\":{\"c\":\"}{\"}}\na line\r\n\n{broken{\nthe last"u8.ToArray());
        var run = await ReplayAsync(server, _folder, "--raw");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(["{\"a\":1}", "{\"b\":{\"c\":\"}{\"}}\n", "a line\r\n", "{broken{\n", "the last"], Assert.Single(server.Stored).Records());
    }

    [Theory]
    [InlineData("replay", "name what shall be replayed")]
    [InlineData("replay /no/such/folder --dry-run", "no such file or folder")]
    [InlineData("replay FOLDER", "name a server with --url")]
    [InlineData("replay FOLDER --plain", "name the destination with --url")]
    [InlineData("replay FOLDER --url http://127.0.0.1:1 --key k --bytes 1GiB", "Firehose sends 1 byte to 64 MiB")]
    [InlineData("replay FOLDER --url http://127.0.0.1:1 --key k --source-arn ü", "only printable ASCII")]
    [InlineData("replay s3://bucket --dry-run --s3-endpoint ftp://x", "cannot use 'ftp://x' as an address")]
    public async Task A_wrong_use_is_explained(string commandLine, string reason)
    {
        var run = await CommandRun.RunAsync(commandLine.Replace("FOLDER", _folder.Path, StringComparison.Ordinal));
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    internal static byte[] Lines(int count)
    {
        var text = new StringBuilder();
        for (var line = 0; line < count; line++)
        {
            var data = Convert.ToBase64String(Encoding.ASCII.GetBytes($"record {line}\n"));
            text.Append($$"""{"attemptsMade":1,"arrivalTimestamp":1760000000456,"errorCode":"HttpEndpoint.RequestTimeout","errorMessage":"m","attemptEndingTimestamp":1760000180500,"rawData":"{{data}}"}""").Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private void Write(string key, byte[] bytes)
    {
        var path = Path.Combine(_folder, key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    private static Task<CommandRun> ReplayAsync(StandInServer server, string source, string options = "") =>
        CommandRun.RunAsync([.. $"replay {source} --url {server.Url} --key k {options}".Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
}
