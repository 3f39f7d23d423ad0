using static Cistern.Tests.Commands.Aws.Attaching.FakeCloudFront;

namespace Cistern.Tests.Commands.Aws.Attaching;

/// <summary>What AWS may answer besides what was hoped for.</summary>
public sealed class AttachErrorTests : IDisposable
{
    private readonly FakeCloudFront _cloudFront = new();

    public void Dispose() => _cloudFront.Dispose();

    [Theory]
    [InlineData("get-distribution-config", "AccessDenied", "User: arn:x is not authorized", "AWS does not allow cloudfront:GetDistributionConfig on 'E2OWNEXAMPLE': User: arn:x is not authorized; docs/attach.md has the policy")]
    [InlineData("get-distribution-config", "NoSuchDistribution", "The specified distribution does not exist.", "there is no distribution 'E2OWNEXAMPLE' in this account")]
    [InlineData("get-distribution-config", "Throttling", "Rate exceeded", "AWS takes no more calls at the moment (Rate exceeded); try again in a minute")]
    [InlineData("update-distribution", "AccessDenied", "User: arn:x is not authorized", "AWS does not allow cloudfront:UpdateDistribution on 'E2OWNEXAMPLE'")]
    [InlineData("update-distribution", "IllegalUpdate", "no", "AWS refused cloudfront:UpdateDistribution on 'E2OWNEXAMPLE': IllegalUpdate: no")]
    [InlineData("get-realtime-log-config", "NoSuchRealtimeLogConfig", "x", "there is no real-time log configuration 'cistern'")]
    [InlineData("get-realtime-log-config", "AccessDenied", "x", "AWS does not allow cloudfront:GetRealtimeLogConfig on 'cistern'")]
    public async Task A_refusal_is_a_sentence_with_what_to_do_and_nothing_was_changed(string operation, string code, string text, string sentence)
    {
        _cloudFront.Refuse(operation, code, text);
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.Null(_cloudFront.Now.LogConfigOf("*"));
        Assert.False(File.Exists(_cloudFront.UndoPath));
    }

    [Fact]
    public async Task An_update_without_an_answer_keeps_the_undo_file()
    {
        _cloudFront.Break("update-distribution", "Connection was closed before we received a valid response");
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"whether the distribution was updated is not known: Connection was closed before we received a valid response; if it was, 'cistern aws attach --undo {_cloudFront.UndoPath}' takes it back", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(_cloudFront.UndoPath));
    }

    [Theory]
    [InlineData("AccessDenied")]
    [InlineData("404")]
    public async Task An_ARN_that_cannot_be_looked_up_is_attached_with_a_warning(string code)
    {
        _cloudFront.Refuse("get-realtime-log-config", code, "Not Found");
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", Others);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"warning: the configuration could not be looked up, so whether it exists and what it logs is not known ({code}: Not Found)", run.Error, StringComparison.Ordinal);
        Assert.Equal(Others, _cloudFront.Now.LogConfigOf("*"));
    }

    [Fact]
    public async Task An_ARN_that_does_not_exist_is_refused()
    {
        _cloudFront.Refuse("get-realtime-log-config", "NoSuchRealtimeLogConfig", "x");
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", Others);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"there is no real-time log configuration '{Others}'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_that_Cistern_cannot_use_are_warned_of()
    {
        _cloudFront.SetLogConfig("c-ip", "x-brand-new", "sc-status");
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("warning: it logs fields that this Cistern does not know: x-brand-new;", run.Error, StringComparison.Ordinal);
        Assert.Contains("warning: it does not log the field timestamp", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get-distribution-config", "config", "[]", "cannot read the configuration of distribution")]
    [InlineData("get-distribution-config", "config", "{}", "cannot read the configuration of distribution")]
    [InlineData("get-realtime-log-config", "log-config", "{}", "cannot read the real-time log configuration 'cistern'")]
    [InlineData("get-realtime-log-config", "log-config", "{\"RealtimeLogConfig\":{\"ARN\":1}}", "cannot read the real-time log configuration 'cistern'")]
    [InlineData("get-realtime-log-config", "log-config", "usage: aws", "did not answer with JSON")]
    public async Task An_answer_of_another_shape_is_said(string operation, string file, string content, string sentence)
    {
        await File.WriteAllTextAsync(_cloudFront.In(file), content, TestContext.Current.CancellationToken);
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");

        Assert.Equal(1, run.ExitCode);
        Assert.True(run.Error.Contains(sentence, StringComparison.Ordinal), $"{operation}: {run.Error}");
        Assert.Empty(_cloudFront.Updates);
    }
}
