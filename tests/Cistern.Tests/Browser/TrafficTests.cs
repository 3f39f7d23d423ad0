using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

[Collection(BrowserTests.Name)]
public partial class TrafficTests(BrowserSite site)
{
    [Fact]
    public async Task The_tiles_show_what_the_store_holds()
    {
        await using var page = await site.OpenAsync("/traffic?from=-7d");
        await page.SettledAsync();

        var stored = await site.Server.CountAsync("SELECT count(*) FROM requests");

        await BrowserPage.Expect(page.Page.Locator(".tile", new() { HasText = "Requests" }).Locator(".tile-value")).ToHaveAttributeAsync("title", stored.ToString("N0", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Drawing_over_the_chart_zooms_to_whole_buckets_and_back_goes_back()
    {
        await using var page = await site.OpenAsync("/traffic?from=-6h");
        await page.SettledAsync();
        var before = await RequestsAsync(page);

        await DrawOverAsync(page, page.Panel("Requests by status").Locator(".plot-area"), 0.6, 0.8);

        await page.AddressMatchesAsync("from=20[0-9:TZ-]+&to=20");
        await page.SettledAsync();
        Assert.InRange(await RequestsAsync(page), 1, before - 1);
        await page.Page.GoBackAsync();
        await page.AddressMatchesAsync("from=-6h$");
    }

    [Fact]
    public async Task A_click_on_a_row_filters_and_an_alt_click_leaves_out()
    {
        await using var page = await site.OpenAsync("/traffic?from=-7d");
        await page.SettledAsync();
        var all = await RequestsAsync(page);
        var row = page.Panel("Top countries").Locator(".top-row").First;
        var name = await row.Locator(".top-name").InnerTextAsync();
        var code = name[^2..];

        await row.ClickAsync();
        await page.AddressMatchesAsync($"q=country:{code}$");
        await page.SettledAsync();
        var only = await RequestsAsync(page);
        Assert.Equal(await site.Server.CountAsync($"SELECT count(*) FROM requests WHERE country = '{code}'"), only);

        await page.Button($"Exclude country:{code}").ClickAsync();
        await page.AddressMatchesAsync($"q=-country:{code}$");
        await page.SettledAsync();
        Assert.Equal(all - only, await RequestsAsync(page));
    }

    [Fact]
    public async Task A_copied_link_shows_the_same_in_a_new_tab()
    {
        await using var page = await site.OpenAsync("/traffic?from=-2h&q=status:2xx&compare=1");
        await page.SettledAsync();
        await page.Button("Link to this view").ClickAsync();
        await page.Button("Copy link").ClickAsync();
        await BrowserPage.Expect(page.Button("Copied")).ToBeVisibleAsync();
        var link = await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()");

        // Nothing newer than the link can be in it.
        await using var tab = await page.OpenTabAsync(link);
        await tab.SettledAsync();
        var first = await tab.Page.Locator("main").InnerTextAsync();
        await using var again = await page.OpenTabAsync(link);
        await again.SettledAsync();

        Assert.Matches("from=20.+&to=20", link);
        Assert.Contains("q=status:2xx", link, StringComparison.Ordinal);
        Assert.Equal(first, await again.Page.Locator("main").InnerTextAsync());
        await BrowserPage.Expect(tab.Page.Locator(".chip-text")).ToHaveTextAsync("status 2xx");
        await BrowserPage.Expect(tab.Button("Compare", exact: true)).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task A_filter_that_cannot_be_read_says_where_and_changes_nothing()
    {
        await using var page = await site.OpenAsync("/traffic?from=-7d");
        await page.SettledAsync();

        await page.Filter.FillAsync("stauts:5xx");
        await page.Filter.PressAsync("Enter");

        await BrowserPage.Expect(page.Page.Locator(".filter-problem")).ToContainTextAsync("did you mean 'status'");
        Assert.Equal("/traffic?from=-7d", page.Address);
    }

    [Fact]
    public async Task Fields_and_values_are_completed_by_keyboard()
    {
        await using var page = await site.OpenAsync("/traffic?from=-7d");
        await page.SettledAsync();

        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("meth");
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Option).First).ToContainTextAsync("method");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("Enter");
        await BrowserPage.Expect(page.Filter).ToHaveValueAsync("method:");
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Option, new() { NameRegex = Get() })).ToBeVisibleAsync();
        await page.Page.Keyboard.TypeAsync("GE");
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("Enter");
        await BrowserPage.Expect(page.Filter).ToHaveValueAsync("method:GET");
        await page.Page.Keyboard.PressAsync("Enter");

        await page.AddressMatchesAsync("q=method:GET");
    }

    /// <summary>Keys that come before the browser paints again: what was chosen by them is taken, not what was typed.</summary>
    [Fact]
    public async Task Who_types_faster_than_the_screen_gets_what_was_chosen()
    {
        await using var page = await site.OpenAsync("/traffic?from=-7d");
        await page.SettledAsync();
        await page.Filter.FocusAsync();
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();

        await page.Filter.EvaluateAsync("""
            async input => {
              const drawn = async () => { for (let turn = 0; turn < 10; turn++) await Promise.resolve() }
              const press = async key => { input.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })); await drawn() }
              Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, 'meth')
              input.dispatchEvent(new InputEvent('input', { bubbles: true }))
              await drawn()
              await press('ArrowDown')
              await press('Enter')
            }
            """);

        await BrowserPage.Expect(page.Filter).ToHaveValueAsync("method:");
    }

    [Fact]
    public async Task Numbers_of_a_chart_are_there_as_a_table()
    {
        await using var page = await site.OpenAsync("/traffic?from=-7d");
        await page.SettledAsync();

        await page.Button("Show Requests by status as table").ClickAsync();

        var table = page.Panel("Requests by status").GetByRole(AriaRole.Table);
        var sum = (await table.Locator("tbody td").AllInnerTextsAsync()).Sum(text => long.Parse(text, System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests"), sum);
    }

    [Fact]
    public async Task A_server_that_stops_is_said_and_its_return_is_seen()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync(settings => settings with { Listen = [$"http://127.0.0.1:{FreePort()}"] });
        await BrowserSite.FillAsync(server, TimeSpan.FromMinutes(20));
        await using var page = await site.OpenAsync(server, "/traffic", cookie: await BrowserSite.SignInAsync(server));
        await page.SettledAsync();
        var requests = await RequestsAsync(page);

        await server.StopAsync();
        await page.Button("Ask again now").ClickAsync();
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("does not answer");
        Assert.Equal(requests, await RequestsAsync(page));

        await server.StartAgainAsync();
        await BrowserPage.Expect(page.Page.Locator(".notice")).ToHaveCountAsync(0);
        await page.SettledAsync();
        Assert.Equal(requests, await RequestsAsync(page));
    }

    internal static async Task DrawOverAsync(BrowserPage page, ILocator area, double from, double to)
    {
        var box = (await area.BoundingBoxAsync())!;
        var y = box.Y + (box.Height / 2);
        await page.Page.Mouse.MoveAsync((float)(box.X + (box.Width * from)), y);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync((float)(box.X + (box.Width * ((from + to) / 2))), y);
        await page.Page.Mouse.MoveAsync((float)(box.X + (box.Width * to)), y);
        await page.Page.Mouse.UpAsync();
    }

    private static async Task<long> RequestsAsync(BrowserPage page)
    {
        var text = await page.Page.Locator(".tile", new() { HasText = "Requests" }).Locator(".tile-value").GetAttributeAsync("title");
        return long.Parse(text!, System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("^GET")]
    private static partial Regex Get();
}
