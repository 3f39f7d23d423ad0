using System.Text;
using Cistern.Enrich.Naming;
using Cistern.Enrich.Rules;

namespace Cistern.Tests.Enrich;

public sealed class NamingTests
{
    private const string Chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

    [Theory]
    [InlineData("Mozilla/5.0 (compatible; gptbot/1.1)", "GPTBot")]
    [InlineData("GPTBOT", "GPTBot")]
    [InlineData("xGPTBot/1.0", null)]
    [InlineData("GPTBotx/1.0", null)]
    [InlineData("my_GPTBot_1", "GPTBot")]
    [InlineData("Claude-User/1.0", "Claude-User")]
    [InlineData("Claude-User (claude-code/2.1)", "claude-code")]
    [InlineData("claude-user (CLAUDE-CODE/2.1)", "claude-code")]
    [InlineData("Google-CloudVertexBot", "Google-CloudVertexBot")]
    [InlineData("GoogleOther-Image/1.0", "GoogleOther-Image")]
    [InlineData("GoogleOther/1.0", "GoogleOther")]
    [InlineData("Google", "Google (exact whole UA)")]
    [InlineData("Google/1.0", null)]
    [InlineData("a Google", null)]
    [InlineData("META-ExternalAgent/1.1", "meta-externalagent")]
    [InlineData("Mozilla/5.0 Devin/1.0", "Devin")]
    [InlineData("Mozilla/5.0 (Devin; X11)", null)]
    [InlineData("facebookexternalhit/1.1 Facebot Twitterbot/1.0", "facebookexternalhit")]
    public void The_longest_token_between_other_characters_names_the_agent(string userAgent, string? agent) =>
        Assert.Equal(agent, LabelledAgentsTests.NamingOf(userAgent).Agent?.Name);

    [Theory]
    [InlineData("Mozilla/5.0 (Linux; Android 13; Spider 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36", "human-like")]
    [InlineData("Mozilla/5.0 (Linux; U; Android 4.4.2; de-de; CUBOT X9 Build/KOT49H) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30", "human-like")]
    [InlineData("Mozilla/5.0 (Linux; Android 13; Spider 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36 (compatible; webspider/1.0)", "other-bot")]
    [InlineData("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36 examplecrawler", "other-bot")]
    [InlineData("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1) ; .NET CLR 2.0.50727)", "human-like")]
    [InlineData("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; compatible; other)", "other-bot")]
    [InlineData(Chrome, "human-like")]
    [InlineData(Chrome + " Edg/141.0.0.0", "human-like")]
    [InlineData(Chrome + " Wordy", "other-bot")]
    [InlineData(Chrome + "; tool", "other-bot")]
    [InlineData(Chrome + " (contact: me@example.org)", "other-bot")]
    [InlineData(Chrome + " +https://example.org/", "other-bot")]
    [InlineData("Mozilla/5.0 (compatible)", "other-bot")]
    [InlineData("Mozilla/5.0", "other-bot")]
    [InlineData("curl/8.7.1", "tool")]
    [InlineData("python-httpx/0.27.0", "tool")]
    [InlineData("Go-http-client/2.0", "tool")]
    [InlineData("Java/17.0.1", "tool")]
    [InlineData("JavaFX/1 (Windows 10) Safari", "human-like")]
    [InlineData("ExampleApp/3.2 (iPhone; iOS 18.1; Scale/3.00)", "human-like")]
    [InlineData("ExampleThing", "other-bot")]
    [InlineData("", "empty")]
    [InlineData("-", "empty")]
    [InlineData("   ", "empty")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36", "tool")]
    [InlineData("WhatsApp/2.24.1 A", "preview")]
    [InlineData("AdsBot-Google (+http://www.google.com/adsbot.html)", "ads")]
    public void What_names_nobody_has_a_class_by_rules(string userAgent, string expected) =>
        Assert.Equal(expected, AgentClasses.NameOf(LabelledAgentsTests.NamingOf(userAgent).Class));

    [Fact]
    public void Names_for_robots_txt_only_are_refused()
    {
        var found = LabelledAgentsTests.NamingOf("Mozilla/5.0 (compatible; Google-Extended/1.0)");

        Assert.True(found.IsRefusedToken);
        Assert.Null(found.Agent);
    }

    [Fact]
    public void Hostile_user_agents_have_a_class_and_cost_what_their_length_costs()
    {
        var random = new Random(20261127);
        var rules = RuleSet.Own.UserAgents;
        byte[][] odd =
        [
            [.. Enumerable.Repeat((byte)'a', 8192)], [0xFF, 0xFE, 0x00, 0x80], [.. Enumerable.Repeat((byte)'(', 8192)], Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("compatible;", 700))),
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("@", 8000))), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("cubot ", 1300))), "Android"u8.ToArray(), "Android; "u8.ToArray(),
            "android 1; en-us; arm_64;"u8.ToArray(), "GPTBot\0"u8.ToArray(), [.. "é"u8, .. "GPTBot"u8], "Safari/"u8.ToArray(), "Mozilla/5.0 safari/ firefox/"u8.ToArray(),
            .. Enumerable.Range(0, 3000).Select(_ => Mutate(random)),
        ];

        Assert.All(odd, bytes => Assert.InRange(rules.Classify(bytes), 1, rules.Namings.Count - 1));
        Assert.Null(rules.Namings[rules.Classify([.. "é"u8, .. "GPTBot"u8])].Agent);
        Assert.Equal("GPTBot", rules.Namings[rules.Classify("GPTBot\0"u8)].Agent?.Name);
        Assert.Equal("GPTBot", rules.Namings[rules.Classify([.. "GPTBot "u8, .. odd[0]])].Agent?.Name);
    }

    [Fact]
    public void Every_pattern_that_ends_somewhere_is_found()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            byte[][] patterns = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Word(random, random.Next(1, 5)))];
            var text = Word(random, 40);
            var scanner = new PatternScanner(patterns);
            List<(int, int)> found = [];
            var state = 0;
            for (var place = 0; place < text.Length; place++)
            {
                state = scanner.Step(state, text[place]);
                foreach (var pattern in scanner.FoundAt(state))
                {
                    found.Add((place + 1, pattern));
                }
            }

            var expected = from end in Enumerable.Range(1, text.Length)
                           from pattern in Enumerable.Range(0, patterns.Length)
                           where text.AsSpan(0, end).EndsWith(patterns[pattern])
                           select (end, pattern);
            Assert.Equal(expected.Order(), found.Order());
        }
    }

    private static byte[] Word(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)('a' + random.Next(3)))];

    private static byte[] Mutate(Random random)
    {
        var bytes = Encoding.ASCII.GetBytes(Chrome + " (compatible; GPTBot/1.0; +a@b.c)");
        for (var change = random.Next(1, 20); change > 0; change--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes[random.Next(8)..random.Next(8, bytes.Length)];
    }
}
