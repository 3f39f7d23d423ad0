using System.Diagnostics;
using Cistern.Tests.Deploy;
using Cistern.Tests.Faults;
using static Cistern.Tests.Commands.Aws.Attaching.FakeCloudFront;

namespace Cistern.Tests.Commands.Aws.Attaching;

/// <summary>The real AWS CLI against moto, which keeps distributions as CloudFront does but knows no configurations of real-time logs.</summary>
public sealed class MotoTests : IAsyncLifetime
{
    private const string NewDistribution = """
        {"CallerReference":"x","Comment":"naïve","Enabled":true,"Origins":{"Quantity":1,"Items":[{"Id":"o1","DomainName":"own.s3.amazonaws.com","S3OriginConfig":{"OriginAccessIdentity":""}}]},
         "DefaultCacheBehavior":{"TargetOriginId":"o1","ViewerProtocolPolicy":"allow-all","MinTTL":10,"ForwardedValues":{"QueryString":false,"Cookies":{"Forward":"none"}}},
         "CacheBehaviors":{"Quantity":1,"Items":[{"PathPattern":"/blog/*","TargetOriginId":"o1","ViewerProtocolPolicy":"allow-all","MinTTL":20,"ForwardedValues":{"QueryString":false,"Cookies":{"Forward":"none"}}}]}}
        """;

    // The credentials are for this one process, not for the tests'.
    private readonly ScriptedCli _aws = new("""AWS_ACCESS_KEY_ID=own AWS_SECRET_ACCESS_KEY=own AWS_DEFAULT_REGION=us-east-1 exec aws "$@" """);
    private MotoServer _moto = null!;

    private string Url => _moto.Url.AbsoluteUri.TrimEnd('/');

    public async ValueTask InitializeAsync()
    {
        Requirement.Package("aws", "awscli");
        _moto = await MotoServer.StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        // Without moto the test was left out before there was one.
        _moto?.Dispose();
        _aws.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_configuration_is_attached_and_taken_back()
    {
        await File.WriteAllTextAsync(Path.Combine(_aws.Folder, "new.json"), NewDistribution, TestContext.Current.CancellationToken);
        var id = await AwsAsync("create-distribution", "--distribution-config", "file://new.json", "--query", "Distribution.Id");
        var before = await AwsAsync("get-distribution-config", "--id", id, "--query", "DistributionConfig");
        var undo = Path.Combine(_aws.Folder, "undo.json");

        var run = await AttachAsync("--distribution", id, "--config", Ours, "--all", "--undo-file", undo);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("warning: the configuration could not be looked up", run.Error, StringComparison.Ordinal);
        var attached = await AwsAsync("get-distribution-config", "--id", id, "--query", "DistributionConfig");
        Assert.Equal(before.Replace("\"RealtimeLogConfigArn\": \"\"", $"\"RealtimeLogConfigArn\": \"{Ours}\"", StringComparison.Ordinal), attached);
        Assert.Equal(2, attached.Split(Ours).Length - 1);

        var taken = await AttachAsync("--undo", undo, "--undo-file", Path.Combine(_aws.Folder, "undo2.json"));
        Assert.True(taken.ExitCode == 0, taken.Error);
        Assert.Equal(before, await AwsAsync("get-distribution-config", "--id", id, "--query", "DistributionConfig"));

        var unknown = await AttachAsync("--distribution", "ENOPE", "--config", Ours);
        Assert.Contains("there is no distribution 'ENOPE' in this account", unknown.Error, StringComparison.Ordinal);
    }

    private Task<CommandRun> AttachAsync(params string[] arguments) =>
        CommandRun.RunAsync(["aws", "attach", .. arguments, "--yes", "--aws-command", _aws.Command, "--aws-endpoint", Url]);

    private async Task<string> AwsAsync(params string[] arguments)
    {
        using var aws = Process.Start(new ProcessStartInfo(_aws.Command, ["cloudfront", .. arguments, "--endpoint-url", Url, "--output", "json"]) { RedirectStandardOutput = true })!;
        var output = await aws.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await aws.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, aws.ExitCode);
        return output.Trim().Trim('"');
    }
}
