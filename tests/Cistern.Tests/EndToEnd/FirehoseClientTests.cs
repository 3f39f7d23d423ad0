using System.Diagnostics;
using System.Text.Json;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.Signing;
using Cistern.Delivery.Metrics;
using Cistern.Tests.Delivery.Api;
using Cistern.Tests.Faults;

namespace Cistern.Tests.EndToEnd;

/// <summary>The Firehose API as its real clients speak it: the AWS CLI of Debian, and AWS's SDK for JavaScript. Their requests are signed and verified.</summary>
public sealed class FirehoseClientTests
{
    private const string Id = "AKIDEXAMPLE";
    private const string Secret = "own-made-secret";
    private const string Cli = "/usr/bin/aws";

    private const string Endpoint = """
        {"EndpointConfiguration":{"Url":"https://logs.example.com/firehose","Name":"cistern","AccessKey":"own-made-access-key"},"BufferingHints":{"SizeInMBs":4,"IntervalInSeconds":60},
         "RequestConfiguration":{"ContentEncoding":"GZIP"},"S3BackupMode":"FailedDataOnly","RoleARN":"arn:aws:iam::111122223333:role/own",
         "S3Configuration":{"RoleARN":"arn:aws:iam::111122223333:role/own","BucketARN":"arn:aws:s3:::own-bucket","Prefix":"cistern-logs-failures/"}}
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_aws_cli_creates_describes_puts_updates_measures_and_deletes()
    {
        NeedCli();
        await using var rig = await StartAsync();

        var created = await AwsAsync(rig, "firehose", "create-delivery-stream", "--delivery-stream-name", "logs", "--delivery-stream-type", "DirectPut", "--http-endpoint-destination-configuration", Endpoint);
        Assert.Equal("arn:aws:firehose:us-east-1:000000000000:deliverystream/logs", created.Json.GetProperty("DeliveryStreamARN").GetString());
        Assert.Equal("\"ACTIVE\"", (await AwsAsync(rig, "firehose", "describe-delivery-stream", "--delivery-stream-name", "logs", "--query", "DeliveryStreamDescription.DeliveryStreamStatus")).Out.Trim());

        var put = await AwsAsync(rig, "firehose", "put-record-batch", "--delivery-stream-name", "logs", "--records", """[{"Data":"b25l"},{"Data":"dHdv"}]""");
        Assert.Equal(0, put.Json.GetProperty("FailedPutCount").GetInt32());
        Assert.Equal(["one", "two"], Assert.Single(rig.Delivery.Puts));

        string[] update = ["firehose", "update-destination", "--delivery-stream-name", "logs", "--destination-id", FirehoseRig.Destination, "--http-endpoint-destination-update", """{"BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":60}}"""];
        await AwsAsync(rig, [.. update, "--current-delivery-stream-version-id", "1"]);
        Assert.Equal((2, 1L << 20, true), (rig.Plan("logs").Version, rig.Plan("logs").Http!.Buffering.Bytes, rig.Plan("logs").Http!.Gzip));
        Assert.Contains("(ConcurrentModificationException)", (await RunAsync(rig, Cli, [.. update, "--current-delivery-stream-version-id", "1"])).Error, StringComparison.Ordinal);

        await AwsAsync(rig, "firehose", "delete-delivery-stream", "--delivery-stream-name", "logs");
        await ControlOperationTests.Eventually(async () => (await RunAsync(rig, Cli, "firehose", "describe-delivery-stream", "--delivery-stream-name", "logs")).Error.Contains("(ResourceNotFoundException)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_aws_cli_reads_metrics()
    {
        NeedCli();
        await using var rig = await StartAsync();
        var now = DateTimeOffset.UtcNow;
        rig.Server.Metrics.Add("arn:aws:firehose:us-east-1:000000000000:deliverystream/logs", StreamMetric.HttpSuccess, 3, samples: 4);
        string[] range = ["--start-time", now.AddMinutes(-10).ToString("O"), "--end-time", now.AddMinutes(10).ToString("O")];

        var statistics = await AwsAsync(rig, ["cloudwatch", "get-metric-statistics", "--namespace", "AWS/Firehose", "--metric-name", "DeliveryToHttpEndpoint.Success", "--dimensions", "Name=DeliveryStreamName,Value=logs",
            "--period", "60", "--statistics", "Average", "SampleCount", .. range]);
        var listed = await AwsAsync(rig, "cloudwatch", "list-metrics", "--namespace", "AWS/Firehose");
        var data = await AwsAsync(rig, ["cloudwatch", "get-metric-data", "--metric-data-queries",
            """[{"Id":"m","MetricStat":{"Metric":{"Namespace":"AWS/Firehose","MetricName":"DeliveryToHttpEndpoint.Success","Dimensions":[{"Name":"DeliveryStreamName","Value":"logs"}]},"Period":60,"Stat":"Sum"}},{"Id":"e","Expression":"m*2"}]""", .. range]);
        var refused = await RunAsync(rig, Cli, ["cloudwatch", "get-metric-statistics", "--namespace", "AWS/Firehose", "--metric-name", "x", "--period", "90", "--statistics", "Sum", .. range]);

        var point = statistics.Json.GetProperty("Datapoints")[0];
        Assert.Equal((0.75, 4.0), (point.GetProperty("Average").GetDouble(), point.GetProperty("SampleCount").GetDouble()));
        Assert.Equal("DeliveryToHttpEndpoint.Success", listed.Json.GetProperty("Metrics")[0].GetProperty("MetricName").GetString());
        Assert.Equal("3 6", string.Join(' ', data.Json.GetProperty("MetricDataResults").EnumerateArray().Select(result => result.GetProperty("Values")[0].GetDouble())));
        Assert.Contains("(InvalidParameterValue)", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_aws_cli_with_a_wrong_secret_is_told_so()
    {
        NeedCli();
        await using var rig = await StartAsync();

        var firehose = await RunAsync(rig, Cli, ["firehose", "list-delivery-streams"], "wrong");
        var cloudWatch = await RunAsync(rig, Cli, ["cloudwatch", "list-metrics"], "wrong");

        Assert.Contains("(InvalidSignatureException)", firehose.Error, StringComparison.Ordinal);
        Assert.Contains("(SignatureDoesNotMatch)", cloudWatch.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_javascript_sdk_does_the_same_with_a_hint_of_15_seconds()
    {
        Requirement.Package("node", "nodejs");
        await using var rig = await StartAsync();
        var folder = await InstalledSdkAsync(rig);

        var run = await RunAsync(rig, "node", [Path.Combine(folder, "operations.mjs"), Endpoint]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(
            """{"arn":"arn:aws:firehose:us-east-1:000000000000:deliverystream/sdk","status":"ACTIVE","failed":0,"encrypted":false,"interval":15,"version":"2","stale":"ConcurrentModificationException","invalid":"ValidationException","names":["sdk"],"tags":[{"Key":"env","Value":"dev"}],"gone":"ResourceNotFoundException"}""",
            run.Out.Trim());
        Assert.Equal(["one", "two"], Assert.Single(rig.Delivery.Puts));
    }

    private static void NeedCli() => Requirement.Need(File.Exists(Cli), $"needs {Cli}: install the Debian package awscli");

    // With the time that the program itself has, so that a script which polls is tested as well.
    private static Task<FirehoseRig> StartAsync() =>
        FirehoseRig.StartAsync(options => options with { Credentials = [new FirehoseCredential(Id, Secret)], Catalogue = new CatalogueOptions() });

    // npm waits for another process that installs in the same checkout, through the lock that the build takes, too.
    private static async Task<string> InstalledSdkAsync(FirehoseRig rig)
    {
        var folder = Path.Combine(Repository.Root, "tests", "services", "firehose");
        var build = Path.Combine(Repository.Root, "build");
        var install = $"cd '{folder}' && flock '{build}/.npm.lock' node '{build}/npm-ci.mjs' node_modules/@aws-sdk/client-firehose/package.json";
        var run = await RunAsync(rig, "sh", "-c", install);
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        return folder;
    }

    private static async Task<ClientRun> AwsAsync(FirehoseRig rig, params string[] arguments)
    {
        var run = await RunAsync(rig, Cli, arguments);
        return run.ExitCode == 0 ? run : throw new InvalidOperationException($"aws {string.Join(' ', arguments)}: {run.Error}");
    }

    private static Task<ClientRun> RunAsync(FirehoseRig rig, string program, params string[] arguments) => RunAsync(rig, program, arguments, Secret);

    private static async Task<ClientRun> RunAsync(FirehoseRig rig, string program, string[] arguments, string secret)
    {
        var url = rig.Server.Urls[0];
        var start = new ProcessStartInfo(program, program == Cli ? [.. arguments, "--endpoint-url", url] : arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[]
        {
            ("AWS_ACCESS_KEY_ID", Id), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_REGION", "us-east-1"), ("AWS_PAGER", ""), ("AWS_MAX_ATTEMPTS", "1"),
            ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_CONFIG_FILE", "/nonexistent"), ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"), ("FIREHOSE_URL", url), ("NO_PROXY", "127.0.0.1"),
        })
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ClientRun(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Limit}");
        }
    }

    private sealed record ClientRun(int ExitCode, string Out, string Error)
    {
        public JsonElement Json => JsonDocument.Parse(Out).RootElement;
    }
}
