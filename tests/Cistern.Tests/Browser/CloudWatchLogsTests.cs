using System.Globalization;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>Events of CloudWatch Logs on the Logs screen.</summary>
public abstract class CloudWatchLogsTests(BrowserSite site, CloudWatchLogsSite logs)
{
    [Fact]
    public async Task Levels_are_words_and_facets_and_found_fields_narrow_to_what_the_store_counts()
    {
        await using var page = await OpenAsync("/logs");
        await page.Link("CloudWatch Logs").ClickAsync();
        await page.AddressMatchesAsync("signal=logs");
        await page.SettledAsync();
        Assert.Equal(await logs.Server.CountAsync("SELECT count(*) FROM logs"), await TotalAsync(page));
        await BrowserPage.Expect(Rows(page).Filter(new() { HasText = "cart is gone" }).Locator(".log-level")).ToHaveTextAsync("error");

        var facets = page.Page.GetByRole(AriaRole.Complementary, new() { Name = "Facets" });
        await facets.GetByText("warn", new() { Exact = true }).ClickAsync();
        await page.AddressMatchesAsync("q=level:warn");
        await page.SettledAsync();
        Assert.Equal(1, await TotalAsync(page));

        await page.Button("Remove level:warn", exact: true).ClickAsync();
        await page.SettledAsync();
        var found = page.Page.GetByRole(AriaRole.Region, new() { Name = "Fields of the messages" });
        await found.GetByRole(AriaRole.Button, new() { Name = "userId", Exact = true }).ClickAsync();
        await found.GetByText("2", new() { Exact = true }).ClickAsync();
        await page.AddressMatchesAsync("q=fields.userId:");
        await page.SettledAsync();
        Assert.Equal(40, await TotalAsync(page));

        await page.GotoAsync("/logs?signal=logs");
        await page.SettledAsync();
        await found.GetByRole(AriaRole.Button, new() { Name = "userId", Exact = true }).ClickAsync();
        await found.GetByText("2", new() { Exact = true }).ClickAsync(new() { Modifiers = [KeyboardModifier.Alt] });
        await page.AddressMatchesAsync("q=-fields.userId:");
        await found.GetByRole(AriaRole.Button, new() { Name = "fields.userId as a column" }).ClickAsync();
        await page.AddressMatchesAsync("cols=.*fields.userId");
        await page.SettledAsync();
        Assert.Equal(await logs.Server.CountAsync("SELECT count(*) FROM logs WHERE coalesce(fields['userId'], '') <> '2'"), await TotalAsync(page));
        await BrowserPage.Expect(Rows(page).Filter(new() { HasText = "step 1 " }).First.Locator("td").Last).ToHaveTextAsync("1");
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task A_filter_of_one_signal_says_nothing_about_the_other_nor_on_another_screen()
    {
        await using var page = await OpenAsync("/logs?q=status:5xx&host=x.example");
        await page.SettledAsync();
        await page.Link("CloudWatch Logs").ClickAsync();
        await page.SettledAsync();
        Assert.DoesNotContain("q=", page.Address, StringComparison.Ordinal);
        Assert.Equal(await logs.Server.CountAsync("SELECT count(*) FROM logs"), await TotalAsync(page));

        await page.Filter.FillAsync("level:error");
        await page.Filter.PressAsync("Enter");
        await page.AddressMatchesAsync("q=level:error");
        await page.Link("Requests").ClickAsync();
        await page.AddressMatchesAsync("q=status:5xx");
        await page.Link("CloudWatch Logs").ClickAsync();
        await page.AddressMatchesAsync("q=level:error");
        await page.Link("Traffic").ClickAsync();
        await page.SettledAsync();
        Assert.Equal("/traffic?host=x.example", page.Address);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Messages_of_several_lines_unfold_one_by_one_or_all()
    {
        await using var page = await OpenAsync("/logs?signal=logs");
        await page.SettledAsync();
        var trace = Rows(page).Filter(new() { HasText = "Traceback" });

        await page.Button("Show all 4 lines").ClickAsync();
        await BrowserPage.Expect(trace).ToContainTextAsync("raise KeyError");
        Assert.Contains("\n    raise", await trace.Locator(".message-cell").EvaluateAsync<string>("cell => cell.innerText"), StringComparison.Ordinal);
        await page.Button("Show the first line only").ClickAsync();
        await BrowserPage.Expect(trace).Not.ToContainTextAsync("raise KeyError");

        await page.Button("Wrap").ClickAsync();
        await BrowserPage.Expect(trace).ToContainTextAsync("raise KeyError");
        await page.GotoAsync("/logs?signal=logs");
        await page.SettledAsync();
        await BrowserPage.Expect(page.Button("Wrap")).ToHaveAttributeAsync("aria-pressed", "true");

        // The rows that are drawn and the gaps stand for all, whatever their heights.
        var box = page.Page.GetByRole(AriaRole.Region, new() { Name = "Rows", Exact = true });
        await box.EvaluateAsync("box => box.scrollTop = box.scrollHeight");
        await BrowserPage.Expect(Rows(page).Filter(new() { HasText = "step 0" })).ToBeVisibleAsync();
        await LookTests.NothingSeriousAsync(page, "wrapped");
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task The_drawer_shows_JSON_as_it_is_written_and_its_members_filter()
    {
        await using var page = await OpenAsync("/logs?signal=logs&q=level:warn");
        await page.SettledAsync();
        await Rows(page).First.Locator("td").Last.ClickAsync();

        var drawer = page.Page.GetByRole(AriaRole.Dialog, new() { Name = "Row", Exact = true });
        var tree = drawer.Locator(".json-tree");
        await BrowserPage.Expect(tree).ToContainTextAsync("userId: 12345678901234567890");
        await BrowserPage.Expect(tree).ToContainTextAsync("ms: 1.50");
        await LookTests.NothingSeriousAsync(page, "drawer");
        await drawer.GetByRole(AriaRole.Button, new() { Name = "Raw" }).ClickAsync();
        await BrowserPage.Expect(drawer.Locator(".message-text")).ToHaveTextAsync(CloudWatchLogsSite.Precise);
        await drawer.GetByRole(AriaRole.Button, new() { Name = "Raw" }).ClickAsync();

        await tree.GetByRole(AriaRole.Button, new() { Name = "Filter by fields.http.route" }).ClickAsync();
        await page.AddressMatchesAsync("fields.http.route:/cart");
        await page.SettledAsync();
        Assert.Equal(1, await TotalAsync(page));
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task The_lines_around_one_are_those_of_its_log_stream_or_group_in_the_order_of_a_file()
    {
        await using var page = await OpenAsync("/logs?signal=logs&q=%22step%2080%22");
        await page.SettledAsync();
        await Rows(page).First.Locator("td").Last.ClickAsync();
        await page.Button("Same log stream").ClickAsync();
        await page.AddressMatchesAsync("around=log_stream");
        await page.SettledAsync();

        await BrowserPage.Expect(page.Page.Locator("tr.marked")).ToContainTextAsync("step 80");
        await BrowserPage.Expect(page.Page.Locator(".around-bar p")).ToContainTextAsync("90 by time");
        await page.Button("100 older").First.ClickAsync();
        await BrowserPage.Expect(page.Page.Locator(".around-bar p")).ToContainTextAsync("120 by time");
        var before = Rows(page).Filter(new() { HasText = "step 79" });
        Assert.True((await before.BoundingBoxAsync())!.Y < (await page.Page.Locator("tr.marked").BoundingBoxAsync())!.Y);

        await page.Button("Same log group").ClickAsync();
        await page.SettledAsync();
        await page.Page.GetByRole(AriaRole.Region, new() { Name = "Rows", Exact = true }).EvaluateAsync("box => box.scrollTop = box.scrollHeight");
        await BrowserPage.Expect(Rows(page).Filter(new() { HasText = "cart is gone" })).ToBeVisibleAsync();
        await BrowserPage.Expect(page.Page.GetByText("no word of a level")).ToHaveCountAsync(0);
        await LookTests.NothingSeriousAsync(page, "around");
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Events_that_arrive_show_by_themselves_if_their_level_passes()
    {
        await using var page = await OpenAsync("/logs?signal=logs&q=level:fatal log_group:/live&live=1");
        await BrowserPage.Expect(page.Page.Locator(".live-status.live")).ToBeVisibleAsync();

        await logs.SendAsync("/live", "s", "INFO quiet", "FATAL one");
        await BrowserPage.Expect(Rows(page).First).ToContainTextAsync("FATAL one");
        await page.Button("Pause", exact: true).ClickAsync();
        await logs.SendAsync("/live", "s", "FATAL two");
        await BrowserPage.Expect(page.Page.GetByText("2 arrived")).ToBeVisibleAsync();
        Assert.Equal(1, await Rows(page).CountAsync());
        await page.Button("Go on", exact: true).ClickAsync();
        await BrowserPage.Expect(Rows(page).First).ToContainTextAsync("FATAL two");
        Assert.Empty(page.Problems);
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task Hostile_messages_are_shown_as_text_and_large_ones_from_their_beginning(int width)
    {
        await using var page = await OpenAsync("/logs?signal=logs&q=log_group:/ecs/shop", new BrowserLook(width, 844));
        await page.SettledAsync();
        await page.Button("Wrap").ClickAsync();
        await BrowserPage.Expect(Rows(page).Filter(new() { HasText = "<img src=x" })).ToContainTextAsync("U+001B[31mred");
        Assert.False(await page.IsTooWideAsync());

        await Rows(page).Filter(new() { HasText = "<img src=x" }).Locator("td").Last.ClickAsync();
        var message = page.Page.Locator(".message-text");
        await BrowserPage.Expect(message).ToContainTextAsync("<script>alert(2)</script>");
        await BrowserPage.Expect(message).ToContainTextAsync("U+202Etxt.exe");
        Assert.Equal(0, await page.Page.Locator("main img, main script, dialog img, dialog script").CountAsync());
        await page.Page.Keyboard.PressAsync("Escape");

        await Rows(page).Filter(new() { HasText = "DEBUG www" }).Locator("td").First.ClickAsync();
        await page.Button("show all 200,006 characters").ClickAsync();
        await BrowserPage.Expect(page.Button("Show less")).ToBeVisibleAsync();
        Assert.Equal(200_006, await message.EvaluateAsync<int>("box => box.textContent.length"));
        await LookTests.NothingSeriousAsync(page, $"hostile at {width}");
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task The_first_question_is_asked_once_and_before_the_program_is_there()
    {
        await using var page = await OpenAsync("/signin");
        var asked = new List<string>();
        page.Page.Request += (_, request) => asked.Add($"{request.Method} {new Uri(request.Url).PathAndQuery} {request.PostData}");
        await page.GotoAsync("/logs?signal=logs&cols=time,fields.userId,message");
        await page.SettledAsync();

        var questions = asked.Where(one => one.Contains("/api/", StringComparison.Ordinal)).ToList();
        Assert.Contains(questions.Take(2), one => one.Contains("/api/rows?signal=logs", StringComparison.Ordinal));
        Assert.Empty(questions.Where(one => !one.Contains("/api/status", StringComparison.Ordinal)).GroupBy(one => one).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Fact]
    public async Task Without_any_event_it_says_how_to_send_some()
    {
        await using var page = await site.OpenAsync("/logs?signal=logs");
        await page.SettledAsync();

        await BrowserPage.Expect(page.Page.Locator(".log-steps")).ToContainTextAsync("/ingester/kinesis/logs");
        await LookTests.NothingSeriousAsync(page, "empty");
        Assert.Empty(page.Problems);
    }

    private Task<BrowserPage> OpenAsync(string path, BrowserLook? look = null)
    {
        BrowserSite.NeedChromium();
        return site.OpenAsync(logs.Server, path, look, logs.Cookie);
    }

    private static ILocator Rows(BrowserPage page) => page.Page.Locator(".log-table tbody tr[aria-rowindex]");

    private static async Task<long> TotalAsync(BrowserPage page)
    {
        var text = await page.Page.Locator(".log-counts b").InnerTextAsync();
        return long.Parse(new string([.. text.Where(char.IsAsciiDigit)]), CultureInfo.InvariantCulture);
    }
}

[Collection(BrowserTests.Name)]
public sealed class CloudWatchLogsOnDuckDbTests(BrowserSite site, CloudWatchLogsSite logs) : CloudWatchLogsTests(site, logs), IClassFixture<CloudWatchLogsSite>;
