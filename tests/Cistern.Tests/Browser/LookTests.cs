using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>What holds for every screen: whoever looks, at any width, in both colours.</summary>
[Collection(BrowserTests.Name)]
public sealed class LookTests(BrowserSite site)
{
    private static readonly AxeRunOptions s_rules = new() { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice") };

    private static readonly (int Width, int Height)[] s_windows = [(1440, 900), (390, 844)];

    [Theory]
    [InlineData("/")]
    [InlineData("/logs")]
    [InlineData("/health")]
    [InlineData("/setup")]
    public async Task A_screen_has_no_serious_finding_of_axe_and_does_not_scroll_sideways(string path)
    {
        await using var page = await site.OpenAsync(path);
        foreach (var (width, height) in s_windows)
        {
            foreach (var colors in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await page.Page.SetViewportSizeAsync(width, height);
                await page.Page.EmulateMediaAsync(new() { ColorScheme = colors });
                await page.SettledAsync();

                Assert.Empty(await SeriousAsync(page, $"{path} at {width}, {colors}"));
                Assert.False(await page.IsTooWideAsync(), $"{path} at {width} scrolls sideways");
            }
        }

        Assert.Empty(page.Problems);
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task The_sign_in_page_has_no_serious_finding(int width)
    {
        BrowserSite.NeedChromium();
        await using var page = await site.OpenAsync(site.Server, "/signin", new BrowserLook(width));
        await BrowserPage.Expect(page.Button("Sign in")).ToBeVisibleAsync();

        Assert.Empty(await SeriousAsync(page, $"sign-in at {width}"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/logs")]
    [InlineData("/health")]
    [InlineData("/setup")]
    public async Task Nothing_moves_when_the_answers_come(string path)
    {
        await using var page = await site.OpenAsync("/signin");
        await page.Page.AddInitScriptAsync("""
            window.moved = []
            new PerformanceObserver(list => list.getEntries().forEach(entry => {
              if (!entry.hadRecentInput) window.moved.push({ value: entry.value, what: entry.sources.map(source => source.node?.className ?? source.node?.nodeName).join() })
            })).observe({ type: 'layout-shift', buffered: true })
            """);
        await page.GotoAsync(path);
        await page.SettledAsync();

        var moved = await page.Page.EvaluateAsync<double>("window.moved.reduce((sum, entry) => sum + entry.value, 0)");

        Assert.True(moved < 0.02, $"layout shift {moved}: {await page.Page.EvaluateAsync<string>("JSON.stringify(window.moved)")}");
    }

    [Fact]
    public void The_programs_code_stays_small()
    {
        var assets = Path.Combine(AppContext.BaseDirectory, "web", "assets");
        var bytes = Directory.GetFiles(assets, "*.js.gz").Sum(file => new FileInfo(file).Length);

        // What a visitor on a slow line waits for. 80 KB is the bound for all screens that will come.
        Assert.InRange(bytes, 1, 60 * 1024);
    }

    private static async Task<string[]> SeriousAsync(BrowserPage page, string where)
    {
        var found = (await page.Page.RunAxe(s_rules)).Violations.Where(violation => violation.Impact is "serious" or "critical");
        return [.. found.Select(violation => $"{where}: {violation.Id}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}")];
    }
}
