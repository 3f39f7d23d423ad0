using System.Text.Json.Nodes;
using static Cistern.Tests.Commands.Aws.Attaching.FakeCloudFront;

namespace Cistern.Tests.Commands.Aws.Attaching;

public sealed class AttachUndoTests : IDisposable
{
    private readonly FakeCloudFront _cloudFront = new();

    public void Dispose() => _cloudFront.Dispose();

    [Fact]
    public async Task An_undo_restores_what_was_attached_before_and_leaves_what_others_changed_since()
    {
        _cloudFront.Attach("/blog/*", Others);
        await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern", "--all", "--replace");
        var since = _cloudFront.NowJson;
        since["DefaultCacheBehavior"]!["MinTTL"] = 77;
        await File.WriteAllTextAsync(_cloudFront.In("config"), since.ToJsonString(), TestContext.Current.CancellationToken);

        var run = await UndoAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Equal((null, Others, null), (_cloudFront.Now.LogConfigOf("*"), _cloudFront.Now.LogConfigOf("/blog/*"), _cloudFront.Now.LogConfigOf("/shop/*")));
        Assert.Equal(77, (int)_cloudFront.NowJson["DefaultCacheBehavior"]!["MinTTL"]!);
        Assert.Contains($"  /blog/*\n    - RealtimeLogConfigArn: {Ours}\n    + RealtimeLogConfigArn: {Others}\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_undo_has_nothing_to_do()
    {
        await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");
        await UndoAsync();
        var again = await UndoAsync("--undo-file", _cloudFront.In("third"));

        Assert.Equal((0, "nothing to change"), (again.ExitCode, again.Error.Trim()));
        Assert.Equal(2, _cloudFront.Updates.Count());
    }

    [Fact]
    public async Task What_was_replaced_since_is_said_and_left_and_the_rest_is_restored()
    {
        await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern", "--all");
        _cloudFront.Attach("/blog/*", Others);

        var run = await UndoAsync();
        Assert.Equal(1, run.ExitCode);
        Assert.Equal((null, Others), (_cloudFront.Now.LogConfigOf("*"), _cloudFront.Now.LogConfigOf("/blog/*")));
        Assert.Contains($"! RealtimeLogConfigArn: {Others}, and not what was to be replaced", run.Out, StringComparison.Ordinal);

        var replaced = await UndoAsync("--replace", "--undo-file", _cloudFront.In("third"));
        Assert.Equal(0, replaced.ExitCode);
        Assert.Null(_cloudFront.Now.LogConfigOf("/blog/*"));
    }

    [Fact]
    public async Task A_behaviour_that_is_gone_is_said()
    {
        await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern", "--all");
        var now = _cloudFront.NowJson;
        now["CacheBehaviors"]!["Items"]!.AsArray().RemoveAt(0);
        await File.WriteAllTextAsync(_cloudFront.In("config"), now.ToJsonString(), TestContext.Current.CancellationToken);

        var run = await UndoAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("  /blog/*\n    ! there is no such behaviour any more", run.Out, StringComparison.Ordinal);
        Assert.Null(_cloudFront.Now.LogConfigOf("*"));
    }

    [Fact]
    public async Task The_undo_file_names_distribution_and_members_and_nothing_else()
    {
        await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$"""{"cistern-attach-undo":1,"distribution":"{{Id}}","behaviours":[{"path":"*","before":null,"after":"{{Ours}}"}]}"""),
            JsonNode.Parse(await File.ReadAllTextAsync(_cloudFront.UndoPath, TestContext.Current.CancellationToken))));
    }

    [Fact]
    public async Task An_undo_file_that_is_there_already_is_kept_and_nothing_is_changed()
    {
        await File.WriteAllTextAsync(_cloudFront.UndoPath, "precious", TestContext.Current.CancellationToken);
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot write the undo file", run.Error, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(_cloudFront.UndoPath, TestContext.Current.CancellationToken));
        Assert.Empty(_cloudFront.Updates);
    }

    [Theory]
    [InlineData(null, "cannot read the undo file")]
    [InlineData("{}", "is no undo file of cistern aws attach")]
    [InlineData("[1]", "is no undo file of cistern aws attach")]
    [InlineData("not json", "is no undo file of cistern aws attach")]
    [InlineData("""{"cistern-attach-undo":"1"}""", "is no undo file of cistern aws attach")]
    [InlineData("""{"cistern-attach-undo":1,"distribution":"X","behaviours":[7]}""", "is no undo file of cistern aws attach")]
    [InlineData("""{"cistern-attach-undo":2}""", "was written by a newer Cistern")]
    public async Task A_file_that_is_none_is_said(string? content, string sentence)
    {
        if (content is not null)
        {
            await File.WriteAllTextAsync(_cloudFront.UndoPath, content, TestContext.Current.CancellationToken);
        }

        var run = await UndoAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.Empty(_cloudFront.Calls);
    }

    [Fact]
    public async Task A_file_of_another_distribution_is_misuse()
    {
        await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");
        var run = await UndoAsync("--distribution", "E3OTHER");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"is about distribution {Id}, not about E3OTHER", run.Error, StringComparison.Ordinal);
    }

    private Task<CommandRun> UndoAsync(params string[] more) =>
        _cloudFront.RunAsync(["--undo", _cloudFront.UndoPath, .. more, .. more.Contains("--undo-file") ? Array.Empty<string>() : ["--undo-file", _cloudFront.In("undo-of-undo")]]);
}
