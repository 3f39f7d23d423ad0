using System.Text;
using Cistern.Enrich.Referrals;
using Cistern.Enrich.Rules;
using Cistern.Tests.Formats;

namespace Cistern.Tests.Enrich;

public sealed class ReferralTests
{
    private const string Site = "www.example.com";

    [Fact]
    public void Every_referer_is_its_products_or_nobodys()
    {
        var cases = Bodies.FixtureText("agents/referrer-cases.tsv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.TrimEnd('\r').Split('\t')).ToList();

        Assert.Equal(28, cases.Count);
        Assert.All(cases, one => Assert.Equal((one[0], one[1]), (one[0], HostOf(one[0]))));
    }

    [Theory]
    [InlineData("utm_source=chatgpt.com", "ChatGPT")]
    [InlineData("a=1&utm_source=ChatGPT.com&b=2", "ChatGPT")]
    [InlineData("utm_source=perplexity", "Perplexity")]
    [InlineData("utm_source=copilot.com", "Copilot")]
    [InlineData("utm_source=le%20chat", "Le Chat")]
    [InlineData("utm_source=Le+Chat", "Le Chat")]
    [InlineData("utm_source=chatgpt%2Ecom", "ChatGPT")]
    [InlineData("utm_source=newsletter&utm_source=claude.ai", "Claude")]
    [InlineData("utm_source=chatgpt.com.evil", "")]
    [InlineData("utm_source=xchatgpt.com", "")]
    [InlineData("utm_source=", "")]
    [InlineData("utm_source", "")]
    [InlineData("xutm_source=chatgpt.com", "")]
    [InlineData("utm_medium=chatgpt.com", "")]
    [InlineData("utm_source%3Dchatgpt.com", "")]
    public void Without_a_product_as_referer_the_whole_value_of_utm_source_counts(string query, string product)
    {
        Assert.Equal(product, Find("", query));
        Assert.Equal(product, Find("https://www.google.com/", query));
    }

    [Theory]
    [InlineData("https://chatgpt.com/", "utm_source=perplexity", Site, "ChatGPT")]
    [InlineData("https://www.example.com/a", "utm_source=chatgpt.com", Site, "")]
    [InlineData("https://example.com:8443/a", "utm_source=chatgpt.com", Site, "")]
    [InlineData("https://chatgpt.com/", "", "chatgpt.com", "")]
    [InlineData("https://chatgpt.com/", "", "help.chatgpt.com", "")]
    [InlineData("https://deep.chat.openai.com/", "", Site, "ChatGPT")]
    [InlineData("https://gemini.google.com./", "", Site, "Gemini")]
    [InlineData("https://google.com/", "", Site, "")]
    [InlineData("HTTPS://CLAUDE.AI", "", Site, "Claude")]
    [InlineData("ftp://claude.ai/", "", Site, "")]
    [InlineData("https://claude.ai@evil.example/", "", Site, "")]
    [InlineData("https://evil.example\\@claude.ai/", "", Site, "")]
    [InlineData("https%253A%252F%252Fchatgpt.com%252F", "", Site, "")]
    public void The_referer_goes_before_and_own_hosts_never_count(string referer, string query, string host, string product) => Assert.Equal(product, Find(referer, query, host));

    [Fact]
    public void Hosts_of_ones_own_can_be_named()
    {
        using var folder = new RulesFolder();
        folder.Write("sites.tsv", "poe.com");
        var rules = folder.Open().Current.Referrers;

        Assert.Equal("", ProductOf(rules, rules.Find("https://www.poe.com/"u8, "utm_source=poe"u8, "shop.example"u8, out _)));
        Assert.Equal("Claude", ProductOf(rules, rules.Find("https://claude.ai/"u8, default, "shop.example"u8, out _)));
    }

    [Fact]
    public void Hostile_referers_are_nobodys()
    {
        var random = new Random(9);
        string[] odd =
        [
            new('%', 9000), "https://" + new string('a', 9000) + ".chatgpt.com/", "https://" + new string('.', 400), "https://" + new string('@', 500) + "x", "://", "https://", "%3A%2F%2F", string.Concat(Enumerable.Repeat("%25", 3000)) + "3A//",
        ];

        Assert.All(odd, referer => Assert.Equal("", Find(referer, "")));
        for (var round = 0; round < 2000; round++)
        {
            var bytes = Encoding.ASCII.GetBytes("https://user:pw@www.chatgpt.com:443/c/x?y#z");
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Assert.True(ProductOf(RuleSet.Own.Referrers, RuleSet.Own.Referrers.Find(bytes, bytes, bytes, out _)) is "" or "ChatGPT");
        }
    }

    private static string HostOf(string referer)
    {
        Span<byte> scratch = stackalloc byte[RefererHost.ScratchBytes];
        var rule = RuleSet.Own.Referrers.RuleOf(RefererHost.Of(Encoding.UTF8.GetBytes(referer), scratch));
        return rule < 0 ? "-" : RuleSet.Own.Referrers.Rules[rule].Host;
    }

    private static string Find(string referer, string query, string host = Site) =>
        ProductOf(RuleSet.Own.Referrers, RuleSet.Own.Referrers.Find(Encoding.UTF8.GetBytes(referer), Encoding.UTF8.GetBytes(query), Encoding.UTF8.GetBytes(host), out _));

    private static string ProductOf(ReferrerTable table, int rule) => rule < 0 ? "" : Encoding.UTF8.GetString(table.ProductOf(rule));
}
