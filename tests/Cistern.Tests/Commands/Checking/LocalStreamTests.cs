using Cistern.Commands.Aws;
using Cistern.Commands.Checking;
using Cistern.Commands.Checking.Streams;
using Cistern.Tests.Commands.Aws;
using Cistern.Tests.Delivery.Watching;
using Cistern.Tests.EndToEnd;
using Cistern.Tests.Faults;

namespace Cistern.Tests.Commands.Checking;

/// <summary>A stream of the local Firehose, looked at through the real AWS CLI: what AWS has besides, it has not, which must be told and be no failure.</summary>
public sealed class LocalStreamTests
{
    private const string Cli = "/usr/bin/aws";

    [Fact]
    public async Task A_stream_that_delivers_and_one_that_cannot_are_told_apart()
    {
        Requirement.Need(File.Exists(Cli), $"needs {Cli}: install the Debian package awscli");
        using var cli = new ScriptedCli($"""exec env AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_MAX_ATTEMPTS=1 {Cli} "$@" """);
        await using var firehose = await RunningFirehose.StartAsync();
        await using var server = await RealServer.StartAsync();
        var endpoint = new Uri(server.Address, RealServer.Firehose);
        await firehose.CreateAsync("good", endpoint, server.Key);
        await firehose.CreateAsync("bad", endpoint, "aa_wrong");
        await firehose.PutAsync("good", [.. Enumerable.Repeat("""{"messageType":"CONTROL_MESSAGE","logEvents":[]}"""u8.ToArray(), 3)]);
        await firehose.PutAsync("bad", "x"u8.ToArray());
        await firehose.UntilAsync("good", stream => stream.GetProperty("deliveredRecords").GetInt64() == 3);
        await firehose.UntilAsync("bad", stream => stream.GetProperty("backedUpRecords").GetInt64() == 1);

        var place = new AwsCliPlace(cli.Command, RunningFirehose.Region, null, firehose.Address);
        var good = await CheckAsync(place, "good", endpoint, server.Key);
        var bad = await CheckAsync(place, "bad", endpoint, server.Key);
        var none = await CheckAsync(place, "none", endpoint, server.Key);
        var backup = await CommandRun.RunAsync(["check", "--backup", Path.Combine(firehose.Buckets, RunningFirehose.Bucket)]);

        Assert.Equal(["stream-no-log", "stream-no-retry"], good.Bad().Order());
        Assert.True(good.Has(FindingKinds.StreamActive) && good.Has(FindingKinds.TrafficGood) && good.Has(FindingKinds.StreamKeyHidden) && good.Has(FindingKinds.AwsNotSeen), good.Dump());
        Assert.StartsWith("3 records in, 3 delivered", good.Detail("traffic-good"), StringComparison.Ordinal);
        Assert.Contains("traffic-not-delivered", bad.Bad());
        none.AssertBad("stream-unknown");
        Assert.Contains("(failed-key)", backup.Out, StringComparison.Ordinal);
    }

    private static async Task<CheckReport> CheckAsync(AwsCliPlace place, string name, Uri endpoint, string key)
    {
        var report = new CheckReport(_ => { });
        var check = new StreamCheck(new AwsCli(place), report, TimeProvider.System);
        if (await check.DescribeAsync(name, TestContext.Current.CancellationToken) is { } stream)
        {
            await check.RunAsync(stream, endpoint.AbsoluteUri, key, TestContext.Current.CancellationToken);
        }

        return report;
    }
}
