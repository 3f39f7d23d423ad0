using System.Collections.Concurrent;

namespace Cistern.Tests.Browser;

/// <summary>Answers come one by one, in the order of the questions and against it: what is read already stays where it is.</summary>
[Collection(BrowserTests.Name)]
public sealed class AnswerOrderTests(BrowserSite site)
{
    // What moves without a person doing anything.
    private const string NoteMoves = """
        window.moved = []
        new PerformanceObserver(list => list.getEntries().forEach(entry => {
          if (!entry.hadRecentInput) window.moved.push({ value: entry.value, what: entry.sources.map(source => source.node?.className ?? source.node?.nodeName).join() })
        })).observe({ type: 'layout-shift', buffered: true })
        """;

    public static MatrixTheoryData<string, int> ScreensAndWidths { get; } = new([.. LookTests.Screens.Select(screen => screen.Data)], [1440, 390]);

    [Theory]
    [MemberData(nameof(ScreensAndWidths))]
    public async Task Nothing_moves_on_a_screen(string path, int width)
    {
        await using var page = await site.OpenAsync("/signin", new BrowserLook(width));

        await NothingMovesAsync(page, LookTests.Full(path));
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task Nothing_moves_where_several_streams_have_troubles(int width)
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        await BrowserSite.FillAsync(server, TimeSpan.FromHours(2), rate: 0.1);
        foreach (var stream in (string[])["a", "cloudfront-logs-of-a-shop-with-a-rather-long-name-production-eu-west-2"])
        {
            await server.DeliverAsync($"late {stream}", [$"X-Amz-Firehose-Source-Arn: arn:aws:firehose:eu-west-2:111122223333:deliverystream/{stream}"], ["no line of a log"]);
        }

        await server.PostAsync("refused", [], "no key", []);
        await using var page = await site.OpenAsync(server, "/signin", new BrowserLook(width), await BrowserSite.SignInAsync(server));

        await NothingMovesAsync(page, "/health");
    }

    [Theory]
    [InlineData(820, 1180)]
    [InlineData(390, 844)]
    public async Task Nothing_moves_on_a_report_that_has_a_week_before(int width, int height)
    {
        BrowserSite.NeedChromium();
        // How far back the rows reach is told of those in files.
        await using var server = await site.StartServerAsync(settings => settings with { Store = settings.Store with { SealAge = TimeSpan.FromSeconds(1) } });
        await BrowserSite.FillAsync(server, TimeSpan.FromDays(16), rate: 0.01);
        await using var page = await site.OpenAsync(server, "/signin", new BrowserLook(width, height), await BrowserSite.SignInAsync(server));
        await page.Page.WaitForFunctionAsync("async () => (await (await fetch('/api/status')).json()).store.oldestRow !== null");

        await NothingMovesAsync(page, "/report");

        await BrowserPage.Expect(page.Panel("The week in figures").GetByText("Change")).ToBeVisibleAsync();
        await BrowserPage.Expect(page.Page.Locator(".report-small")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_report_shows_what_it_knows_though_an_answer_hangs()
    {
        await using var page = await site.OpenAsync("/signin");
        await page.Page.RouteAsync("**/api/query", route => route.Request.PostData!.Contains("\"robots_judged\"", StringComparison.Ordinal) ? Task.CompletedTask : route.ContinueAsync());
        await page.GotoAsync(LookTests.Full("/report"));

        await BrowserPage.Expect(page.Panel("Agents that read most").Locator("tbody tr").First).ToBeVisibleAsync();
        await BrowserPage.Expect(page.Panel("Read against robots.txt").Locator(".loading")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Health_shows_what_it_knows_though_an_answer_hangs()
    {
        await using var page = await site.OpenAsync("/signin");
        await page.Page.RouteAsync("**/api/gaps**", _ => Task.CompletedTask);
        await page.GotoAsync("/health");

        await BrowserPage.Expect(page.Page.Locator(".verdict:not(.waiting)")).ToBeVisibleAsync();
        await BrowserPage.Expect(page.Panel("Streams").Locator("tbody tr")).ToHaveCountAsync(1);
        await BrowserPage.Expect(page.Panel("Streams").Locator("td[data-label='Gaps']")).ToHaveTextAsync("–");
        await BrowserPage.Expect(page.Panel("From Firehose to here").Locator("svg").First).ToBeVisibleAsync();
    }

    private static async Task NothingMovesAsync(BrowserPage page, string path)
    {
        await page.Page.AddInitScriptAsync(NoteMoves);
        var asked = 0;
        var waiting = new ConcurrentDictionary<int, TaskCompletionSource>();
        await page.Page.RouteAsync("**/api/**", async route =>
        {
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var place = Interlocked.Increment(ref asked);
            var answer = await route.FetchAsync();
            waiting[place] = turn;
            await turn.Task;
            await route.FulfillAsync(new() { Response = answer });
        });

        foreach (var lastFirst in new[] { false, true })
        {
            await page.GotoAsync(path);
            var given = 0;
            var settled = page.SettledAsync();
            while (!settled.IsCompleted)
            {
                // Long enough for the other answers to come, and for the screen to be painted.
                await Task.Delay(60, TestContext.Current.CancellationToken);
                if (!waiting.IsEmpty && waiting.TryRemove(lastFirst ? waiting.Keys.Max() : waiting.Keys.Min(), out var turn))
                {
                    turn.SetResult();
                    given++;
                }
            }

            await settled;
            Assert.True(given > 1, $"{path} was given {given} answers");
            await NothingMovedAsync(page, lastFirst ? "the last asked first" : "the first asked first");
        }
    }

    private static async Task NothingMovedAsync(BrowserPage page, string where)
    {
        var moved = await page.Page.EvaluateAsync<double>("window.moved.reduce((sum, entry) => sum + entry.value, 0)");
        Assert.True(moved < 0.02, $"{where}: layout shift {moved}: {await page.Page.EvaluateAsync<string>("JSON.stringify(window.moved)")}");
    }
}
