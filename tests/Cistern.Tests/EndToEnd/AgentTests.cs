using CloudFrontLines = Cistern.Tests.Store.TestDeliveries;

namespace Cistern.Tests.EndToEnd;

/// <summary>From a log line to who reads: the rules of the data folder, the columns, the measures.</summary>
public sealed class AgentTests
{
    private const string Fields = "timestamp c-ip sc-status cs-method cs-host cs-uri-stem x-edge-request-id cs-user-agent cs-referer";
    private const string GptBot = "Mozilla/5.0%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko);%20compatible;%20GPTBot/1.2;%20+https://openai.com/gptbot";
    private const string Chrome = "Mozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko)%20Chrome/143.0.0.0%20Safari/537.36";

    [Fact]
    public async Task Reads_and_visits_of_one_operator_stand_in_one_line_with_their_proof()
    {
        await using var server = await RealServer.StartAsync();
        var import = await Commands.CommandRun.RunAsync($"agents import gptbot - --data {server.Folder} --from 2026-01-01", "192.0.2.0/24\n");
        Assert.Equal(0, import.ExitCode);
        await WaitForRulesAsync(server);

        await server.DeliverAsync("agents", [$$$"""X-Amz-Firehose-Common-Attributes: {"commonAttributes":{"cloudfront-fields":"{{{Fields}}}"}}"""],
        [
            Line("a", "192.0.2.1", 200, GptBot, "-"),
            Line("b", "203.0.113.1", 200, GptBot, "-"),
            Line("c", "203.0.113.1", 403, GptBot, "-"),
            Line("d", "198.51.100.1", 200, Chrome, "https://chatgpt.com/"),
            Line("e", "198.51.100.2", 200, Chrome, "https://www.example.com/"),
        ]);

        var reply = (await server.AskAsync("""{"from":"-1h","by":["operator"],"order":"operator","measures":["page_reads","delivered_page_reads","proven_requests","impostor_requests","ai_visits","human_page_reads"]}""")).Expect(200);
        Assert.Equal(["""["",0,0,0,0,0,1]""", """["OpenAI",3,2,1,2,1,1]"""], reply.Rows);
        Assert.Equal(["""["GPTBot","training","mismatch",2]""", """["GPTBot","training","address",1]"""],
            (await server.AskAsync("""{"from":"-1h","by":["agent","class","proof"],"order":"-requests","where":"agent:*","measures":["requests"]}""")).Expect(200).Rows);
    }

    [Fact]
    public async Task What_was_stored_before_a_rule_is_classified_by_it_when_somebody_asks()
    {
        await using var server = await RealServer.StartAsync();
        await server.DeliverAsync("before", [$$$"""X-Amz-Firehose-Common-Attributes: {"commonAttributes":{"cloudfront-fields":"{{{Fields}}}"}}"""], [Line("a", "192.0.2.1", 200, "NovelReader/1.0", "-")]);
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

    // The server looks for changed rules once a second.
    private static async Task WaitForRulesAsync(RealServer server)
    {
        for (var waited = 0; waited < 100; waited++)
        {
            await server.DeliverAsync($"probe{waited}", [$$$"""X-Amz-Firehose-Common-Attributes: {"commonAttributes":{"cloudfront-fields":"{{{Fields}}}"}}"""], [Line($"p{waited}", "192.0.2.1", 200, GptBot, "-", minutesAgo: 90)]);
            if (await server.CountAsync("SELECT count(*) FROM requests WHERE proof = 'address'") > 0)
            {
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail("the imported list was not taken within ten seconds");
    }

    private static string Line(string id, string address, int status, string userAgent, string referer, int minutesAgo = 5) =>
        $"{DateTimeOffset.UtcNow.AddMinutes(-minutesAgo).ToUnixTimeSeconds()}.000\t{address}\t{status}\tGET\twww.example.com\t/{id}\t{CloudFrontLines.RequestId(id)}\t{userAgent}\t{referer}";
}
