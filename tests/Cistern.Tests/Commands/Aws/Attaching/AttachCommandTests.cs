using System.Text.Json.Nodes;
using static Cistern.Tests.Commands.Aws.Attaching.FakeCloudFront;

namespace Cistern.Tests.Commands.Aws.Attaching;

public sealed class AttachCommandTests : IDisposable
{
    private readonly FakeCloudFront _cloudFront = new();

    public void Dispose() => _cloudFront.Dispose();

    [Fact]
    public async Task The_default_behaviour_gets_the_configuration_and_nothing_else_changes()
    {
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");

        Assert.Equal(0, run.ExitCode);
        var expected = StartJson;
        expected["DefaultCacheBehavior"]!["RealtimeLogConfigArn"] = Ours;
        Assert.True(JsonNode.DeepEquals(expected, _cloudFront.NowJson), _cloudFront.NowJson.ToJsonString());
        Assert.Contains("12345678901234567890", _cloudFront.NowJson.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("0.1000", _cloudFront.NowJson.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("--if-match E1 ", Assert.Single(_cloudFront.Updates), StringComparison.Ordinal);
        Assert.Equal(
            $"""
            distribution {Id}
              default (*)
                - RealtimeLogConfigArn: none
                + RealtimeLogConfigArn: {Ours}

            """,
            run.Out);
        Assert.Contains($"{Ours}: 5 fields (1-2,5,10,46) of 10 % of requests, to arn:aws:kinesis:us-east-1:111122223333:stream/cistern; the Firehose stream behind it should have the common attributes cloudfront-fields=1-2,5,10,46 and cloudfront-sampling=10\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_is_handed_over_in_a_file_of_its_owner_which_is_gone_afterwards()
    {
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");

        Assert.Equal("600", _cloudFront.SentFile[0]);
        Assert.False(File.Exists(_cloudFront.SentFile[1]));
        Assert.DoesNotContain("hush-hush", run.Out + run.Error + await File.ReadAllTextAsync(_cloudFront.UndoPath, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.All(_cloudFront.Calls, call => Assert.DoesNotContain("hush-hush", call, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Named_behaviours_get_it_and_one_that_is_not_there_changes_nothing()
    {
        await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern", "--path", "/blog/*", "--path", "/blog/*");
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern", "--path", "/shop/*", "--path", "/nope/*");

        Assert.Equal("none ours none", LogConfigs());
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"distribution {Id} has no cache behaviour '/nope/*'; it has '*', '/blog/*', '/shop/*'", run.Error, StringComparison.Ordinal);
        Assert.Single(_cloudFront.Updates);
    }

    [Fact]
    public async Task All_behaviours_get_it_and_a_second_time_there_is_nothing_to_do()
    {
        await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern", "--path", "/shop/*");
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern", "--all", "--undo-file", _cloudFront.In("second"));
        var again = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern", "--all");

        Assert.Equal("ours ours ours", LogConfigs());
        Assert.Contains($"  /shop/*\n      RealtimeLogConfigArn: {Ours}\n", run.Out, StringComparison.Ordinal);
        Assert.Equal((0, "nothing to change"), (again.ExitCode, again.Error.Trim().Split('\n')[^1]));
        Assert.Equal(2, _cloudFront.Updates.Count());
    }

    [Fact]
    public async Task Another_configuration_is_shown_and_replaced_only_if_that_is_said()
    {
        _cloudFront.Attach("/blog/*", Others);
        var refused = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern", "--all");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"! RealtimeLogConfigArn: {Others}", refused.Out, StringComparison.Ordinal);
        Assert.Contains("another log configuration is attached to /blog/*, so nothing was changed; --replace replaces it", refused.Error, StringComparison.Ordinal);
        Assert.Empty(_cloudFront.Updates);

        await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern", "--all", "--replace");
        Assert.Equal("ours ours ours", LogConfigs());
    }

    [Fact]
    public async Task A_dry_run_shows_the_difference_and_leaves_no_trace()
    {
        var run = await _cloudFront.RunAsync("", isAsked: false, "--distribution", Id, "--config", "cistern", "--dry-run");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"+ RealtimeLogConfigArn: {Ours}", run.Out, StringComparison.Ordinal);
        Assert.Contains("nothing was changed, because of --dry-run", run.Error, StringComparison.Ordinal);
        Assert.Empty(_cloudFront.Updates);
        Assert.False(File.Exists(_cloudFront.UndoPath));
    }

    [Theory]
    [InlineData("y\n", true)]
    [InlineData("\n", false)]
    [InlineData("no\n", false)]
    [InlineData("", false)]
    public async Task A_person_is_asked_after_seeing_the_difference(string answer, bool isUpdated)
    {
        var run = await _cloudFront.RunAsync(answer, isAsked: true, "--distribution", Id, "--config", "cistern");

        Assert.Contains("update the distribution? [y/N] ", run.Error, StringComparison.Ordinal);
        Assert.Equal(isUpdated, _cloudFront.Updates.Any());
        Assert.Equal(isUpdated ? 0 : 1, run.ExitCode);
        Assert.Equal(!isUpdated, run.Error.Contains("not confirmed, so nothing was changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_anybody_to_ask_nothing_is_called()
    {
        var run = await _cloudFront.RunAsync("y\n", isAsked: false, "--distribution", Id, "--config", "cistern");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("nobody is there to confirm", run.Error, StringComparison.Ordinal);
        Assert.Empty(_cloudFront.Calls);
    }

    [Fact]
    public async Task What_somebody_else_changed_meanwhile_is_read_again_and_stays()
    {
        _cloudFront.Meanwhile("""rm meanwhile; sed -i 's/"MinTTL":0/"MinTTL":77/' config; echo E9 > version""");
        var run = await _cloudFront.RunAsync("y\ny\n", isAsked: true, "--distribution", Id, "--config", "cistern");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(77, (int)_cloudFront.NowJson["DefaultCacheBehavior"]!["MinTTL"]!);
        Assert.Equal(Ours, _cloudFront.Now.LogConfigOf("*"));
        Assert.Contains("somebody else changed the distribution meanwhile", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, run.Out.Split("+ RealtimeLogConfigArn").Length - 1);
        Assert.Equal(2, run.Error.Split("update the distribution?").Length - 1);
        Assert.Contains("--if-match E9 ", _cloudFront.Updates.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_somebody_else_attached_meanwhile_is_not_replaced()
    {
        _cloudFront.Meanwhile($"""rm meanwhile; sed -i 's#"Later":"yes"#"RealtimeLogConfigArn":"{Others}"#' config; echo E9 > version""");
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(Others, _cloudFront.Now.LogConfigOf("*"));
        Assert.Contains("another log configuration is attached to default (*)", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_cloudFront.UndoPath));
    }

    [Fact]
    public async Task A_distribution_that_changes_all_the_time_is_given_up()
    {
        _cloudFront.Meanwhile("date +%N > version");
        var run = await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("was changed by somebody else 5 times", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_cloudFront.UndoPath));
    }

    [Fact]
    public async Task Detaching_takes_away_what_is_attached_or_only_what_is_named()
    {
        _cloudFront.Attach("*", Others);
        _cloudFront.Attach("/blog/*", Ours);
        var named = await _cloudFront.RunAsync("--distribution", Id, "--detach", "--config", "cistern", "--all", "--undo-file", _cloudFront.In("first"));
        Assert.Equal((1, Others, Ours), (named.ExitCode, _cloudFront.Now.LogConfigOf("*"), _cloudFront.Now.LogConfigOf("/blog/*")));

        await _cloudFront.RunAsync("--distribution", Id, "--detach", "--config", "cistern", "--path", "/blog/*", "--undo-file", _cloudFront.In("second"));
        Assert.Equal("others none none", LogConfigs());

        await _cloudFront.RunAsync("--distribution", Id, "--detach", "--all", "--undo-file", _cloudFront.In("third"));
        Assert.Equal("none none none", LogConfigs());
        Assert.True(JsonNode.DeepEquals(StartJson["DefaultCacheBehavior"], _cloudFront.NowJson["DefaultCacheBehavior"]));
    }

    [Theory]
    [InlineData("--config cistern --yes", "--distribution is missing")]
    [InlineData("--distribution X --yes", "--config is missing")]
    [InlineData("--distribution X --config c/d --yes", "cannot use 'c/d' as a log configuration")]
    [InlineData("--distribution X --config c --path /a --all --yes", "give either --path or --all")]
    [InlineData("--undo f --config c --yes", "--undo takes back what its file says")]
    public async Task What_does_not_fit_together_is_misuse(string arguments, string sentence)
    {
        var run = await _cloudFront.RunAsync(arguments.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.Empty(_cloudFront.Calls);
    }

    [Fact]
    public async Task The_policy_on_the_page_allows_just_what_is_called()
    {
        await _cloudFront.RunAsync("--distribution", Id, "--config", "cistern");
        var called = _cloudFront.Calls.Select(call => "cloudfront:" + string.Concat(call.Split(' ')[1].Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])));

        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "attach.md"), TestContext.Current.CancellationToken);
        var policy = page[(page.IndexOf("```json\n", StringComparison.Ordinal) + "```json\n".Length)..];
        var statements = JsonNode.Parse(policy[..policy.IndexOf("```", StringComparison.Ordinal)])!["Statement"]!.AsArray();
        var allowed = statements.SelectMany(statement => statement!["Action"] is JsonArray several ? several.Select(action => (string)action!) : [(string)statement["Action"]!]);

        Assert.Equal(called.Order(), allowed.Order());
        Assert.Equal(["arn:aws:cloudfront::111122223333:distribution/E2OWNEXAMPLE", Ours], statements.Select(statement => (string)statement!["Resource"]!));
    }

    private string LogConfigs()
    {
        var now = _cloudFront.Now;
        return string.Join(' ', now.Paths.Select(path => now.LogConfigOf(path) switch { null => "none", Ours => "ours", Others => "others", var other => other }));
    }
}
