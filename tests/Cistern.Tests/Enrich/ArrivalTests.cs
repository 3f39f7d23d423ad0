using Cistern.Enrich.Rules;

namespace Cistern.Tests.Enrich;

/// <summary>How people come to a page: the column <c>arrival</c>.</summary>
public sealed class ArrivalTests
{
    private const string Chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

    [Theory]
    [InlineData("", "entry")]
    [InlineData("https://chatgpt.com/", "entry")]
    [InlineData("https://news.example.org/a", "entry")]
    [InlineData("android-app://com.google.android.googlequicksearchbox/", "entry")]
    [InlineData("https://example.com.evil.example/", "entry")]
    [InlineData("https://www.example.com/b", "inside")]
    [InlineData("https://www.example.com", "inside")]
    [InlineData("http://EXAMPLE.com:8080/b", "inside")]
    [InlineData("https://user@www.example.com./b", "inside")]
    public void A_page_of_the_site_is_within_it_and_all_others_are_outside(string referer, string arrival) =>
        Assert.Equal(arrival, ArrivalOf(new() { UserAgent = Chrome, Referer = referer }));

    [Fact]
    public void Only_page_reads_of_browsers_arrive()
    {
        var read = new EnrichedRow { UserAgent = Chrome };

        Assert.Equal("entry", ArrivalOf(read));
        Assert.Equal("", ArrivalOf(read with { Method = "HEAD" }));
        Assert.Equal("", ArrivalOf(read with { ContentType = "image/png" }));
        Assert.Equal("", ArrivalOf(read with { Path = "/robots.txt" }));
        Assert.Equal("", ArrivalOf(read with { UserAgent = "ChatGPT/1.2025.301 (iOS 18.0; iPhone16,1; build 1)" }));
        Assert.Equal("", ArrivalOf(read with { UserAgent = "GPTBot/1.2" }));
        Assert.Equal("", ArrivalOf(read with { UserAgent = "curl/8.7.1" }));
        Assert.Equal("", ArrivalOf(read with { ClientIp = "52.230.152.9" })); // In a list of GPTBot's addresses: a browser that is an agent's.
    }

    [Theory]
    [InlineData("Sec-Purpose:prefetch;prerender", "prefetch")]
    [InlineData("host:www.example.com\nsec-purpose:prefetch\n", "prefetch")]
    [InlineData("sec-purpose:", "entry")]
    [InlineData("x-sec-purpose:prefetch", "entry")]
    [InlineData("x:sec-purpose:prefetch", "entry")]
    [InlineData("sec-purpose:other\nx:prefetch", "entry")]
    public void What_is_loaded_in_case_it_is_wanted_is_no_arrival(string headers, string arrival) =>
        Assert.Equal(arrival, ArrivalOf(new() { UserAgent = Chrome, Headers = headers }));

    [Fact]
    public void Hosts_of_ones_own_are_within_the_site()
    {
        using var folder = new RulesFolder();
        folder.Write("sites.tsv", "shop.example\n");
        var rules = folder.Open();

        Assert.Equal("inside", ArrivalOf(new() { UserAgent = Chrome, Referer = "https://www.shop.example/basket" }, rules));
        Assert.Equal("entry", ArrivalOf(new() { UserAgent = Chrome, Referer = "https://shop.example.org/" }, rules));
    }

    private static string ArrivalOf(EnrichedRow row, RuleStore? rules = null) => row.Enrich(rules).GetValueOrDefault("arrival", "");
}
