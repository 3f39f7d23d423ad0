using System.Globalization;

namespace Cistern.Tests.Browser;

/// <summary>The overview: who reads and who arrives, each figure with its rows; and views that are kept.</summary>
[Collection(BrowserTests.Name)]
public class OverviewTests(BrowserSite site)
{
    private const string AiReads = "class IN ('training', 'search', 'user-fetch', 'agent', 'coding', 'data-provider') AND kind = 'page' AND method = 'GET'";

    [Fact]
    public async Task The_tiles_show_what_the_store_holds_and_lead_to_it()
    {
        await using var page = await site.OpenAsync("/?from=-7d");
        await page.SettledAsync();

        Assert.Equal(await site.Server.CountAsync($"SELECT count(*) FROM requests WHERE {AiReads}"), await TileAsync(page, "Page reads by AI"));
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE proof = 'mismatch'"), await TileAsync(page, "Impostors"));
        var visits = await site.Server.CountAsync("SELECT count(*) FROM requests WHERE class = 'human-like' AND proof = 'none' AND kind = 'page' AND method = 'GET' AND (status BETWEEN 200 AND 299 OR status = 304) AND ai_source <> ''");
        Assert.Equal(visits, await TileAsync(page, "Visits from AI"));

        await page.Page.Locator(".tile", new() { HasText = "Visits from AI" }).Locator("a").ClickAsync();
        await page.AddressMatchesAsync("/logs\\?.*q=ai_source");
        await page.SettledAsync();
        await BrowserPage.Expect(page.Page.Locator(".log-counts")).ToContainTextAsync(visits.ToString("N0", CultureInfo.InvariantCulture));
        Assert.Empty(page.Problems);
    }

    [Theory]
    [InlineData("Top agents")]
    [InlineData("Top AI sources")]
    [InlineData("Reads for each visit")]
    [InlineData("Pages that agents read most")]
    public async Task Every_figure_of_a_list_leads_to_as_many_rows(string title)
    {
        await using var page = await site.OpenAsync("/?from=-7d");
        await page.SettledAsync();

        Assert.True(await FigureLinks.AssertLeadToAsManyRowsAsync(site.Server, page.Panel(title).Locator("a.figure")) > 0);
    }

    [Fact]
    public async Task The_numbers_of_the_chart_add_up_to_the_page_reads()
    {
        await using var page = await site.OpenAsync("/?from=-7d");
        await page.SettledAsync();

        await page.Button("Show Page reads by class of reader as table").ClickAsync();

        // Its last column is of what was blocked or failed, which is among the others.
        var sum = await page.Panel("Page reads by class of reader").GetByRole(Microsoft.Playwright.AriaRole.Table)
            .EvaluateAsync<long>("table => [...table.tBodies[0].rows].flatMap(row => [...row.cells].slice(1, -1)).reduce((sum, cell) => sum + Number(cell.textContent.replace(/,/g, '')), 0)");
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE kind = 'page' AND method = 'GET' AND class NOT IN ('', 'human-like')"), sum);
    }

    [Fact]
    public async Task A_view_is_saved_seen_by_another_browser_and_removed_by_keyboard_alone()
    {
        await using var page = await site.OpenAsync("/agents?from=-2h&q=class:training");
        await page.SettledAsync();
        await page.Button("Saved views").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.GetByLabel("Save this view as").FocusAsync();
        await page.Page.Keyboard.TypeAsync("Trainers, two hours");
        await page.Page.Keyboard.PressAsync("Enter");
        await BrowserPage.Expect(page.Link("Trainers, two hours")).ToBeVisibleAsync();

        await using var other = await site.OpenAsync("/health");
        await other.GotoAsync("/logs");
        await other.SettledAsync();
        await other.Button("Saved views").ClickAsync();
        await other.Link("Trainers, two hours").ClickAsync();
        await other.AddressMatchesAsync("/agents\\?from=-2h&q=class:training$");

        await page.Button("Remove Trainers, two hours").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await BrowserPage.Expect(page.Link("Trainers, two hours")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Without_a_request_it_says_what_to_do()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        await using var page = await site.OpenAsync(server, "/", cookie: await BrowserSite.SignInAsync(server));
        await page.SettledAsync();

        await BrowserPage.Expect(page.Page.Locator("main")).ToContainTextAsync("No request has arrived yet");
        await BrowserPage.Expect(page.Page.Locator("main").GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "Setup" })).ToBeVisibleAsync();
    }

    private static async Task<long> TileAsync(BrowserPage page, string name) => long.Parse(
        await page.Page.Locator(".tile", new() { HasText = name }).Locator(".tile-value").GetAttributeAsync("title") ?? "", NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
