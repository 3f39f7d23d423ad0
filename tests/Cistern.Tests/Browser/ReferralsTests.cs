using System.Globalization;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

[Collection(BrowserTests.Name)]
public class ReferralsTests(BrowserSite site)
{
    private const string VisitSql =
        "class = 'human-like' AND proof = 'none' AND user_agent LIKE 'Mozilla/%' AND kind = 'page' AND method = 'GET' AND (status BETWEEN 200 AND 299 OR status = 304) "
        + "AND ai_source <> '' AND lower(cs_headers) NOT LIKE '%sec-purpose:%prefetch%'";

    [Fact]
    public async Task Visits_are_the_same_in_tile_chart_and_tables()
    {
        await using var page = await site.OpenAsync("/referrals?from=-7d");
        await page.SettledAsync();
        var stored = await site.Server.CountAsync($"SELECT count(*) FROM requests WHERE {VisitSql}");

        Assert.Equal(stored.ToString("N0", CultureInfo.InvariantCulture), await page.Page.Locator(".tile", new() { HasText = "AI visits" }).Locator(".tile-value").GetAttributeAsync("title"));
        Assert.Equal(stored, await SumAsync(page.Panel("Products"), "Visits"));
        Assert.Equal(stored, await SumAsync(page.Panel("Products"), "By referer") + await SumAsync(page.Panel("Products"), "By utm_source"));
        await page.Button("Show AI visits by product as table").ClickAsync();
        var chart = await page.Panel("AI visits by product").GetByRole(AriaRole.Table).Locator("tbody td").AllInnerTextsAsync();
        Assert.Equal(stored, chart.Sum(text => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)));
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Each_figure_leads_to_as_many_rows_as_it_says()
    {
        await using var page = await site.OpenAsync("/referrals?from=-7d");
        await page.SettledAsync();

        foreach (var title in new[] { "Products", "Landing pages", "From the first read to the first visit" })
        {
            Assert.True(await FigureLinks.AssertLeadToAsManyRowsAsync(site.Server, page.Panel(title).Locator("tbody tr").First.Locator("a.figure")) > 0, title);
        }
    }

    [Fact]
    public async Task A_click_on_a_product_filters_by_it_and_says_what_it_does_not_apply_to()
    {
        await using var page = await site.OpenAsync("/referrals?from=-7d");
        await page.SettledAsync();
        var reads = await page.Page.Locator(".tile", new() { HasText = "Reads per visit" }).Locator(".tile-value").InnerTextAsync();

        await page.Panel("Products").Locator(".page-name", new() { HasText = "ChatGPT" }).ClickAsync();
        await page.AddressMatchesAsync("q=ai_source:ChatGPT$");
        await page.SettledAsync();

        Assert.Equal(await site.Server.CountAsync($"SELECT count(*) FROM requests WHERE {VisitSql} AND ai_source = 'ChatGPT'"), await SumAsync(page.Panel("Products"), "Visits"));
        await BrowserPage.Expect(page.Page.Locator("main .qualifier").First).ToContainTextAsync("are of all products");
        Assert.Equal(reads, await page.Page.Locator(".tile", new() { HasText = "Reads per visit" }).Locator(".tile-value").InnerTextAsync());
    }

    [Fact]
    public async Task Orders_stand_in_the_address_and_what_is_saved_is_what_is_shown()
    {
        await using var page = await site.OpenAsync("/referrals?from=-7d");
        await page.SettledAsync();

        await page.Panel("Landing pages").GetByRole(AriaRole.Button, new() { Name = "ChatGPT", Exact = true }).FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.AddressMatchesAsync("landing=-ChatGPT");
        var shown = await FigureLinks.CellsAsync(page.Panel("Landing pages"));
        var saved = await FigureLinks.SaveAsync(page, page.Panel("Landing pages"));

        var chatGpt = Array.IndexOf(shown[0], "ChatGPT");
        var counts = shown[1..].Select(line => long.Parse(line[chatGpt], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(counts.OrderDescending(), counts);
        Assert.Equal(shown[0], saved[0]);
        Assert.Equal(shown[1..].Select(line => line[1..]), saved[1..].Select(line => line[1..]));
        await page.GotoAsync(page.Address);
        await page.SettledAsync();
        Assert.Equal(shown.Select(line => line[0]), (await FigureLinks.CellsAsync(page.Panel("Landing pages"))).Select(line => line[0]));
    }

    private static async Task<long> SumAsync(ILocator panel, string column)
    {
        var cells = await FigureLinks.CellsAsync(panel);
        return cells[1..].Sum(line => long.Parse(line[Array.IndexOf(cells[0], column)], CultureInfo.InvariantCulture));
    }
}
