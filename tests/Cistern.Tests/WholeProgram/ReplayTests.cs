using System.Buffers;
using System.Collections;
using System.Text;
using Cistern.Commands;
using Cistern.Delivery;
using Cistern.Delivery.Backup;
using Cistern.Tests.Delivery.Backup;
using Cistern.Tests.Store;

namespace Cistern.Tests.WholeProgram;

/// <summary>What was kept in a bucket, or set aside, comes into the store by a replay, and once.</summary>
[Collection(ObjectServiceCollection.Name)]
public sealed class ReplayTests(ObjectService service)
{
    private static readonly DateTimeOffset Time = DateTimeOffset.UtcNow.AddMinutes(-30);
    private static readonly string Fields = TestDeliveries.Fields.Replace(' ', ',');

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Objects_of_a_bucket_that_are_replayed_twice_are_stored_once(int compression)
    {
        await using var server = await RunningServer.StartAsync();
        using var store = await service.OpenAsync();
        var bucket = await service.NewBucketAsync();
        for (var part = 0; part < 3; part++)
        {
            var key = $"http-endpoint-failed/2026/07/13/{part}/shop-1-2026-07-13-14-05-0{part}-{Guid.NewGuid()}";
            var body = ObjectCompression.Compress((S3Compression)compression, Errors(Enumerable.Range(part * 100, 100)), key, Time);
            Assert.Null(await store.PutAsync(new NewObject(bucket, key, body, ((S3Compression)compression).ContentEncoding()), default));
        }

        Assert.Null(await store.PutAsync(new NewObject(bucket, "raw/not-asked-for", new byte[] { 1, 2, 3 }, null), default));
        foreach (var state in new[] { "first", "second" })
        {
            var run = await ReplayAsync(server, $"s3://{bucket}/http-endpoint-failed/", "--state", Path.Combine(server.Folder, state));
            Assert.Contains("records      300 (", run, StringComparison.Ordinal);
            Assert.Contains($"rows stored  {(state == "first" ? 300 : 0)}\n", run, StringComparison.Ordinal);
            Assert.Contains($"repeats      {(state == "first" ? 0 : 300)}\n", run, StringComparison.Ordinal);
        }

        Assert.Equal(300, await server.NumberAsync("SELECT count(*) FROM requests"));
        Assert.Equal(300, await server.NumberAsync("SELECT count(*) FROM requests WHERE stream = 'arn:aws:firehose:local:000000000000:deliverystream/shop'"));
        Assert.Equal(0, await server.NumberAsync("SELECT count(*) FROM rejects"));
    }

    [Fact]
    public async Task Rows_that_came_before_in_another_delivery_are_not_stored_again_although_the_window_of_identity_is_over()
    {
        await using var server = await RunningServer.StartAsync(settings => settings with { Store = settings.Store with { IdentityWindow = TimeSpan.FromSeconds(1) } });
        var attributes = ("X-Amz-Firehose-Common-Attributes", $$$"""{"commonAttributes":{"cloudfront-fields":"{{{Fields}}}"}}""");
        Assert.Equal(200, await server.DeliverAsync("before", TestDeliveries.Envelope("before", Enumerable.Range(0, 60).Select(Line)), attributes));
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        Assert.Equal(200, await server.DeliverAsync("control", TestDeliveries.Envelope("control", Line(0)), attributes));
        Assert.Equal(61, await server.NumberAsync("SELECT count(*) FROM requests")); // The window is over indeed.

        var folder = Path.Combine(server.Folder, "failed");
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "errors"), Errors(Enumerable.Range(30, 60)));
        var run = await ReplayAsync(server, folder);
        Assert.Contains("rows stored  30\nrepeats      30\n", run, StringComparison.Ordinal);
        await server.RestartAsync();
        Assert.Equal(91, await server.NumberAsync("SELECT count(*) FROM requests"));
    }

    [Fact]
    public async Task Rejects_become_rows_when_they_are_replayed_with_what_they_lacked()
    {
        await using var server = await RunningServer.StartAsync();
        string[] lines = [.. Enumerable.Range(0, 20).Select(Line), "neither a line nor anything else"];
        Assert.Equal(200, await server.DeliverAsync("wrong", TestDeliveries.Envelope("wrong", lines), ("X-Amz-Firehose-Source-Arn", TestDeliveries.Stream), ("X-Amz-Firehose-Common-Attributes", """{"commonAttributes":{"cloudfront-fields":"timestamp,c-ip","env":"test"}}""")));
        Assert.Equal(200, await server.DeliverAsync("no-base64", "{\"requestId\":\"no-base64\",\"records\":[{\"data\":\"?\"}]}"u8.ToArray()));
        Assert.Equal((0, 22), (await server.NumberAsync("SELECT count(*) FROM requests"), await server.NumberAsync("SELECT count(*) FROM rejects")));

        var survey = await server.RunAsync("replay", "rejects", "--dry-run");
        Assert.Contains("rejects      22\n1 were no base64", survey, StringComparison.Ordinal);
        Assert.Contains("  e.g. neither a line nor anything else\n", survey, StringComparison.Ordinal);

        var same = await server.RunAsync("replay", "rejects");
        Assert.Contains("rows stored  0\nrepeats      0\nrejected     21 again\n", same, StringComparison.Ordinal);
        var right = await server.RunAsync("replay", "rejects", "--where", "signal:requests OR signal:unknown", "--attribute", $"cloudfront-fields={Fields}");
        Assert.Contains("rejects      22\ndeliveries   1\nrows stored  20\nrepeats      0\nrejected     1 again\n", right, StringComparison.Ordinal);
        var twice = await server.RunAsync("replay", "rejects", "--attribute", $"cloudfront-fields={Fields}");
        Assert.Contains("rows stored  0\nrepeats      21\nrejected     0 again\n", twice, StringComparison.Ordinal);
        await server.RunAsync("replay", "rejects", "--attribute", $"cloudfront-fields={Fields}", "--again");

        Assert.Equal(20, await server.NumberAsync("SELECT count(*) FROM requests"));
        Assert.Equal(20, await server.NumberAsync($"SELECT count(*) FROM requests WHERE stream = '{TestDeliveries.Stream}'"));

        // The statement of docs/commands.md, which says what became of them.
        var became = Assert.Single(await server.RowsAsync(
            "SELECT attributes['cistern-replay-of'] AS delivery_id, sum(rows) AS stored, sum(rejected) AS rejected FROM deliveries WHERE attributes['cistern-replay-of'] <> '' GROUP BY 1"));
        Assert.Equal(("wrong", "20"), (became["delivery_id"].GetString(), became["stored"].ToString()));
        Assert.Equal(20, await server.NumberAsync("SELECT sum(rows)::BIGINT FROM deliveries WHERE attributes['env'] = 'test'")); // Its own attributes go along.
    }

    private static string Line(int number) => TestDeliveries.Line(Time.AddSeconds(number), $"r{number}");

    private static byte[] Errors(IEnumerable<int> numbers)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var number in numbers)
        {
            ErrorLine.Write(lines, new FailedRecord
            {
                Type = ErrorOutputType.HttpEndpointFailed,
                Attempts = 3,
                Arrived = Time,
                ErrorCode = "HttpEndpoint.DestinationException",
                ErrorMessage = "503: {\"requestId\":\"x\"}",
                AttemptEnded = Time,
                RawData = Encoding.UTF8.GetBytes(Line(number) + "\n"),
                DataId = $"{number}.0",
            });
        }

        return lines.WrittenSpan.ToArray();
    }

    private async Task<string> ReplayAsync(RunningServer server, string source, params string[] options)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new CommandContext
        {
            Terminal = new Terminal { Out = output, Error = error, OpenIn = () => Stream.Null },
            OpenStore = (_, _) => throw new InvalidOperationException("this test opens no store"),
            Environment = new Hashtable { ["AWS_ACCESS_KEY_ID"] = ObjectService.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = ObjectService.SecretKey },
        };
        string[] arguments = ["replay", source, "--url", server.Url, "--key", server.Key, "--attribute", $"cloudfront-fields={Fields}", .. options];
        var endpoint = ReplaysBucket(source) ? new[] { "--s3-endpoint", service.Endpoint.AbsoluteUri } : [];
        var exitCode = await CommandLine.RunAsync([.. arguments, .. endpoint], context);
        Assert.True(exitCode == 0, error.ToString());
        return output.ToString();
    }

    private static bool ReplaysBucket(string source) => source.StartsWith("s3://", StringComparison.Ordinal);
}
