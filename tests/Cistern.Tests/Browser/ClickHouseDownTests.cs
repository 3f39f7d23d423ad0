using Cistern.Tests.EndToEnd;
using Cistern.Tests.Store.ClickHouse;

namespace Cistern.Tests.Browser;

/// <summary>What a person sees while the ClickHouse is away: which server, and that nothing is known meanwhile; and what was there when it is back.</summary>
[Collection(ClickHouseBrowserTests.Name)]
public sealed class ClickHouseDownTests(ClickHouseBrowserSite site, ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    [Fact]
    public async Task A_server_that_is_down_is_named_and_all_is_there_when_it_is_back()
    {
        BrowserSite.NeedChromium();
        await using var server = await RealServer.StartAsync(settings => settings with { Store = settings.Store with { Address = engine.NewAddress() }, SharedFolder = settings.DataFolder });
        await BrowserSite.FillAsync(server, TimeSpan.FromMinutes(20));
        await using var page = await site.OpenAsync(server, "/health?from=-1h", cookie: await BrowserSite.SignInAsync(server));
        await page.SettledAsync();
        var rows = await page.Panel("Streams").Locator("tbody tr").First.InnerTextAsync();
        var state = page.Panel("Storage").GetByRole(Microsoft.Playwright.AriaRole.Row).Filter(new() { HasText = engine.Address.Hosts[0].Authority });
        await BrowserPage.Expect(state).ToContainTextAsync("takes deliveries and answers");

        engine.Kill();
        await BrowserPage.Expect(state).ToContainTextAsync("does not answer");
        await BrowserPage.Expect(page.Page.Locator(".verdict")).ToContainTextAsync($"nothing is stored at the moment: {engine.Address.Hosts[0].Authority} does not answer");
        Assert.False(await page.IsTooWideAsync());

        await engine.StartAsync();
        await BrowserPage.Expect(state).ToContainTextAsync("takes deliveries and answers");
        await page.Button("Ask again now").ClickAsync();
        await page.SettledAsync();
        await BrowserPage.Expect(page.Page.Locator(".verdict")).Not.ToContainTextAsync("does not answer");
        Assert.Contains(rows.Split('\t')[0], await page.Panel("Streams").Locator("tbody tr").First.InnerTextAsync(), StringComparison.Ordinal);
    }
}
