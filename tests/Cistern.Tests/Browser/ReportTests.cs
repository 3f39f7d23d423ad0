using System.Globalization;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>The weekly report: a week of whole days, on paper too.</summary>
[Collection(BrowserTests.Name)]
public class ReportTests(BrowserSite site)
{
    [Fact]
    public async Task A_week_is_seven_whole_days_of_the_zone_and_its_figures_are_the_stores()
    {
        // The last seven days end with yesterday, and everything came today or yesterday.
        await using var page = await site.OpenAsync("/report?tz=Asia/Tokyo");
        await page.SettledAsync();
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, zone).DateTime);
        var end = today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        await BrowserPage.Expect(page.Page.Locator(".report-head h2")).ToContainTextAsync(today.AddDays(-1).ToString("d MMMM yyyy", CultureInfo.InvariantCulture));
        var stored = await site.Server.CountAsync($"SELECT count(*) FROM requests WHERE time < TIMESTAMP '{end} 00:00:00' - INTERVAL 9 HOUR");
        await BrowserPage.Expect(page.Page.Locator(stored == 0 ? ".report .empty" : ".report-small")).ToContainTextAsync(
            stored == 0 ? "Nothing was stored in this week" : $"Of {stored.ToString("N0", CultureInfo.InvariantCulture)} log records");

        await page.Button("The week before").ClickAsync();
        await page.AddressMatchesAsync($"week={today.AddDays(-8).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
        await BrowserPage.Expect(page.Page.Locator(".report .empty")).ToContainTextAsync("Nothing was stored in this week");
        await page.Button("The week after").ClickAsync();
        await BrowserPage.Expect(page.Button("The week after")).ToBeDisabledAsync();
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task A_whole_week_fills_the_page_and_prints_without_what_stands_around_it()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        await BrowserSite.FillAsync(server, TimeSpan.FromDays(2), rate: 0.1);
        await using var page = await site.OpenAsync(server, "/report", new BrowserLook(Dark: true), await BrowserSite.SignInAsync(server));
        await page.SettledAsync();

        var reads = await server.CountAsync(
            $"SELECT count(*) FROM requests WHERE class IN ('training', 'search', 'user-fetch', 'agent', 'coding', 'data-provider') AND kind = 'page' AND method = 'GET' AND time < TIMESTAMP '{DateTime.UtcNow:yyyy-MM-dd} 00:00:00'");
        await BrowserPage.Expect(page.Page.Locator(".report-lead")).ToContainTextAsync($"{reads.ToString("N0", CultureInfo.InvariantCulture)} pages");
        await BrowserPage.Expect(page.Panel("Agents that read most").Locator("tbody tr").First).ToBeVisibleAsync();
        Assert.True(await FigureLinks.CellsAsync(page.Panel("The week in figures")) is [[_, "This week"], ["Pages read by AI agents", _], ..], "the table of figures has no comparison, for nothing is stored of the week before");

        await page.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await BrowserPage.Expect(page.Page.Locator(".nav")).ToBeHiddenAsync();
        await BrowserPage.Expect(page.Page.Locator(".top-bar")).ToBeHiddenAsync();
        await BrowserPage.Expect(page.Page.Locator(".report-head h2")).ToBeVisibleAsync();
        Assert.Equal("rgb(255, 255, 255)", await page.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("light", await page.Page.EvaluateAsync<string>("(dispatchEvent(new Event('beforeprint')), document.documentElement.dataset.theme)"));
        Assert.True(await page.Page.EvaluateAsync<bool>("(dispatchEvent(new Event('afterprint')), document.documentElement.dataset.theme === undefined)"));
    }

    [Fact]
    public async Task Where_the_figures_have_no_answer_the_lists_have_theirs_and_nothing_is_said_of_the_week_before()
    {
        await using var page = await site.OpenAsync("/signin");
        await page.Page.RouteAsync("**/api/query", route => route.Request.PostData!.Contains("\"ai_share_of_arrivals\"", StringComparison.Ordinal)
            ? route.FulfillAsync(new() { Status = 503, ContentType = "application/problem+json", Body = """{"type":"urn:cistern:problem:unavailable","title":"Not now","status":503,"detail":"the store is starting"}""" })
            : route.ContinueAsync());
        await page.GotoAsync("/report");
        await page.SettledAsync();

        await BrowserPage.Expect(page.Panel("The week in figures").GetByRole(AriaRole.Alert)).ToContainTextAsync("the store is starting");
        await BrowserPage.Expect(page.Panel("Agents that read most").Locator("table, .report-none")).ToBeVisibleAsync();
        Assert.Equal("Days of UTC.", (await page.Page.Locator(".report-head .note").InnerTextAsync()).Trim());
    }
}
