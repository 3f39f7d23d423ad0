using Cistern.Tests.Query;
using CloudFrontLines = Cistern.Tests.Store.TestDeliveries;

namespace Cistern.Tests.EndToEnd;

/// <summary>From a log line to who reads: the rules of the data folder, the columns, the measures.</summary>
public class AgentTests(TestStore kind = TestStore.Embedded)
{
    internal const string Fields = "timestamp c-ip sc-status cs-method cs-host cs-uri-stem x-edge-request-id cs-user-agent cs-referer";
    private const string GptBot = "Mozilla/5.0%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko);%20compatible;%20GPTBot/1.2;%20+https://openai.com/gptbot";
    private const string Chrome = "Mozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko)%20Chrome/143.0.0.0%20Safari/537.36";

    [Fact]
    public async Task Reads_and_visits_of_one_operator_stand_in_one_line_with_their_proof()
    {
        await using var server = await RealServer.StartAsync(kind);
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

    internal static string Line(string id, string address, int status, string userAgent, string referer, int minutesAgo = 5) =>
        $"{DateTimeOffset.UtcNow.AddMinutes(-minutesAgo).ToUnixTimeSeconds()}.000\t{address}\t{status}\tGET\twww.example.com\t/{id}\t{CloudFrontLines.RequestId(id)}\t{userAgent}\t{referer}";
}

public sealed class AgentOnClickHouseTests() : AgentTests(TestStore.ClickHouse);
