using System.Diagnostics;
using System.Text;
using Cistern.Enrich.Kinds;

namespace Cistern.Tests.Enrich;

/// <summary>The rules of RFC 9309, by its sections.</summary>
public sealed class RobotsTxtTests
{
    [Theory]
    [InlineData("", "GPTBot", "/a", true)]
    [InlineData("User-agent: *\nDisallow: /", "GPTBot", "/a", false)]
    [InlineData("User-agent: *\nDisallow:", "GPTBot", "/a", true)]
    [InlineData("user-AGENT : *\n  disallow\t: /a # a comment", "GPTBot", "/ab", false)]
    [InlineData("\uFEFFUser-agent: *\r\nDisallow: /a\r\n", "GPTBot", "/a", false)]
    [InlineData("Disallow: /\nUser-agent: *\nDisallow: /b", "GPTBot", "/a", true)]

    // 2.2.1: groups of the same product are one; '*' only if none names it; case does not count.
    [InlineData("User-agent: gptbot\nDisallow: /a\nUser-agent: *\nDisallow: /b", "GPTBot", "/b", true)]
    [InlineData("User-agent: gptbot\nDisallow: /a\nUser-agent: *\nDisallow: /b", "GPTBot", "/a", false)]
    [InlineData("User-agent: GPTBot\nDisallow: /a\n\nUser-agent: CCBot\nDisallow: /b\n\nUser-agent: GPTBot\nDisallow: /c", "GPTBot", "/c", false)]
    [InlineData("User-agent: GPTBot\nDisallow: /a\n\nUser-agent: CCBot\nDisallow: /b\n\nUser-agent: GPTBot\nDisallow: /c", "GPTBot", "/a", false)]
    [InlineData("User-agent: GPTBot\nDisallow: /a\n\nUser-agent: CCBot\nDisallow: /b\n\nUser-agent: GPTBot\nDisallow: /c", "GPTBot", "/b", true)]
    [InlineData("User-agent: GPTBot\nUser-agent: CCBot\nCrawl-delay: 3\nDisallow: /a", "CCBot", "/a", false)]
    [InlineData("User-agent: GPTBot\nUser-agent: CCBot\nCrawl-delay: 3\nDisallow: /a", "GPTBot", "/a", false)]
    [InlineData("User-agent: GPTBot/1.2\nDisallow: /a", "GPTBot", "/a", false)]
    [InlineData("User-agent: GPTBot\n\nUser-agent: *\nDisallow: /", "GPTBot", "/a", false)]
    [InlineData("User-agent: GPT\nDisallow: /", "GPTBot", "/a", true)]

    // 2.2.2: the longest pattern, allow of two as long; percent-encoding is one.
    [InlineData("User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif", "a", "/example/page/disallowed.gif", false)]
    [InlineData("User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif", "a", "/example/page/allowed.gif", true)]
    [InlineData("User-agent: *\nDisallow: /p\nAllow: /p", "a", "/p", true)]
    [InlineData("User-agent: *\nDisallow: /folder\nAllow: /p", "a", "/folder/p", false)]
    [InlineData("User-agent: *\nDisallow: /foo/bar/\u30C4", "a", "/foo/bar/%E3%83%84", false)]
    [InlineData("User-agent: *\nDisallow: /foo/bar/%e3%83%84", "a", "/foo/bar/\u30C4", false)]
    [InlineData("User-agent: *\nDisallow: /foo/bar/%62%61%7A", "a", "/foo/bar/baz", false)]
    [InlineData("User-agent: *\nDisallow: /a%2Fb", "a", "/a/b", true)]
    [InlineData("User-agent: *\nDisallow: /a%2Fb", "a", "/a%2fb", false)]
    [InlineData("User-agent: *\nDisallow: /A", "a", "/a", true)]

    // 2.2.3: '*' and '$'.
    [InlineData("User-agent: *\nDisallow: *.gif$", "a", "/x/y.gif", false)]
    [InlineData("User-agent: *\nDisallow: *.gif$", "a", "/x/y.gif?z", true)]
    [InlineData("User-agent: *\nDisallow: /this/*/exactly", "a", "/this/is/exactly", false)]
    [InlineData("User-agent: *\nDisallow: /a*b*c$", "a", "/abbcbc", false)]
    [InlineData("User-agent: *\nDisallow: /a*b*c$", "a", "/abbcb", true)]
    [InlineData("User-agent: *\nDisallow: /a$b", "a", "/a$b", false)]
    [InlineData("User-agent: *\nDisallow: /a%2A", "a", "/ab", true)]
    [InlineData("User-agent: *\nDisallow: /a%24", "a", "/a", true)]
    [InlineData("User-agent: *\nDisallow: /*?s=", "a", "/x?s=1", false)]
    [InlineData("User-agent: *\nDisallow: /$", "a", "/", false)]
    [InlineData("User-agent: *\nDisallow: /$", "a", "/a", true)]

    // 2.2: robots.txt itself is always allowed.
    [InlineData("User-agent: *\nDisallow: /", "a", "/robots.txt", true)]
    public void Files_are_read_by_the_standard(string file, string product, string path, bool allowed) => Assert.Equal(allowed, Allows(Parse(file), product, path));

    [Fact]
    public void What_is_behind_five_hundred_kibibytes_is_not_read()
    {
        var before = "User-agent: *\nDisallow: /a\n#" + new string('x', RobotsTxt.BytesMax - 40) + "\n";
        var file = before + "Disallow: /b\n" + new string(' ', 100) + "\nDisallow: /c\n";

        Assert.False(Allows(Parse(file), "a", "/a"));
        Assert.True(Allows(Parse(file), "a", "/c"));
        Assert.True(RobotsTxt.BytesMax == 512_000);
    }

    [Fact]
    public void A_pattern_of_stars_ends_soon()
    {
        var robots = Parse("User-agent: *\nDisallow: /" + string.Concat(Enumerable.Repeat("*a", 2000)) + "b$");
        var began = Stopwatch.GetTimestamp();

        Assert.True(Allows(robots, "a", "/" + new string('a', 8000)));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 30);
    }

    private static bool Allows(RobotsTxt robots, string product, string path) => robots.GroupOf(product).Allows(RobotsPath.Encode(path));

    private static RobotsTxt Parse(string file) => RobotsTxt.Parse(Encoding.UTF8.GetBytes(file));
}
