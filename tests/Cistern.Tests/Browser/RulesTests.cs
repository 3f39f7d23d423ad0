using System.Text.Json.Nodes;
using Cistern.Enrich.Rules;
using Cistern.Journal;
using Cistern.Operations.Shared;
using Cistern.Tests.EndToEnd;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>The half of the setup that says who reads.</summary>
[Collection(BrowserTests.Name)]
public class RulesTests(BrowserSite site)
{
    [Fact]
    public async Task The_rules_are_asked_for_when_somebody_comes_near_and_move_nothing_above_them()
    {
        await using var page = await site.OpenAsync("/signin");
        var asked = 0;
        page.Page.Request += (_, request) => asked += request.Url.EndsWith("/api/rules", StringComparison.Ordinal) ? 1 : 0;
        await page.GotoAsync("/setup");
        await page.SettledAsync();
        Assert.Equal(0, asked);
        var above = await TopAsync(page, "Log files");

        await page.Page.Keyboard.PressAsync("End");
        await BrowserPage.Expect(page.Panel("Address lists").GetByRole(AriaRole.Row)).ToHaveCountAsync(RuleSet.Own.Lists.Sources.Count + 1);

        Assert.Equal(above, await TopAsync(page, "Log files"));
        await BrowserPage.Expect(page.Panel("Rules in force")).ToContainTextAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Version {RuleSet.Own.Version.Date:yyyy-MM-dd}."));
        await BrowserPage.Expect(page.Button("Classify history again")).ToHaveCountAsync(0);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task An_agent_is_named_and_removed_with_the_keyboard_alone()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        await using var page = await OpenAsync(server);
        var keys = page.Page.Keyboard;
        await page.Button("Add an agent").FocusAsync();
        await keys.PressAsync("Enter");
        await BrowserPage.Expect(page.Page.GetByLabel("Token")).ToBeFocusedAsync();

        await keys.TypeAsync("Chrome");
        await PressAsync(page, "Tab", "Tab");
        await keys.TypeAsync("Our Monitor");
        await keys.PressAsync("Tab");
        await keys.TypeAsync("Example Inc");
        await keys.PressAsync("Tab");
        await keys.TypeAsync("o");
        await PressAsync(page, "Tab", "Tab", "Enter");
        var dialog = page.Page.GetByRole(AriaRole.Dialog);
        await BrowserPage.Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Cannot add the agent 'Chrome': browsers of people hold this token");
        Assert.False(File.Exists(RulesPath(server, RuleFiles.Agents)));

        await PressAsync(page, "Shift+Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab", "Control+A");
        await keys.TypeAsync("OurMonitor");
        await keys.PressAsync("Enter");
        await BrowserPage.Expect(dialog).ToContainTextAsync("OurMonitor has a name now");
        await BrowserPage.Expect(page.Button("Done")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await BrowserPage.Expect(page.Button("Add an agent")).ToBeFocusedAsync();
        await BrowserPage.Expect(page.Panel("Agents of your own").GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("OurMonitorOur MonitorExample Incother-bot");
        Assert.Contains("OurMonitor\ttoken\tOur Monitor\tExample Inc\tother-bot", await File.ReadAllTextAsync(RulesPath(server, RuleFiles.Agents)), StringComparison.Ordinal);

        await page.Button("Remove OurMonitor").FocusAsync();
        await keys.PressAsync("Enter");
        await BrowserPage.Expect(page.Button("Keep it")).ToBeFocusedAsync();
        await PressAsync(page, "Tab", "Enter");
        await BrowserPage.Expect(page.Panel("Agents of your own").GetByRole(AriaRole.Row)).ToHaveCountAsync(0);
        Assert.DoesNotContain("OurMonitor", await File.ReadAllTextAsync(RulesPath(server, RuleFiles.Agents)), StringComparison.Ordinal);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task A_list_is_imported_from_a_file_and_by_force_only_if_it_shrank()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        await using var page = await OpenAsync(server);
        var row = page.Panel("Address lists").GetByRole(AriaRole.Row).Filter(new() { Has = page.Page.GetByRole(AriaRole.Rowheader, new() { Name = "gptbot", Exact = true }) });

        await ImportAsync(page, 10);
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("10 prefixes are in force, 0 were before");
        await page.Button("Done").ClickAsync();
        await BrowserPage.Expect(row.Locator(".state")).ToHaveTextAsync("whole");
        await BrowserPage.Expect(row).ToContainTextAsync("10");

        await ImportAsync(page, 4);
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("4 are left of 10");
        await page.Page.GetByLabel("I looked at it").CheckAsync();
        await page.Button("Import the list").ClickAsync();
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("4 prefixes are in force, 10 were before");
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task A_version_of_robots_txt_is_pasted_shown_and_removed()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        await using var page = await OpenAsync(server);
        await page.Button("Add a version").ClickAsync();
        var dialog = page.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Host, with").FillAsync("../evil");
        await dialog.GetByLabel("The file").FillAsync("User-agent: *\nDisallow: /<b>\u202Eprivate\n");
        await page.Button("Add the version").ClickAsync();
        await BrowserPage.Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("write a host's name");

        await dialog.GetByLabel("Host, with").FillAsync("www.example.com");
        await dialog.GetByLabel("In force since").FillAsync("2026-11-20T08:00");
        await page.Button("Add the version").ClickAsync();
        await BrowserPage.Expect(dialog).ToHaveCountAsync(0);
        Assert.Equal("User-agent: *\nDisallow: /<b>\u202Eprivate\n", await File.ReadAllTextAsync(RulesPath(server, "robots/www.example.com@20261120T080000Z.txt")));

        await page.Button("Show www.example.com of 2026-11-20 08:00:00").ClickAsync();
        await BrowserPage.Expect(dialog.GetByLabel("The file")).ToContainTextAsync("Disallow: /<b>U+202Eprivate");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Button("Remove www.example.com of 2026-11-20 08:00:00").ClickAsync();
        await page.Button("Remove it").ClickAsync();
        await BrowserPage.Expect(page.Panel("robots.txt")).ToContainTextAsync("No version is known");
        Assert.Empty(Directory.GetFiles(RulesPath(server, "robots")));
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Hosts_of_ones_own_are_added_and_removed()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        await using var page = await OpenAsync(server);
        foreach (var host in new[] { "shop.example.com", "docs.example.com" })
        {
            await page.Page.GetByLabel("Host of your own").FillAsync(host);
            await page.Page.Keyboard.PressAsync("Enter");
            await BrowserPage.Expect(page.Button($"Remove {host}")).ToBeVisibleAsync();
        }

        await page.Button("Remove shop.example.com").ClickAsync();

        await BrowserPage.Expect(page.Button("Remove shop.example.com")).ToHaveCountAsync(0);
        Assert.EndsWith("\ndocs.example.com\n", await File.ReadAllTextAsync(RulesPath(server, RuleFiles.Sites)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_file_that_cannot_be_used_is_said_loudly()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        Directory.CreateDirectory(RulesPath(server, "."));
        await File.WriteAllTextAsync(RulesPath(server, RuleFiles.Agents), "BadBot\ttoken\tBad\tBad\tnothing\n");
        await using var page = await OpenAsync(server);

        // The server looks once a second, and the page when it is told to.
        var alert = page.Page.Locator(".rules").GetByRole(AriaRole.Alert);
        while (await alert.CountAsync() == 0)
        {
            await page.Page.ReloadAsync();
            await ComeNearAsync(page);
        }

        await BrowserPage.Expect(alert).ToContainTextAsync("rules/agents.tsv, line 1: the class 'nothing' is none");
    }

    // The address that begins it is not of this part: what the page makes of its answers is.
    [Fact]
    public async Task History_is_classified_again_with_its_progress()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        await using var page = await site.OpenAsync(server, "/signin", cookie: await BrowserSite.SignInAsync(server));
        var (rowsNow, running) = (250, false);
        await page.Page.RouteAsync("**/api/rules", async route =>
        {
            var answer = await route.FetchAsync();
            var rules = JsonNode.Parse(await answer.TextAsync())!;
            rules["history"] = new JsonObject { ["rows"] = 1000, ["rowsNow"] = rowsNow, ["files"] = 4, ["filesNow"] = 1, ["running"] = running, ["failed"] = null };
            rowsNow += running ? 250 : 0;
            running &= rowsNow < 1000;
            await route.FulfillAsync(new() { Status = 200, ContentType = "application/json", Body = rules.ToJsonString() });
        });
        await page.Page.RouteAsync("**/api/rules/reclassify", route =>
        {
            running = true;
            return route.FulfillAsync(new() { Status = 202, ContentType = "application/json", Body = "{}" });
        });
        await page.GotoAsync("/setup");
        await page.SettledAsync();
        await ComeNearAsync(page);

        await BrowserPage.Expect(page.Panel("Rules in force")).ToContainTextAsync("750 of 1,000 stored rows are still classified by earlier rules");
        await page.Button("Classify history again").ClickAsync();

        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
        await BrowserPage.Expect(page.Panel("Rules in force")).ToContainTextAsync("All stored rows are classified by the rules in force");
        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Progressbar)).ToHaveCountAsync(0);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Nothing_of_it_has_a_serious_finding_of_axe_or_scrolls_sideways()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        var editor = new RuleEditor(new LocalFolder(server.Folder), TimeProvider.System);
        Assert.Null(editor.AddAgent(new NewAgent("AnAgentOfOurOwnWithARatherLongToken/AndMore", "", "", "Example Incorporated of Somewhere", "other-bot", "")).Fault);
        Assert.Null(editor.AddRobots("a-rather-long-name-of-a-host.with.many.labels.example.com:8443", DateTimeOffset.UtcNow.AddDays(-3), "User-agent: *\n").Fault);
        Assert.Null(editor.SetSites(["www.example.com"]).Fault);
        await using var page = await OpenAsync(server);
        foreach (var (width, height) in new[] { (1440, 900), (390, 844) })
        {
            foreach (var colors in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await page.Page.SetViewportSizeAsync(width, height);
                await page.Page.EmulateMediaAsync(new() { ColorScheme = colors });
                foreach (var button in new[] { "", "Add an agent", "Add a version", "Import gptbot", "Remove AnAgent", "Show a-rather" })
                {
                    await OpenDialogAsync(page, button);
                    await LookTests.NothingSeriousAsync(page, $"rules, {button} at {width}, {colors}");
                    Assert.False(await page.IsTooWideAsync(), $"rules, {button} at {width} scroll sideways");
                    await page.Page.Keyboard.PressAsync("Escape");
                    await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
                }
            }
        }

        Assert.Empty(page.Problems);
    }

    private static async Task OpenDialogAsync(BrowserPage page, string button)
    {
        if (button.Length > 0)
        {
            await page.Button(button).ClickAsync();
            await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        }
    }

    private static async Task ImportAsync(BrowserPage page, int prefixes)
    {
        await page.Button("Import gptbot").ClickAsync();
        var list = string.Join('\n', Enumerable.Range(0, prefixes).Select(number => $"192.0.{number}.0/24"));
        await page.Page.GetByLabel("File", new() { Exact = true }).SetInputFilesAsync(new FilePayload { Name = "gptbot.txt", MimeType = "text/plain", Buffer = System.Text.Encoding.UTF8.GetBytes(list) });
        await page.Button("Import the list").ClickAsync();
    }

    private async Task<BrowserPage> OpenAsync(RealServer server)
    {
        var page = await site.OpenAsync(server, "/setup", cookie: await BrowserSite.SignInAsync(server));
        await page.SettledAsync();
        await ComeNearAsync(page);
        return page;
    }

    private static async Task ComeNearAsync(BrowserPage page)
    {
        await page.Page.Locator(".rules").ScrollIntoViewIfNeededAsync();
        await BrowserPage.Expect(page.Panel("Address lists")).ToBeVisibleAsync();
    }

    private static async Task PressAsync(BrowserPage page, params string[] keys)
    {
        foreach (var key in keys)
        {
            await page.Page.Keyboard.PressAsync(key);
        }
    }

    /// <summary>How far a panel's title is from the top of the page.</summary>
    private static async Task<double> TopAsync(BrowserPage page, string panel) =>
        await page.Panel(panel).EvaluateAsync<double>("element => element.getBoundingClientRect().top + scrollY");

    private static string RulesPath(RealServer server, string name) => Path.Combine(new DataFolder(server.Folder).Rules, name);
}
