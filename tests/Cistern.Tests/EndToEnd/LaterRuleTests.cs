namespace Cistern.Tests.EndToEnd;

/// <summary>A rule that comes after the rows. On the embedded store alone: ClickHouse's rows are not classified again.</summary>
public sealed class LaterRuleTests
{
    [Fact]
    public async Task What_was_stored_before_a_rule_is_classified_by_it_when_somebody_asks()
    {
        await using var server = await RealServer.StartAsync();
        await server.DeliverAsync("before", [$$$"""X-Amz-Firehose-Common-Attributes: {"commonAttributes":{"cloudfront-fields":"{{{AgentTests.Fields}}}"}}"""], [AgentTests.Line("a", "192.0.2.1", 200, "NovelReader/1.0", "-")]);
        const string Question = """{"from":"-1h","by":["agent"],"measures":["requests"]}""";
        Assert.False((await server.AskAsync(Question)).Expect(200).Json.GetProperty("meta").TryGetProperty("rules", out _));

        var rules = Directory.CreateDirectory(Path.Combine(server.Folder, "rules")).FullName;
        await File.WriteAllTextAsync(Path.Combine(rules, "agents.tsv"), "# version: 2026-12-01\nNovelReader\ttoken\tNovelReader\tExample Inc\ttraining\n");
        for (var waited = 0; (await ChangesAsync(server)) < 2; waited++)
        {
            Assert.True(waited < 300, "the rule was not taken within thirty seconds");
            await Task.Delay(100);
        }

        foreach (var address in (string[])["/api/facets?field=agent&from=-1h", "/api/rows?from=-1h"])
        {
            Assert.Equal(0, (await server.GetAsync(address)).Expect(200).Json.GetProperty("meta").GetProperty("rules").GetDouble());
        }

        var reply = (await server.AskAsync(Question)).Expect(200);
        Assert.Equal(["""["",1]"""], reply.Rows);
        Assert.Equal(0, reply.Json.GetProperty("meta").GetProperty("rules").GetDouble());

        var run = await Commands.CommandRun.RunAsync(["agents", "reclassify", "--url", server.Address.ToString(), "--key", server.Key, "--wait"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches(@"1 of 1 rows are classified by rules 2026-12-01\.[0-9a-f]{8}\n$", run.Error);
        reply = (await server.AskAsync(Question)).Expect(200);
        Assert.Equal(["""["NovelReader",1]"""], reply.Rows);
        Assert.False(reply.Json.GetProperty("meta").TryGetProperty("rules", out _));

        await server.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(rules, "agents.tsv"), "# version: 2026-12-02\nNovelReader\ttoken\tOther\tExample Inc\ttraining\n");
        var alone = await Commands.CommandRun.RunAsync(["agents", "reclassify", "--data", server.Folder], openStore: Cistern.Store.Embedded.EmbeddedStore.OpenAsync);
        Assert.True(alone.ExitCode == 0, alone.Error);
        await server.StartAgainAsync();
        Assert.Equal(["""["Other",1]"""], (await server.AskAsync(Question)).Expect(200).Rows);
        Assert.Equal(3, await ChangesAsync(server));
    }

    private static async Task<int> ChangesAsync(RealServer server) => (await server.GetAsync("/api/rules/history")).Expect(200).Json.GetProperty("changes").GetArrayLength();
}
