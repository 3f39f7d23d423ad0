namespace Cistern.Tests.Browser;

/// <summary>What a browser shows before anything was asked, so whatever the store is: the frame of each screen, how much code comes, and the page to sign in.</summary>
[Collection(BrowserTests.Name)]
public sealed class FrameTests(BrowserSite site)
{
    [Theory]
    [MemberData(nameof(LookTests.Screens), MemberType = typeof(LookTests))]
    public async Task The_frame_is_painted_without_the_program_and_stands_where_the_program_will(string path)
    {
        await using var page = await site.OpenAsync("/signin");
        await page.Page.RouteAsync("**/api/**", _ => Task.CompletedTask);
        await page.GotoAsync(path);
        await BrowserPage.Expect(page.Page.Locator("#app .app")).ToBeVisibleAsync();
        await BrowserPage.Expect(page.Page.Locator(".frame")).ToHaveCountAsync(0);
        var program = await PlacesAsync(page);

        await page.Page.RouteAsync("**/assets/start-*.js", route => route.AbortAsync());
        await page.GotoAsync(path);
        await BrowserPage.Expect(page.Page.Locator(".frame")).ToBeVisibleAsync();
        var frame = await PlacesAsync(page);

        Assert.True(frame.Count >= 5, $"the frame names {frame.Count} things only");
        Assert.All(frame, one => Assert.True(
            program.TryGetValue(one.Key, out var top) && Math.Abs(top - one.Value) <= 3, $"{one.Key} is at {one.Value} in the frame, the program has {string.Join(", ", program)}"));
        Assert.DoesNotContain(page.Problems, problem => problem.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Chosen_colours_are_there_before_the_program()
    {
        await using var page = await site.OpenAsync("/", new BrowserLook(Dark: true));
        await page.Page.EvaluateAsync("localStorage.setItem('cistern.theme', 'light')");
        await page.Page.RouteAsync("**/assets/start-*.js", route => route.AbortAsync());

        await page.GotoAsync("/");

        await BrowserPage.Expect(page.Page.Locator(".frame")).ToBeVisibleAsync();
        Assert.Equal("rgb(243, 245, 245)", await page.Page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor"));
    }

    [Theory]
    [MemberData(nameof(LookTests.Screens), MemberType = typeof(LookTests))]
    public async Task The_code_of_a_screen_stays_small(string path)
    {
        await using var page = await site.OpenAsync("/signin");
        var asked = new List<string>();
        page.Page.Request += (_, request) => asked.Add(new Uri(request.Url).AbsolutePath);
        await page.GotoAsync(path);
        await BrowserPage.Expect(page.Page.Locator("#app .app main > *").First).ToBeVisibleAsync();

        // What a visitor on a slow line waits for; the other screens come when nothing else is to be done.
        var assets = Path.Combine(AppContext.BaseDirectory, "web", "assets");
        var bytes = asked.Where(one => one.EndsWith(".js", StringComparison.Ordinal)).Distinct().Sum(one => new FileInfo(Path.Combine(assets, Path.GetFileName(one) + ".gz") is var zipped && File.Exists(zipped) ? zipped : Path.Combine(assets, Path.GetFileName(one))).Length);
        Assert.InRange(bytes, 20 * 1024, 80 * 1024);
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task The_sign_in_page_has_no_serious_finding(int width)
    {
        BrowserSite.NeedChromium();
        await using var page = await site.OpenAsync(site.Server, "/signin", new BrowserLook(width));
        await BrowserPage.Expect(page.Button("Sign in")).ToBeVisibleAsync();

        await LookTests.NothingSeriousAsync(page, $"sign-in at {width}");
    }

    /// <summary>How far from the top the titles of the screen stand, without those that are hidden or below the window.</summary>
    private static async Task<Dictionary<string, float>> PlacesAsync(BrowserPage page)
    {
        const string Script = """
            Object.fromEntries([...document.querySelectorAll('h1, .tile dt, .panel h2, .verdict h2, .step h2, .nav-link')]
              .map(element => [element.textContent.replace(/^Step \d: /, ''), element.getBoundingClientRect()])
              .filter(([, box]) => box.height > 0 && box.top < innerHeight).map(([text, box]) => [text, box.top]))
            """;
        return await page.Page.EvaluateAsync<Dictionary<string, float>>(Script);
    }
}
