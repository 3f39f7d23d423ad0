using Cistern.Enrich.Proof;
using Cistern.Enrich.Rules;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Enrich;

public sealed class ProofTests : IDisposable
{
    private const string GptBot = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; GPTBot/1.4; +https://openai.com/gptbot";
    private const string Chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RulesFolder _folder = new();
    private readonly RuleStore _rules;

    public ProofTests()
    {
        // Whole lists since November; of all others there are single prefixes at most.
        Import("gptbot", "192.0.2.0/25");
        Import("searchbot", "192.0.2.128/25");
        Import("anthropic", "198.51.100.0/24\n2001:db8:a::/48");
        Import("bing", "203.0.113.0/28");
        _rules = _folder.Open();
        Assert.Empty(_rules.Problems);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(GptBot, "192.0.2.1", "address", "GPTBot", "OpenAI", "training")]
    [InlineData(GptBot, "::ffff:192.0.2.1", "address", "GPTBot", "OpenAI", "training")]
    [InlineData(GptBot, "192.0.2.200", "address", "GPTBot", "OpenAI", "training")] // a sibling's list
    [InlineData(GptBot, "198.51.100.1", "mismatch", "GPTBot", "OpenAI", "training")] // another operator's list
    [InlineData(GptBot, "2001:db8::1", "mismatch", "GPTBot", "OpenAI", "training")]
    [InlineData("ClaudeBot/1.0", "2001:db8:a::9", "address", "ClaudeBot", "Anthropic", "training")]
    [InlineData("ClaudeBot/1.0", "2001:db8:b::9", "mismatch", "ClaudeBot", "Anthropic", "training")]
    [InlineData("PerplexityBot/1.0", "192.0.2.1", "none", "PerplexityBot", "Perplexity", "search")] // single prefixes prove no falsehood
    [InlineData("PerplexityBot/1.0", "18.97.9.97", "address", "PerplexityBot", "Perplexity", "search")]
    [InlineData("CCBot/2.0", "192.0.2.1", "none", "CCBot", "Common Crawl", "training")] // a published list that is not here
    [InlineData("Bytespider", "192.0.2.1", "unlisted", "Bytespider", "ByteDance", "training")]
    [InlineData(Chrome, "192.0.2.1", "address-only", "GPTBot", "OpenAI", "training")]
    [InlineData(Chrome, "203.0.113.9", "address-only", "bingbot", "Microsoft", "search-engine")]
    [InlineData(Chrome, "198.51.100.9", "address-only", "", "Anthropic", "human-like")] // one list of three agents
    [InlineData(Chrome, "203.0.113.77", "none", "", "", "human-like")]
    [InlineData("curl/8", "192.0.2.200", "address-only", "OAI-SearchBot", "OpenAI", "search")]
    [InlineData("curl/8", "203.0.113.77", "none", "", "", "tool")]
    [InlineData("", "203.0.113.77", "none", "", "", "empty")]
    [InlineData("Google-Extended", "203.0.113.77", "mismatch", "", "", "other-bot")]
    public void A_claim_is_compared_with_the_lists_in_force(string userAgent, string address, string proof, string agent, string operatorName, string agentClass)
    {
        var row = new EnrichedRow { UserAgent = userAgent, ClientIp = address }.Enrich(_rules);

        Assert.Equal(
            (proof, agent, operatorName, agentClass),
            (row["proof"], row.GetValueOrDefault("agent", ""), row.GetValueOrDefault("operator", ""), row["class"]));
    }

    [Fact]
    public void Before_a_list_was_in_force_nothing_is_false()
    {
        var row = new EnrichedRow { UserAgent = GptBot, ClientIp = "203.0.113.7" };

        Assert.Equal("none", (row with { Time = Start.AddMilliseconds(-1) }).Enrich(_rules)["proof"]);
        Assert.Equal("mismatch", (row with { Time = Start }).Enrich(_rules)["proof"]);
    }

    [Theory]
    [InlineData(PrivacyAction.Truncate)]
    [InlineData(PrivacyAction.Hash)]
    [InlineData(PrivacyAction.Drop)]
    public void An_address_that_was_changed_proves_nothing(PrivacyAction action)
    {
        var context = EnrichedRow.Context with { Privacy = PrivacyRules.Default with { ClientAddress = action, HashKey = new byte[16] } };

        Assert.Equal("none", new EnrichedRow { UserAgent = GptBot, ClientIp = "192.0.2.0" }.Enrich(_rules, context)["proof"]);
        Assert.Equal("none", new EnrichedRow { UserAgent = GptBot, ClientIp = "203.0.113.0" }.Enrich(_rules, context)["proof"]);
        Assert.Equal("unlisted", new EnrichedRow { UserAgent = "Bytespider" }.Enrich(_rules, context)["proof"]);
    }

    [Fact]
    public void The_program_alone_calls_no_claim_false()
    {
        var proofs = RuleSet.Own.Agents.Where(agent => agent.Class != AgentClass.Token)
            .Select(agent => new EnrichedRow { UserAgent = agent.Form == TokenForm.Product ? agent.Token + "/1" : agent.Token }.Enrich()["proof"]);

        Assert.DoesNotContain("mismatch", proofs);
    }

    [Theory]
    [InlineData(GptBot, "mismatch")]
    [InlineData("Bytespider", "signed-unchecked")]
    [InlineData("CCBot/2.0", "signed-unchecked")]
    [InlineData(Chrome, "signed-unchecked")]
    public void Headers_of_a_signature_that_cannot_be_checked_are_said_so(string userAgent, string proof)
    {
        var row = new EnrichedRow { UserAgent = userAgent, ClientIp = "203.0.113.77" };

        Assert.Equal(proof, (row with { HeaderNames = "host\nSignature-Input\nSignature\n" }).Enrich(_rules)["proof"]);
        Assert.Equal(proof, (row with { Headers = "signature:sig1=:AAAA:\nhost:a\n" }).Enrich(_rules)["proof"]);
        Assert.NotEqual("signed-unchecked", (row with { HeaderNames = "host\nx-signature\n", Headers = "x-signature:1\nsec:my signature\n" }).Enrich(_rules)["proof"]);
    }

    private void Import(string list, string text) =>
        Assert.Equal("", ListFiles.Import(_folder.Path, RuleSet.Own.Lists, list, text, Start, Start.AddDays(1), force: false).Problem);
}
