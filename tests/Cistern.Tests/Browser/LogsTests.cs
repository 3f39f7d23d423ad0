using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

[Collection(BrowserTests.Name)]
public class LogsTests(BrowserSite site)
{
    [Fact]
    public async Task Rows_are_those_of_the_store_newest_first_and_more_come_while_scrolling()
    {
        await using var page = await site.OpenAsync("/logs?from=-7d&q=host:docs.example.com&cols=request_id,status,path");
        await page.SettledAsync();
        var stored = await site.Server.RowsAsync("SELECT request_id FROM requests WHERE host = 'docs.example.com' ORDER BY time DESC, received DESC LIMIT 5");

        var shown = await Rows(page).Locator("th").AllInnerTextsAsync();
        Assert.Equal(stored.Select(row => JsonDocument.Parse(row).RootElement[0].GetString()), shown.Take(5));

        // 200 rows a page: the thousandth comes only if pages are asked for on the way.
        var box = page.Page.GetByRole(AriaRole.Region, new() { Name = "Rows", Exact = true });
        for (var tries = 0; tries < 60 && await LoadedAsync(page) < 1000; tries++)
        {
            await box.EvaluateAsync("box => box.scrollTop = box.scrollHeight");
            await page.Page.WaitForTimeoutAsync(100);
        }

        Assert.True(await LoadedAsync(page) >= 1000);
        Assert.InRange(await Rows(page).CountAsync(), 1, 200);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task A_click_on_a_facet_includes_and_an_alt_click_excludes()
    {
        await using var page = await site.OpenAsync("/logs?from=-7d");
        await page.SettledAsync();
        var facets = page.Page.GetByRole(AriaRole.Complementary, new() { Name = "Facets" });

        await facets.GetByText("HEAD", new() { Exact = true }).ClickAsync();
        await page.AddressMatchesAsync("q=method:HEAD");
        await page.SettledAsync();
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE method = 'HEAD'"), await TotalAsync(page));

        await page.Button("Remove method:HEAD", exact: true).ClickAsync();
        await page.SettledAsync();
        await facets.GetByText("HEAD", new() { Exact = true }).ClickAsync(new() { Modifiers = [KeyboardModifier.Alt] });
        await page.AddressMatchesAsync("q=-method:HEAD");
        await page.SettledAsync();
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE method <> 'HEAD'"), await TotalAsync(page));
    }

    [Fact]
    public async Task The_file_holds_exactly_what_the_screen_shows()
    {
        await using var page = await site.OpenAsync("/logs?from=-7d&q=status:4xx&cols=time,status,method,path,request_id");
        await page.SettledAsync();
        var shown = await Rows(page).EvaluateAllAsync<string[][]>("rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))");

        var csv = await DownloadAsync(page, "CSV");
        var ndjson = await DownloadAsync(page, "NDJSON");

        var lines = csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("time,status,method,path,request_id", lines[0]);
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE status BETWEEN 400 AND 499"), lines.Length - 1);
        Assert.Equal(lines.Length - 1, ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        // The screen writes times by the wall clock, the file in ISO 8601; the demo's paths need no quotes.
        foreach (var (row, line) in shown.Zip(lines.Skip(1)))
        {
            var fields = line.Split(',');
            Assert.Equal(DateTime.Parse(fields[0], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture), row[0]);

            // What a spreadsheet would take for a formula is marked in the file.
            Assert.Equal(fields[1..].Select(field => field.TrimStart('\'')), row[1..]);
        }
    }

    [Fact]
    public async Task The_drawer_explains_every_field_and_its_address_opens_it_again()
    {
        await using var page = await site.OpenAsync("/logs?from=-7d&q=user_agent:*");
        await page.SettledAsync();

        await Rows(page).Nth(3).Locator("td").First.ClickAsync();
        var drawer = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Row", Exact = true });
        await BrowserPage.Expect(drawer.Locator("dt").Filter(new() { HasText = "user_agent" })).ToBeVisibleAsync();
        await BrowserPage.Expect(drawer.GetByText("The viewer's address or its proxy's").First).ToBeVisibleAsync();
        await BrowserPage.Expect(drawer).ToContainTextAsync("Needed for error rates");
        var answer = await drawer.Locator(".row-group").Nth(1).InnerTextAsync();

        await using var tab = await page.OpenTabAsync(page.Page.Url);
        var again = tab.Page.GetByRole(AriaRole.Dialog, new() { Name = "Row", Exact = true }).Locator(".row-group").Nth(1);
        await BrowserPage.Expect(again).ToContainTextAsync("Needed for error rates");
        Assert.Equal(answer, await again.InnerTextAsync());
    }

    [Fact]
    public async Task Everything_can_be_done_by_keyboard()
    {
        await using var page = await site.OpenAsync("/");
        await page.SettledAsync();
        var keyboard = page.Page.Keyboard;

        await keyboard.PressAsync("?");
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Keyboard shortcuts" })).ToBeVisibleAsync();
        await keyboard.PressAsync("Escape");
        await keyboard.PressAsync("g");
        await keyboard.PressAsync("l");
        await page.AddressMatchesAsync("/logs");
        await page.SettledAsync();

        await keyboard.PressAsync("t");
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Time range" })).ToBeVisibleAsync();
        await keyboard.PressAsync("Tab");
        await keyboard.PressAsync("Enter");
        await page.AddressMatchesAsync("from=-1h");
        await page.SettledAsync();

        await keyboard.PressAsync("/");
        await keyboard.TypeAsync("method:GET");
        await keyboard.PressAsync("Enter");
        await page.AddressMatchesAsync("q=method:GET");
        await page.SettledAsync();
        await keyboard.PressAsync("Escape");
        await keyboard.PressAsync("Escape");

        await keyboard.PressAsync("j");
        await keyboard.PressAsync("j");
        await keyboard.PressAsync("k");
        await BrowserPage.Expect(page.Page.Locator("tr[data-current]")).ToHaveCountAsync(1);
        await keyboard.PressAsync("Enter");
        var drawer = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Row", Exact = true });
        await BrowserPage.Expect(drawer).ToBeVisibleAsync();
        var first = page.Address;
        await keyboard.PressAsync("j");
        await BrowserPage.Expect(drawer).ToBeVisibleAsync();
        Assert.NotEqual(first, page.Address);
        await keyboard.PressAsync("Escape");
        await BrowserPage.Expect(drawer).ToHaveCountAsync(0);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Rows_that_arrive_show_by_themselves_and_wait_while_it_is_paused()
    {
        await using var page = await site.OpenAsync("/logs?q=path:/live-*&cols=path");
        await page.SettledAsync();
        await page.Button("Live", exact: true).ClickAsync();
        await BrowserPage.Expect(page.Page.GetByText("Live", new() { Exact = true }).Last).ToBeVisibleAsync();
        await BrowserPage.Expect(page.Page.Locator(".live-status.live")).ToBeVisibleAsync();

        await DeliverAsync("/live-one");
        await BrowserPage.Expect(Rows(page).First).ToContainTextAsync("/live-one");
        await DeliverAsync("/other");
        await DeliverAsync("/live-two");
        await BrowserPage.Expect(Rows(page).First).ToContainTextAsync("/live-two");
        Assert.Equal(2, await Rows(page).CountAsync());

        await page.Button("Pause", exact: true).ClickAsync();
        await DeliverAsync("/live-three");
        await BrowserPage.Expect(page.Page.GetByText("3 arrived")).ToBeVisibleAsync();
        Assert.Equal(2, await Rows(page).CountAsync());
        await page.Button("Go on", exact: true).ClickAsync();
        await BrowserPage.Expect(Rows(page).First).ToContainTextAsync("/live-three");
        Assert.Empty(page.Problems);
    }

    // The eleven fields of the common choice: timestamp, c-ip, sc-status, sc-bytes, cs-method, cs-host, cs-uri-stem, time-taken, cs-user-agent, cs-referer, cs-uri-query.
    private Task DeliverAsync(string path) => site.Server.DeliverAsync(
        Guid.NewGuid().ToString(),
        string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0:F3}\t203.0.113.7\t200\t10\tGET\tlive.example.com\t{path}\t0.001\tcurl\t-\t-\n"));

    private static ILocator Rows(BrowserPage page) => page.Page.Locator(".log-table tbody tr[aria-rowindex]");

    private static async Task<long> LoadedAsync(BrowserPage page) => NumberIn(await page.Page.Locator(".log-loaded").InnerTextAsync());

    private static async Task<long> TotalAsync(BrowserPage page) => NumberIn(await page.Page.Locator(".log-counts b").InnerTextAsync());

    private static long NumberIn(string text) => long.Parse(new string([.. text.Where(char.IsAsciiDigit)]), CultureInfo.InvariantCulture);

    private static async Task<string> DownloadAsync(BrowserPage page, string format)
    {
        await page.Page.Locator(".export-menu > button").ClickAsync();
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByRole(AriaRole.Link, new() { Name = format, Exact = true }).ClickAsync());
        using var reader = new StreamReader(await download.CreateReadStreamAsync());
        return await reader.ReadToEndAsync();
    }
}
