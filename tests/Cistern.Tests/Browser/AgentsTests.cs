using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>The screen of agents: its figures are those of the store, and each leads to its rows.</summary>
[Collection(BrowserTests.Name)]
public partial class AgentsTests(BrowserSite site)
{
    private const string Ai = "class IN ('training', 'search', 'user-fetch', 'agent', 'coding', 'data-provider')";
    private const string Read = "kind = 'page' AND method = 'GET'";

    [Fact]
    public async Task The_tiles_and_the_table_show_what_the_store_holds()
    {
        await using var page = await OpenAsync("/agents?from=-7d");

        Assert.Equal(await site.Server.CountAsync($"SELECT count(*) FROM requests WHERE {Ai}"), await TileAsync(page, "Agent requests"));
        Assert.Equal(await site.Server.CountAsync($"SELECT count(*) FROM requests WHERE {Ai} AND {Read}"), await TileAsync(page, "Page reads"));
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE proof = 'mismatch'"), await TileAsync(page, "Impostors"));
        var unlisted = await site.Server.CountAsync("SELECT count(*) FROM requests WHERE proof = 'unlisted'");
        await BrowserPage.Expect(page.Page.Locator(".tile", new() { HasText = "Proven" }).Locator("dt small")).ToHaveAttributeAsync("title", $"{Text(unlisted)} unlisted");

        var row = Row(page, "Agents", "GPTBot");
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE agent = 'GPTBot'"), await FigureAsync(row, 3));
        Assert.Equal(await site.Server.CountAsync($"SELECT count(*) FROM requests WHERE agent = 'GPTBot' AND {Read}"), await FigureAsync(row, 4));
        Assert.Equal(await site.Server.CountAsync($"SELECT count(DISTINCT agent) FROM requests WHERE {Ai}"), await Rows(page, "Agents").CountAsync());
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task A_figure_leads_to_its_rows_and_back_goes_back()
    {
        await using var page = await OpenAsync("/agents?from=-7d");

        await Row(page, "Agents", "GPTBot").Locator(".proof-false").ClickAsync();

        await page.AddressMatchesAsync("/logs\\?.*q=agent:GPTBot.class:training.proof:mismatch");
        await page.SettledAsync();
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE agent = 'GPTBot' AND proof = 'mismatch'"), await LogRowsAsync(page));
        await page.Page.GoBackAsync();
        await page.AddressMatchesAsync("/agents\\?from=-7d$");

        await page.SettledAsync();
        await page.Page.Locator(".tile", new() { HasText = "Page reads" }).GetByRole(AriaRole.Link).ClickAsync();
        await page.AddressMatchesAsync("/logs");
        await page.SettledAsync();
        Assert.Equal(await site.Server.CountAsync($"SELECT count(*) FROM requests WHERE {Ai} AND {Read}"), await LogRowsAsync(page));
    }

    [Fact]
    public async Task A_click_on_a_class_filters_and_the_address_shows_the_same_in_a_new_tab()
    {
        await using var page = await OpenAsync("/agents?from=-7d&to=now");

        await Row(page, "Agents", "GPTBot").GetByText("training", new() { Exact = true }).ClickAsync();
        await page.AddressMatchesAsync("q=class:training$");
        await page.SettledAsync();
        Assert.Equal(await site.Server.CountAsync("SELECT count(DISTINCT agent) FROM requests WHERE class = 'training'"), await Rows(page, "Agents").CountAsync());

        await page.Button("By operator").ClickAsync();
        await page.AddressMatchesAsync("by=operator");
        await page.SettledAsync();
        var names = await Rows(page, "Operators").Locator("th").AllInnerTextsAsync();
        await using var tab = await page.OpenTabAsync(page.Page.Url);
        await tab.SettledAsync();
        Assert.Equal(names, await Rows(tab, "Operators").Locator("th").AllInnerTextsAsync());
        Assert.Equal(await site.Server.CountAsync("SELECT count(DISTINCT operator) FROM requests WHERE class = 'training'"), names.Count);
    }

    [Fact]
    public async Task All_automation_has_search_engines_too()
    {
        await using var page = await OpenAsync("/agents?from=-7d");
        await BrowserPage.Expect(Row(page, "Agents", "Googlebot")).ToHaveCountAsync(0);

        await page.Button("All automation").ClickAsync();

        await page.AddressMatchesAsync("all=1");
        await page.SettledAsync();
        Assert.Equal(await site.Server.CountAsync($"SELECT count(*) FROM requests WHERE agent = 'Googlebot' AND {Read}"), await FigureAsync(Row(page, "Agents", "Googlebot"), 4));
    }

    [Fact]
    public async Task The_file_holds_what_the_table_shows_in_its_order()
    {
        await using var page = await OpenAsync("/agents?from=-7d&sort=agent");
        await BrowserPage.Expect(Rows(page, "Agents").First.Locator("td").Last).Not.ToHaveTextAsync("–");
        var names = await Rows(page, "Agents").Locator("th").AllInnerTextsAsync();
        var titles = await Table(page, "Agents").Locator("thead th").AllInnerTextsAsync();

        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Button("Save agents as CSV").ClickAsync());
        using var reader = new StreamReader(await download.CreateReadStreamAsync());
        var lines = (await reader.ReadToEndAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("agents.csv", download.SuggestedFilename);
        Assert.Equal(titles, lines[0].Split(','));
        Assert.Equal(names, lines.Skip(1).Select(line => line.Split(',')[0]));
        var rows = Rows(page, "Agents");
        foreach (var (line, place) in lines.Skip(1).Select((line, place) => (line.Split(','), place)))
        {
            Assert.Equal(line[3], (await FigureAsync(rows.Nth(place), 3)).ToString(CultureInfo.InvariantCulture));
            Assert.Equal(line[4], (await FigureAsync(rows.Nth(place), 4)).ToString(CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task Changes_stand_beside_the_figures_while_two_periods_are_compared()
    {
        await using var page = await site.OpenAsync("/signin");

        // What is stored is in memory still, and then nobody says how far it reaches back.
        await page.Page.RouteAsync("**/api/status", async route =>
        {
            var answer = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = answer, Body = OldestRow().Replace(await answer.TextAsync(), "\"oldestRow\":\"2020-01-01T00:00:00.000Z\"") });
        });
        await page.GotoAsync("/agents?from=-70m&compare=1");
        await page.SettledAsync();
        await BrowserPage.Expect(Table(page, "Agents").GetByRole(AriaRole.Columnheader, new() { Name = "± reads" })).ToBeVisibleAsync();
        Assert.True(await Rows(page, "Agents").Locator(".delta").CountAsync() > 0);

        await page.Button("Compare", exact: true).ClickAsync();
        await page.SettledAsync();
        await BrowserPage.Expect(Table(page, "Agents").GetByRole(AriaRole.Columnheader, new() { Name = "± reads" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_table_is_sorted_and_lines_are_chosen_by_keyboard()
    {
        await using var page = await OpenAsync("/agents?from=-7d");
        var keyboard = page.Page.Keyboard;
        var table = Table(page, "Agents");

        await table.GetByRole(AriaRole.Button, new() { Name = "Agent", Exact = true }).FocusAsync();
        await keyboard.PressAsync("Enter");
        await page.AddressMatchesAsync("sort=agent");
        await BrowserPage.Expect(table.GetByRole(AriaRole.Columnheader, new() { Name = "Agent", Exact = true })).ToHaveAttributeAsync("aria-sort", "ascending");
        var names = await Rows(page, "Agents").Locator("th").AllInnerTextsAsync();
        Assert.Equal(names.Order(StringComparer.OrdinalIgnoreCase), names);

        await keyboard.PressAsync("Tab");
        await keyboard.PressAsync("Enter");
        await page.AddressMatchesAsync("sort=operator");

        await page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Show the line of GPTBot" }).FocusAsync();
        await keyboard.PressAsync("Space");
        await page.AddressMatchesAsync("pick=GPTBot");
        await BrowserPage.Expect(page.Panel("Page reads by agent").GetByRole(AriaRole.Figure)).ToContainTextAsync("GPTBot: highest");
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Drawing_over_the_chart_zooms()
    {
        await using var page = await OpenAsync("/agents?from=-6h");

        await TrafficTests.DrawOverAsync(page, page.Panel("Page reads by class").Locator(".plot-area"), 0.6, 0.9);

        await page.AddressMatchesAsync("from=20[0-9:TZ-]+&to=20");
    }

    [Fact]
    public async Task An_agent_has_a_page_of_its_own()
    {
        await using var page = await OpenAsync("/agents?from=-7d");

        await page.Panel("Agents").GetByRole(AriaRole.Link, new() { Name = "GPTBot", Exact = true }).ClickAsync();

        await page.AddressMatchesAsync("agent=GPTBot");
        await page.SettledAsync();
        Assert.Equal(await site.Server.CountAsync("SELECT count(*) FROM requests WHERE agent = 'GPTBot'"), await TileAsync(page, "Requests"));
        await BrowserPage.Expect(page.Page.Locator(".agent-says")).ToContainTextAsync("follows robots.txt. Its addresses: gptbot (whole");
        var forbidden = page.Panel("Against robots.txt").Locator("li", new() { HasText = AgentLines.Forbidden });
        await BrowserPage.Expect(forbidden.GetByRole(AriaRole.Link)).ToHaveTextAsync("3");
        await BrowserPage.Expect(page.Panel("Networks (ASN)")).ToContainTextAsync($"AS{AgentLines.ImpostorNetwork}");
        await BrowserPage.Expect(page.Panel("Read episodes")).ToHaveCountAsync(0);
        Assert.Empty(page.Problems);

        await page.Page.GoBackAsync();
        await page.AddressMatchesAsync("/agents\\?from=-7d$");
        await BrowserPage.Expect(page.Panel("Agents")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Reads_for_people_are_put_together_to_episodes()
    {
        await using var page = await OpenAsync("/agents?from=-7d&agent=ChatGPT-User");
        var stored = (await site.Server.AskAsync("""{"from":"-7d","measures":["read_episodes"],"where":"agent:ChatGPT-User"}""")).Expect(200).Json.GetProperty("rows")[0][0].GetInt64();

        await BrowserPage.Expect(page.Panel("Read episodes").Locator("dd").First).ToHaveAttributeAsync("title", Text(stored));
        Assert.True(stored > 0);
    }

    [Fact]
    public async Task Impostors_are_named_with_the_network_that_they_came_from()
    {
        await using var page = await OpenAsync("/agents?from=-7d");
        var row = Rows(page, "Impostors").Filter(new() { HasText = $"AS{AgentLines.ImpostorNetwork}" });

        await BrowserPage.Expect(row).ToContainTextAsync("GPTBot");
        await BrowserPage.Expect(row).ToContainTextAsync("United States");
        await BrowserPage.Expect(page.Panel("Impostors").GetByText("whole lists")).ToBeVisibleAsync();
        await row.GetByRole(AriaRole.Link, new() { Name = "4", Exact = true }).First.ClickAsync();
        await page.AddressMatchesAsync("/logs");
        await page.SettledAsync();
        Assert.Equal(4, await LogRowsAsync(page));
    }

    [Fact]
    public async Task Who_has_no_name_is_shown_by_what_it_calls_itself_and_can_be_named()
    {
        await using var page = await OpenAsync("/agents?from=-7d");
        var row = Rows(page, "Unknown automation").Filter(new() { HasText = AgentLines.Unnamed });

        await BrowserPage.Expect(row).ToContainTextAsync(AgentLines.Contact);
        Assert.Equal(5, await FigureAsync(row, 0));
        await row.GetByRole(AriaRole.Button).ClickAsync();

        var dialog = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Name this agent" });
        await BrowserPage.Expect(dialog).ToContainTextAsync($"{AgentLines.Unnamed}/1.0");
        await page.Page.Keyboard.PressAsync("Escape");
        await BrowserPage.Expect(dialog).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("/agents?from=-7d&q=class:human-like", "No AI agent in this range", "Browsers made all")]
    [InlineData("/agents?from=-7d&q=class:search-engine", "No AI agent in this range", "show all automation")]
    [InlineData("/agents?from=2020-01-01&to=2020-01-02", "No request in this range", "look at the last 30 days")]
    [InlineData("/agents?from=-7d&agent=NoSuchAgent", "No request of NoSuchAgent in this range", "all agents")]
    public async Task Where_nothing_is_the_screen_says_what_to_do(string path, string title, string text)
    {
        await using var page = await OpenAsync(path);

        await BrowserPage.Expect(page.Page.Locator(".empty-title", new() { HasText = title })).ToBeVisibleAsync();
        await BrowserPage.Expect(page.Page.Locator(".agents-nothing")).ToContainTextAsync(text);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task One_agents_page_has_no_serious_finding_of_axe_and_does_not_scroll_sideways()
    {
        await using var page = await OpenAsync("/agents?from=-7d&agent=GPTBot");
        foreach (var (width, colors) in new[] { (1440, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            await page.Page.SetViewportSizeAsync(width, 900);
            await page.Page.EmulateMediaAsync(new() { ColorScheme = colors });
            await page.SettledAsync();

            await LookTests.NothingSeriousAsync(page, $"GPTBot at {width}, {colors}");
            Assert.False(await page.IsTooWideAsync(), $"scrolls sideways at {width}");
        }
    }

    private async Task<BrowserPage> OpenAsync(string path)
    {
        var page = await site.OpenAsync(path);
        await page.SettledAsync();
        return page;
    }

    private static ILocator Table(BrowserPage page, string title) => page.Panel(title).GetByRole(AriaRole.Table);

    private static ILocator Rows(BrowserPage page, string title) => page.Panel(title).Locator(".sort-table tbody tr");

    private static ILocator Row(BrowserPage page, string title, string name) =>
        Rows(page, title).Filter(new() { Has = page.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }) });

    /// <summary>The whole number of a cell, which shows a short one. Columns count from the box in front of the name; a row without a box has one fewer.</summary>
    private static async Task<long> FigureAsync(ILocator row, int column) => Number(await row.Locator("td").Nth(column).Locator("a").GetAttributeAsync("title"));

    private static async Task<long> TileAsync(BrowserPage page, string name) => Number(
        await page.Page.Locator(".tile").Filter(new() { Has = page.Page.Locator("dt", new() { HasTextRegex = new Regex($"^{name}") }) }).Locator(".tile-value").GetAttributeAsync("title"));

    private static async Task<long> LogRowsAsync(BrowserPage page) => Number(new string([.. (await page.Page.Locator(".log-counts b").InnerTextAsync()).Where(char.IsAsciiDigit)]));

    private static long Number(string? text) => long.Parse(text!, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    [GeneratedRegex("\"oldestRow\":[^,}]+")]
    private static partial Regex OldestRow();
}
