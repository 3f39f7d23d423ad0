using System.Globalization;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

[Collection(BrowserTests.Name)]
public class PagesTests(BrowserSite site)
{
    private const string DeliveredSql = "kind = 'page' AND method = 'GET' AND (status BETWEEN 200 AND 299 OR status = 304)";
    private const string AiSql = "class IN ('training', 'search', 'user-fetch', 'agent', 'coding', 'data-provider')";

    [Fact]
    public async Task Each_figure_of_a_page_leads_to_as_many_rows_as_it_says()
    {
        await using var page = await site.OpenAsync("/pages?from=-7d");
        await page.SettledAsync();

        var rows = page.Panel("Pages").Locator("tbody tr");
        var first = await rows.First.Locator("td").First.InnerTextAsync();
        Assert.True(await FigureLinks.AssertLeadToAsManyRowsAsync(site.Server, rows.Nth(0).Locator("a.figure")) >= 5);
        Assert.True(await FigureLinks.AssertLeadToAsManyRowsAsync(site.Server, rows.Nth(4).Locator("a.figure")) >= 4);

        Assert.Equal(await site.Server.CountAsync($"SELECT max(reads) FROM (SELECT count(*) AS reads FROM requests WHERE {AiSql} AND kind = 'page' AND method = 'GET' GROUP BY path)"), long.Parse(first, CultureInfo.InvariantCulture));
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task A_click_on_a_page_filters_by_it()
    {
        await using var page = await site.OpenAsync("/pages?from=-7d");
        await page.SettledAsync();

        await page.Panel("Pages").Locator(".page-name", new() { HasText = "/docs/quickstart" }).First.ClickAsync();
        await page.AddressMatchesAsync("q=page:docs.example.com/docs/quickstart$");
        await page.SettledAsync();

        Assert.Equal(["/docs/quickstart"], await page.Panel("Pages").Locator("tbody th").AllInnerTextsAsync());
    }

    [Fact]
    public async Task A_link_keeps_view_search_order_and_comparison()
    {
        var to = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await using var page = await site.OpenAsync($"/pages?from=-7d&to={to}");
        await page.SettledAsync();
        await page.Page.GetByLabel("Find pages").FillAsync("blog");
        await page.AddressMatchesAsync("find=blog");
        await page.Button("People", exact: true).ClickAsync();
        await page.Button("Compare", exact: true).ClickAsync();
        await page.AddressMatchesAsync("sort=-human_page_reads.*compare=1");
        await page.SettledAsync();
        var cells = await FigureLinks.CellsAsync(page.Panel("Pages"));

        await page.GotoAsync(page.Address);
        await page.SettledAsync();

        Assert.All(cells[1..], line => Assert.Contains("blog", line[0], StringComparison.Ordinal));
        Assert.Equal(cells[1..].Select(line => line[0]), (await FigureLinks.CellsAsync(page.Panel("Pages")))[1..].Select(line => line[0]));
        var people = Array.FindIndex(cells[0], name => name == "People");
        var counts = cells[1..].Select(line => long.Parse(line[people], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(counts.OrderDescending(), counts);
    }

    [Fact]
    public async Task What_is_saved_is_what_is_shown()
    {
        await using var page = await site.OpenAsync("/pages?from=-7d");
        await page.SettledAsync();

        var shown = await FigureLinks.CellsAsync(page.Panel("Pages"));
        var saved = await FigureLinks.SaveAsync(page, page.Panel("Pages"));

        Assert.Equal(shown[0], saved[0]);
        Assert.Equal(shown.Length, saved.Length);
        for (var line = 1; line < shown.Length; line++)
        {
            Assert.EndsWith(shown[line][0], saved[line][0], StringComparison.Ordinal);
            Assert.Equal(shown[line][1..7], saved[line][1..7]); // Behind them stand times, which the screen shows by their age.
        }
    }

    [Fact]
    public async Task Folders_open_and_figures_are_reached_by_keyboard()
    {
        await using var page = await site.OpenAsync("/pages?from=-7d&view=folders");
        await page.SettledAsync();

        await page.Page.Locator(".unfold", new() { HasText = "/docs/" }).FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.AddressMatchesAsync("open=/docs/$");
        await page.SettledAsync();
        await BrowserPage.Expect(page.Page.Locator(".unfold", new() { HasText = "/docs/" })).ToHaveAttributeAsync("aria-expanded", "true");
        await BrowserPage.Expect(page.Panel("Folders").Locator(".inner").First).ToBeVisibleAsync();
        Assert.All(await page.Panel("Folders").Locator(".inner").AllInnerTextsAsync(), name => Assert.StartsWith("/docs/", name, StringComparison.Ordinal));

        await page.Page.Keyboard.PressAsync("ArrowRight");
        Assert.Equal("figure", await page.Page.EvaluateAsync<string>("document.activeElement.className"));
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.AddressMatchesAsync("/logs\\?.*q=page:");
    }

    [Fact]
    public async Task The_grid_says_how_long_ago_each_agent_was_given_each_page()
    {
        await using var page = await site.OpenAsync("/pages?view=freshness");
        await page.SettledAsync();

        var heads = await page.Page.Locator(".grid-agent > span:first-child").AllInnerTextsAsync();
        var stored = await site.Server.RowsAsync($"SELECT DISTINCT agent FROM requests WHERE agent <> '' AND class IN ('search', 'training', 'user-fetch', 'agent') AND {DeliveredSql}");
        Assert.NotEmpty(heads);
        Assert.Subset(stored.ToHashSet(), heads.Select(name => $"[\"{name}\"]").ToHashSet());

        // Everything in the store is of the last hours; what nobody read is never.
        var cells = page.Page.Locator(".freshness td .cell");
        Assert.All(await cells.AllInnerTextsAsync(), text => Assert.Contains(text, new[] { "0", "never" }));
        await page.Page.Locator(".freshness td a.cell").First.ClickAsync();
        await page.AddressMatchesAsync("/logs\\?.*agent%3A|/logs\\?.*agent:");
        await BrowserPage.Expect(page.Page.Locator(".chip-text", new() { HasText = "agent" }).First).ToBeVisibleAsync();
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task What_is_broken_for_agents_and_open_to_people_is_said()
    {
        await using var page = await site.OpenAsync("/pages?view=broken&from=-7d");
        await page.SettledAsync();

        var links = page.Panel("Broken for agents").Locator("tbody tr").First.Locator("a.figure");
        Assert.True(await FigureLinks.AssertLeadToAsManyRowsAsync(site.Server, links) > 0);
        const string Blocked = "status IN (401, 402, 403, 406, 429, 451)";
        const string People = "class = 'human-like' AND proof = 'none' AND user_agent LIKE 'Mozilla/%'";
        var open = await site.Server.CountAsync($"""
            SELECT count(*) FROM (SELECT path FROM requests WHERE kind = 'page' AND method = 'GET' GROUP BY path
            HAVING count(*) FILTER (WHERE {AiSql} AND {Blocked}) > 0 AND count(*) FILTER (WHERE {People} AND {DeliveredSql}) > 0)
            """);
        await BrowserPage.Expect(page.Page.Locator(".flag")).ToHaveCountAsync((int)Math.Min(open, 25));
    }

    [Fact]
    public async Task Reads_are_judged_by_the_robots_txt_of_their_time()
    {
        await using var page = await site.OpenAsync("/pages?view=robots&from=-7d");
        await page.SettledAsync();

        await page.Panel("By agent").GetByRole(AriaRole.Button, new() { Name = "Show more" }).ClickAsync();
        var cells = await FigureLinks.CellsAsync(page.Panel("By agent"));
        var violations = cells[1..].Sum(line => long.Parse(line[Array.IndexOf(cells[0], "Violations")], CultureInfo.InvariantCulture));
        var exempt = cells[1..].Sum(line => long.Parse(line[Array.IndexOf(cells[0], "Exempt")], CultureInfo.InvariantCulture));

        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE robots = 'disallowed'"), violations);
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE robots = 'exempt'"), exempt);
        await BrowserPage.Expect(page.Panel("Versions").GetByText("in force")).ToHaveCountAsync(1);
        Assert.Empty(page.Problems);
    }

    [Theory]
    [InlineData("folders")]
    [InlineData("freshness")]
    [InlineData("unread")]
    [InlineData("broken")]
    [InlineData("robots")]
    public async Task A_view_has_no_serious_finding_of_axe_and_does_not_scroll_sideways(string view)
    {
        await using var page = await site.OpenAsync($"/pages?view={view}&open=/docs/");
        foreach (var width in new[] { 1440, 390 })
        {
            await page.Page.SetViewportSizeAsync(width, 844);
            await page.SettledAsync();

            await LookTests.NothingSeriousAsync(page, $"{view} at {width}");
            Assert.False(await page.IsTooWideAsync(), $"{view} at {width} scrolls sideways");
        }

        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task An_empty_store_says_what_to_do()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        var cookie = await BrowserSite.SignInAsync(server);
        foreach (var (path, text) in new[] { ("/pages", "No request has arrived yet"), ("/pages?view=freshness", "No request has arrived yet"), ("/pages?view=robots", "No robots.txt is known"), ("/referrals", "No request has arrived yet") })
        {
            await using var page = await site.OpenAsync(server, path, cookie: cookie);
            await page.SettledAsync();

            await BrowserPage.Expect(page.Page.GetByText(text)).ToBeVisibleAsync();
            await BrowserPage.Expect(page.Page.Locator("main").GetByRole(AriaRole.Link, new() { Name = "Setup" }).First).ToBeVisibleAsync();
            Assert.Empty(page.Problems);
        }
    }
}
