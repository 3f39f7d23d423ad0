using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>The streams of a local Firehose in Delivery health.</summary>
public abstract class LocalStreamsTests(BrowserSite site, LocalStreamsSite local)
{
    [Fact]
    public async Task Replay_by_keyboard_sends_what_waits_and_says_so()
    {
        await using var page = await OpenAsync("/health");
        var backed = page.Panel("Backed-up records");
        var stream = backed.Locator("li").Filter(new() { Has = page.Page.GetByRole(AriaRole.Heading, new() { Name = LocalStreamsSite.Waiting, Exact = true }) });
        await BrowserPage.Expect(stream).ToContainTextAsync("HttpEndpoint.DestinationException");
        await BrowserPage.Expect(stream).ToContainTextAsync("object to be replayed");

        local.MakeWell();
        var button = page.Button($"Replay {LocalStreamsSite.Waiting}", exact: true);
        await button.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");

        await BrowserPage.Expect(stream).ToContainTextAsync("Replayed 3 records of 1 object");
        await BrowserPage.Expect(stream).ToContainTextAsync("1 object replayed before");
        await BrowserPage.Expect(button).ToHaveCountAsync(0);
        Assert.Empty(page.Problems);
    }

    [Theory]
    [InlineData(1440, false)]
    [InlineData(390, true)]
    public async Task What_an_endpoint_answers_is_shown_as_text_and_cut(int width, bool dark)
    {
        await using var page = await OpenAsync("/health", new BrowserLook(width, 844, dark));
        await page.SettledAsync();
        await page.Panel("Local streams").GetByRole(AriaRole.Button, new() { Name = LocalStreamsSite.Refused, Exact = true }).ClickAsync();

        var more = page.Panel("Local streams").Locator(".more");
        await BrowserPage.Expect(more).ToContainTextAsync("<script>alert(2)</script>");
        await BrowserPage.Expect(more).ToContainTextAsync("U+001B");
        await BrowserPage.Expect(more).ToContainTextAsync("U+202E");
        Assert.InRange((await more.InnerTextAsync()).Length, 500, 2500);
        await BrowserPage.Expect(page.Panel("Backed-up records")).ToContainTextAsync("<img src=x");
        Assert.Equal(0, await page.Page.Locator("main img, main script").CountAsync());
        Assert.False(await page.IsTooWideAsync());
        await LookTests.NothingSeriousAsync(page, $"local streams at {width}");
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Without_a_Firehose_it_says_how_to_have_one()
    {
        BrowserSite.NeedChromium();
        await using var page = await site.OpenAsync("/health");
        await page.SettledAsync();

        await BrowserPage.Expect(page.Panel("Local streams")).ToContainTextAsync("--firehose http://127.0.0.1:4573");
        await BrowserPage.Expect(page.Panel("Backed-up records")).ToHaveCountAsync(0);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task A_Firehose_that_does_not_answer_is_said_and_the_rest_goes_on()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync(settings => settings with { Firehose = "http://127.0.0.1:9" });
        await using var page = await site.OpenAsync(server, "/health", null, await BrowserSite.SignInAsync(server));

        await BrowserPage.Expect(page.Panel("Local streams").GetByRole(AriaRole.Alert)).ToContainTextAsync("does not answer");
        await BrowserPage.Expect(page.Panel("Storage")).ToContainTextAsync("Disk left");
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Rejected_records_are_replayed_and_the_outcome_is_said()
    {
        await local.Server.DeliverAsync(Guid.NewGuid().ToString(), "no line of any log");
        await using var page = await OpenAsync("/health");

        await page.Button("Replay the rejected records of this range", exact: true).ClickAsync();

        await BrowserPage.Expect(page.Panel("Rejected")).ToContainTextAsync("Replayed 1");
        await BrowserPage.Expect(page.Panel("Rejected")).ToContainTextAsync("1 rejected again");
        Assert.Empty(page.Problems);
    }

    private Task<BrowserPage> OpenAsync(string path, BrowserLook? look = null)
    {
        BrowserSite.NeedChromium();
        return site.OpenAsync(local.Server, path, look, local.Cookie);
    }
}

[Collection(BrowserTests.Name)]
public sealed class LocalStreamsOnDuckDbTests(BrowserSite site, LocalStreamsSite local) : LocalStreamsTests(site, local), IClassFixture<LocalStreamsSite>;
