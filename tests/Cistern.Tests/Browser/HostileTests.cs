using System.Globalization;
using System.Text;
using Cistern.Tests.EndToEnd;
using Cistern.Tests.Ingest;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>What strangers put into a request is shown as text, and does nothing.</summary>
[Collection(BrowserTests.Name)]
public class HostileTests(BrowserSite site)
{
    private const string Markup = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'`{{7*7}}${7*7}";
    private const string RightToLeft = "/\u202Etxt.exe\u202C/\u05E9\u05DC\u05D5\u05DD/\u0645\u0631\u062D\u0628\u0627";
    private const string Controls = "/a\u0000b\u0001\u001B[31m\u0085\u200B\uFEFFc";
    private const string Formula = "=HYPERLINK(\"http://evil.example\",\"x\")";
    private static readonly string s_long = "/" + new string('w', 8000);

    [Theory]
    [InlineData("/?from=-1h", 1440)]
    [InlineData("/?from=-1h", 390)]
    [InlineData("/agents?from=-1h", 390)]
    [InlineData("/pages?from=-1h", 390)]
    [InlineData("/referrals?from=-1h", 390)]
    [InlineData("/traffic?from=-1h", 390)]
    [InlineData("/logs?from=-1h", 1440)]
    [InlineData("/logs?from=-1h", 390)]
    [InlineData("/health?from=-1h", 1440)]
    [InlineData("/health?from=-1h", 390)]
    public async Task A_screen_full_of_hostile_values_runs_nothing_and_keeps_its_width(string path, int width)
    {
        BrowserSite.NeedChromium();
        await using var server = await HostileServerAsync();
        await using var page = await site.OpenAsync(server, path, new BrowserLook(width), await BrowserSite.SignInAsync(server));
        await page.SettledAsync();

        Assert.False(await page.IsTooWideAsync());
        Assert.Equal(0, await page.Page.Locator("main img, main script").CountAsync());
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Every_value_is_shown_as_it_is_in_the_drawer_and_survives_the_file()
    {
        BrowserSite.NeedChromium();
        await using var server = await HostileServerAsync();
        await using var page = await site.OpenAsync(server, "/logs?from=-1h&cols=path,user_agent,referer,query,host&q=host:markup.example", cookie: await BrowserSite.SignInAsync(server));
        await page.SettledAsync();

        await page.Page.Locator(".log-table tbody tr[aria-rowindex]").First.Locator("td").First.ClickAsync();
        var drawer = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Row", Exact = true });
        await BrowserPage.Expect(drawer.Locator(".row-field").Filter(new() { HasText = "user_agent" }).First).ToContainTextAsync("<img src=x onerror=alert(1)>");
        Assert.Equal(0, await drawer.Locator("img, script").CountAsync());
        await page.Page.Keyboard.PressAsync("Escape");

        await page.Page.Locator(".export-menu > button").ClickAsync();
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByRole(AriaRole.Link, new() { Name = "CSV", Exact = true }).ClickAsync());
        using var reader = new StreamReader(await download.CreateReadStreamAsync());
        var csv = await reader.ReadToEndAsync();

        Assert.Contains($"\"'{Formula.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", csv, StringComparison.Ordinal);
        Assert.Contains($"\"{Markup.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", csv, StringComparison.Ordinal);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Marks_that_reorder_or_hide_text_are_written_out()
    {
        BrowserSite.NeedChromium();
        await using var server = await HostileServerAsync();
        await using var page = await site.OpenAsync(server, "/logs?from=-1h&cols=path,host&q=host:rtl.example", cookie: await BrowserSite.SignInAsync(server));
        await page.SettledAsync();

        await BrowserPage.Expect(page.Page.Locator(".log-table tbody tr[aria-rowindex]").First).ToContainTextAsync("U+202E");
    }

    private async Task<RealServer> HostileServerAsync()
    {
        var server = await site.StartServerAsync();
        await server.DeliverAsync(
            "hostile",
            Line("markup.example", Markup, Markup, Formula, Markup),
            Line("rtl.example", RightToLeft, RightToLeft, RightToLeft, RightToLeft),
            Line("controls.example", Controls, Controls, Controls, Controls),
            Line("long.example", s_long, s_long, s_long, s_long),
            Line("<b>host</b>", Formula, "-1+1", "@SUM(1)", "+1"));

        // What cannot be read becomes a reject, which the health screen shows.
        Protocol.AssertAnswer(await server.PostAsync("bytes", TestDeliveries.Body("bytes", [[0xFF, 0xFE, 0x00, .. Encoding.UTF8.GetBytes(Markup)], Encoding.UTF8.GetBytes(s_long)])), 200, "bytes");
        return server;
    }

    // As CloudFront writes them: percent-encoded, so that anything can come out of it.
    private static string Line(string host, string path, string agent, string referer, string query) => string.Create(
        CultureInfo.InvariantCulture,
        $"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0:F3}\t203.0.113.7\t200\t10\tGET\t{host}\t/{Encoded(path.TrimStart('/'))}\t0.001\t{Encoded(agent)}\t{Encoded(referer)}\t{Encoded(query)}\n");

    private static string Encoded(string text) => Uri.EscapeDataString(text);
}
