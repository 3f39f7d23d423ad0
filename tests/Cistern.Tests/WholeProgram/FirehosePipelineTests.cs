using System.Diagnostics;
using System.Text;
using Cistern.Delivery.Pipeline;
using Cistern.Delivery.Transform.Local;
using Cistern.Tests.Delivery.Kinesis;
using Cistern.Tests.Faults;
using Cistern.Tests.Store;

namespace Cistern.Tests.WholeProgram;

/// <summary>A Firehose and a destination, both whole: what is put in the one is in the other, once.</summary>
public sealed class FirehosePipelineTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.UtcNow.AddMinutes(-30);
    private static readonly string Fields = TestDeliveries.Fields.Replace(' ', ',');
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Records_that_an_endpoint_stored_without_answering_are_stored_once_although_they_are_replayed_two_days_later()
    {
        var time = new MovedTime();
        await using var server = await RunningServer.StartAsync(time: time);
        await using var endpoint = await SilentEndpoint.StartAsync(new Uri($"{server.Url}/firehose"));
        await using var firehose = await RunningFirehose.StartAsync(options => options with { Delivery = new DeliverySettings { AnswerTimeout = TimeSpan.FromSeconds(3) } });
        await firehose.CreateAsync("silent", endpoint.Url, server.Key);
        await firehose.PutAsync("silent", Enumerable.Range(0, 40).Select(Line));

        var failures = await firehose.FailuresAsync("silent", 40);
        Assert.All(failures, failure => Assert.Equal("HttpEndpoint.RequestTimeout", failure.GetProperty("errorCode").GetString()));
        Assert.True(endpoint.Stored > 0);
        var before = await server.NumberAsync("SELECT count(*) FROM requests");
        Assert.Equal(40, before + await server.NumberAsync("SELECT count(*) FROM rejects"));

        time.Forward = TimeSpan.FromDays(2);
        await server.RestartAsync();
        var replayed = await server.RunAsync("replay", Path.Combine(firehose.Buckets, "backup"), "--state", Path.Combine(server.Folder, "state"), "--attribute", $"cloudfront-fields={Fields}");
        Assert.Contains($"rows stored  {40 - before}\nrepeats      {before}\n", replayed, StringComparison.Ordinal);
        Assert.Equal(40, await server.NumberAsync("SELECT count(*) FROM requests"));
    }

    [Theory]
    [InlineData("skip", "Lambda.MissingRecordId", 1)]
    [InlineData("throw", "Lambda.FunctionError", 2)]
    [InlineData("rubbish", "Lambda.MissingRecordId", 1)]
    [InlineData("hang", "Lambda.FunctionTimedOut", 2)]
    public async Task What_a_function_fails_on_is_kept_with_the_reason_and_the_source_record(string mode, string code, int attempts)
    {
        using var script = new FunctionScript();
        await using var server = await RunningServer.StartAsync();
        await using var firehose = await RunningFirehose.StartAsync(options => options with { Functions = [FunctionCommand.Parse($"f={script.Command(mode)}", out _)!], FunctionTimeout = TimeSpan.FromSeconds(5) });
        await firehose.CreateAsync("records", $"{server.Url}/firehose", server.Key, function: "f");
        await firehose.PutAsync("records", [.. Enumerable.Range(0, 3).Select(Line), "short"]);

        // The function that skips leaves out short lines alone.
        var failed = mode == "skip" ? 1 : 4;
        var failures = await firehose.FailuresAsync("records/processing-failed", failed);
        Assert.All(failures, failure => Assert.Equal((code, attempts), (failure.GetProperty("errorCode").GetString(), failure.GetProperty("attemptsMade").GetInt32())));
        Assert.Contains("short", failures.Select(failure => Encoding.UTF8.GetString(failure.GetProperty("rawData").GetBytesFromBase64())));
        Assert.EndsWith(":function:f:$LATEST", failures[0].GetProperty("lambdaARN").GetString(), StringComparison.Ordinal);
        await EventuallyAsync(async () => await server.NumberAsync("SELECT count(*) FROM deliveries") == (mode == "skip" ? 1 : 0));
    }

    [Theory]
    [InlineData("../out/")]
    [InlineData("a//b/")]
    [InlineData("/a/")]
    public async Task A_prefix_that_no_folder_can_have_is_refused_at_once(string prefix)
    {
        await using var firehose = await RunningFirehose.StartAsync(options => options);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => firehose.CreateAsync("s", "http://127.0.0.1:9/", "k", prefix: prefix));
        Assert.Contains("InvalidArgumentException", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_leaves_the_answer_of_the_destination_in_the_error_object()
    {
        await using var server = await RunningServer.StartAsync();
        await using var firehose = await RunningFirehose.StartAsync(options => options);
        await firehose.CreateAsync("wrong", $"{server.Url}/firehose", "aa_wrong", retryFor: 1);
        await firehose.PutAsync("wrong", ["a"]);
        var failure = Assert.Single(await firehose.FailuresAsync("wrong/http-endpoint-failed", 1));
        Assert.Equal("HttpEndpoint.DestinationException", failure.GetProperty("errorCode").GetString());
        Assert.Contains("401", failure.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        Assert.Contains("the access key is no key of Cistern", failure.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_that_the_aws_cli_puts_into_a_data_stream_arrive_once_also_across_a_restart()
    {
        const string cli = "/usr/bin/aws";
        Requirement.Need(File.Exists(cli), $"needs {cli}: install the Debian package awscli");
        await using var kinesis = await KinesisService.StartAsync();
        await kinesis.CreateAsync("realtime", shards: 2);
        await using var server = await RunningServer.StartAsync();
        await using var firehose = await RunningFirehose.StartAsync(options => options with { KinesisEndpoint = kinesis.Url, AwsCredentials = KinesisService.Credentials });
        await firehose.CreateAsync("from-kinesis", $"{server.Url}/ingester/kinesis/logs", server.Key, kinesis: KinesisService.Arn("realtime").Text);
        for (var number = 0; number < 4; number++)
        {
            await PutByCliAsync(cli, kinesis.Url, "realtime", $"line {number}");
            if (number == 1)
            {
                await EventuallyAsync(async () => await server.NumberAsync("SELECT count(*) FROM logs") == 2);
                await firehose.StartAgainAsync();
            }
        }

        await EventuallyAsync(async () => await server.NumberAsync("SELECT count(DISTINCT message) FROM logs") == 4);
        Assert.Equal(4, await server.NumberAsync("SELECT count(*) FROM logs"));
    }

    private static async Task PutByCliAsync(string cli, Uri service, string stream, string text)
    {
        var start = new ProcessStartInfo(cli,
        [
            "kinesis", "put-record", "--stream-name", stream, "--partition-key", text, "--data", Convert.ToBase64String(Encoding.UTF8.GetBytes(text + "\n")),
            "--endpoint-url", service.AbsoluteUri, "--region", "us-east-1", "--output", "json", "--no-cli-pager",
        ]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["AWS_ACCESS_KEY_ID"] = KinesisService.Credentials.AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = KinesisService.Credentials.SecretKey;
        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + error);
    }

    private static string Line(int number) => TestDeliveries.Line(Time.AddSeconds(number), $"r{number}");

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, "it did not come about");
            await Task.Delay(50);
        }
    }
}
