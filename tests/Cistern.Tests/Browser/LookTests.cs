using Cistern.Dashboard;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>What holds for every screen: whoever looks, at any width, in both colours.</summary>
[Collection(BrowserTests.Name)]
public class LookTests(BrowserSite site)
{
    // What passed is not brought over: it is nearly everything, with the source of each element.
    private const string AskAxe = """
        async () => {
          const fades = document.getAnimations().filter(one => one.effect.getComputedTiming().endTime < 10000)
          await Promise.all(fades.map(one => one.finished.catch(() => null)))
          const found = await axe.run(document, {
            runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] },
            resultTypes: ['violations'],
          })
          return found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
            .flatMap(one => one.nodes.map(node => `${one.id}: ${node.any.map(check => check.message).join(' ')} ${node.html}`))
        }
        """;

    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    private static readonly (int Width, int Height)[] s_windows = [(1440, 900), (390, 844)];

    /// <summary>The addresses of all screens.</summary>
    public static TheoryData<string> Screens => [.. WebPages.Pages.Where(path => path != "/signin")];

    /// <summary>The address of a screen that has something to show at any time of the day: the report is of whole days, so it is of a zone whose day began one or two hours ago.</summary>
    internal static string Full(string path)
    {
        if (path != "/report")
        {
            return path;
        }

        var east = 1 - DateTime.UtcNow.Hour;
        east += east < -12 ? 24 : 0;
        return $"{path}?tz=Etc/GMT{(east > 0 ? "-" : "%2B")}{Math.Abs(east)}"; // Names of these zones count to the west.
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task A_screen_has_no_serious_finding_of_axe_and_does_not_scroll_sideways(string path)
    {
        await using var page = await site.OpenAsync(Full(path));
        foreach (var (width, height) in s_windows)
        {
            foreach (var colors in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await page.Page.SetViewportSizeAsync(width, height);
                await page.Page.EmulateMediaAsync(new() { ColorScheme = colors });
                await page.SettledAsync();

                await NothingSeriousAsync(page, $"{path} at {width}, {colors}");
                Assert.False(await page.IsTooWideAsync(), $"{path} at {width} scrolls sideways");
            }
        }

        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task The_first_question_of_a_screen_is_asked_once()
    {
        await using var page = await site.OpenAsync("/signin");
        var asked = new List<string>();
        page.Page.Request += (_, request) => asked.Add($"{request.Method} {new Uri(request.Url).PathAndQuery} {request.PostData}");
        foreach (var path in new[] { "/?q=status:2xx&host=x", "/agents", "/agents?agent=GPTBot", "/logs?cols=time,status&order=time", "/pages?sort=-ai_visits&find=docs", "/referrals?host=x", "/traffic?q=status:2xx", "/graphs?find=cpu", "/health", "/setup", "/report" })
        {
            asked.Clear();
            await page.GotoAsync(path);
            await page.SettledAsync();

            // What the program watches it asks again.
            var twice = asked.Where(one => one.Contains("/api/", StringComparison.Ordinal) && !one.Contains("/api/status", StringComparison.Ordinal)).GroupBy(one => one).Where(same => same.Count() > 1);
            Assert.Empty(twice.Select(same => $"{path}: {same.Key}"));
        }
    }

    /// <summary>Asks axe, once what is still on its way has come and what fades has faded.</summary>
    internal static async Task NothingSeriousAsync(BrowserPage page, string where)
    {
        await BrowserPage.Expect(page.Page.Locator(".stale")).ToHaveCountAsync(0);
        if (!await page.Page.EvaluateAsync<bool>("'axe' in window"))
        {
            await page.Page.EvaluateAsync(s_axe);
        }

        var lines = await page.Page.EvaluateAsync<string[]>(AskAxe);
        Assert.True(lines.Length == 0, $"{where}: {string.Join('\n', lines)}");
    }
}
