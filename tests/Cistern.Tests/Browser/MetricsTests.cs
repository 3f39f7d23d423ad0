using System.Web;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

public abstract class MetricsTests(BrowserSite site, MetricSite metrics)
{
    private const string Duration = "/graphs?from=-1h&m=AWS/Lambda:Duration:average:dimensions.FunctionName::%3DFunctionName";

    [Fact]
    public async Task The_list_shows_each_metric_with_its_course_and_finds_by_dimension()
    {
        await using var page = await OpenAsync("/graphs?from=-1h");
        await BrowserPage.Expect(Rows(page, "metric")).ToHaveCountAsync(4);
        var duration = Rows(page, "metric").Filter(new() { HasText = "Duration" });
        await BrowserPage.Expect(duration).ToContainTextAsync("Milliseconds · 4 series");
        await BrowserPage.Expect(duration.Locator(".spark path")).ToHaveCountAsync(1);

        await page.Page.GetByLabel("Find metrics").FillAsync("i-007");

        await BrowserPage.Expect(Rows(page, "metric")).ToHaveCountAsync(1);
        await BrowserPage.Expect(Rows(page, "metric")).ToContainTextAsync("CPUUtilizationPercent · 1 series");
        await page.Button("Series of CPUUtilization").ClickAsync();
        await BrowserPage.Expect(Rows(page, "series")).ToContainTextAsync("i-0077 %");
        await BrowserPage.Expect(Rows(page, "series").Locator(".spark path")).ToHaveCountAsync(1);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Two_metrics_stand_in_one_graph_with_an_axis_each_and_a_link_shows_the_same()
    {
        await using var page = await OpenAsync("/graphs?from=-1h");
        await Rows(page, "metric").Filter(new() { HasText = "Duration" }).Locator(".metric-pick").ClickAsync();
        await Rows(page, "metric").Filter(new() { HasText = "CPUUtilization" }).Locator(".metric-pick").ClickAsync();
        await page.SettledAsync();

        // The average of both functions, each counted once: (100 + 40) / 2.
        await BrowserPage.Expect(Legend(page, "Duration Average")).ToContainTextAsync("70 ms");
        await BrowserPage.Expect(Legend(page, "CPUUtilization Average")).ToContainTextAsync("6.5 %");
        await BrowserPage.Expect(page.Panel("Graph")).ToContainTextAsync("Time at the left, Percent at the right");
        await BrowserPage.Expect(Curves(page)).ToHaveCountAsync(2);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Duration Average", Exact = true }).ClickAsync();
        await BrowserPage.Expect(Curves(page)).ToHaveCountAsync(1);
        await using var tab = await page.OpenTabAsync(page.Page.Url);
        await tab.SettledAsync();
        await BrowserPage.Expect(Curves(tab)).ToHaveCountAsync(1);
        await BrowserPage.Expect(tab.Page.Locator(".graph-line")).ToHaveCountAsync(2);
        Assert.Equal(page.Address, tab.Address);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task Statistics_that_were_delivered_can_be_drawn_and_an_estimate_is_called_one()
    {
        await using var page = await OpenAsync(Duration);
        await page.Page.GetByLabel("Statistic of AWS/Lambda Duration").SelectOptionAsync("statistic.p99");
        await page.SettledAsync();

        await BrowserPage.Expect(Legend(page, "shop")).ToContainTextAsync("480 ms");
        await BrowserPage.Expect(page.Page.Locator(".graph-notes li")).ToHaveCountAsync(0);

        await page.Page.GetByLabel("Period").SelectOptionAsync("5m");
        await BrowserPage.Expect(page.Page.Locator(".graph-notes")).ToContainTextAsync("p99: the mean of the delivered values");

        await page.Page.GetByLabel("Statistic of AWS/Lambda Duration").SelectOptionAsync("sum");
        await page.SettledAsync();

        // Five minutes of four samples of 100 ms.
        await BrowserPage.Expect(Legend(page, "shop")).ToContainTextAsync("2 s");
        Assert.Matches("Duration:sum:.*period=5m", HttpUtility.UrlDecode(page.Address));
    }

    [Fact]
    public async Task A_split_shows_the_largest_and_says_of_how_many_and_the_period_before_is_dashed()
    {
        await using var page = await OpenAsync("/graphs?from=-30m&m=AWS/EC2:CPUUtilization:average");
        await page.Page.GetByLabel("Split AWS/EC2 CPUUtilization by").SelectOptionAsync("dimensions.InstanceId");
        await page.SettledAsync();

        await BrowserPage.Expect(page.Page.Locator(".graph-notes")).ToContainTextAsync("CPUUtilization: 10 of 12 shown");
        await BrowserPage.Expect(page.Panel("Graph").Locator("tbody tr")).ToHaveCountAsync(10);
        await BrowserPage.Expect(Legend(page, "i-012")).ToContainTextAsync("12 %");
        await BrowserPage.Expect(Legend(page, "i-001")).ToHaveCountAsync(0);

        await page.Button("Compare", exact: true).ClickAsync();
        await page.SettledAsync();
        await BrowserPage.Expect(page.Page.Locator(".plot-line.dashed")).ToHaveCountAsync(10);

        await page.Filter.FillAsync("InstanceId:i-003");
        await page.Filter.PressAsync("Enter");
        await BrowserPage.Expect(page.Panel("Graph").Locator("tbody tr")).ToHaveCountAsync(1);
        await BrowserPage.Expect(Legend(page, "i-003")).ToContainTextAsync("3 %");

        // A filter of metrics means nothing to requests.
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Traffic" }).ClickAsync();
        await page.AddressMatchesAsync("/traffic\\?from=-30m&compare=1$");
    }

    [Fact]
    public async Task From_a_point_keys_lead_to_the_logs_of_that_time()
    {
        await using var page = await OpenAsync(Duration);
        var plot = page.Page.GetByRole(AriaRole.Slider);
        await plot.FocusAsync();
        await page.Page.Keyboard.PressAsync("Home");
        await page.Page.Keyboard.PressAsync("PageUp");

        var link = page.Page.GetByRole(AriaRole.Link, new() { Name = "Logs of /aws/lambda/shop" });
        await BrowserPage.Expect(link).ToBeVisibleAsync();
        Assert.Contains("shop: 100 ms", await plot.GetAttributeAsync("aria-valuetext"), StringComparison.Ordinal);
        var from = HttpUtility.ParseQueryString(page.Address[page.Address.IndexOf('?', StringComparison.Ordinal)..])["at"]!;
        await link.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");

        await page.AddressMatchesAsync("/logs\\?");
        var asked = HttpUtility.ParseQueryString(page.Address[page.Address.IndexOf('?', StringComparison.Ordinal)..]);
        Assert.Equal(("logs", "log_group:/aws/lambda/shop", from), (asked["signal"], asked["q"], asked["from"]));
        Assert.Equal(TimeSpan.FromMinutes(1), DateTimeOffset.Parse(asked["to"]!, null) - DateTimeOffset.Parse(asked["from"]!, null));
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task Names_of_strangers_are_text(int width)
    {
        await using var page = await OpenAsync("/graphs?from=-1h&find=onerror", new BrowserLook(width));
        await Rows(page, "metric").Locator(".metric-pick").ClickAsync();
        await page.Page.Locator(".metric-open").ClickAsync();
        await page.SettledAsync();

        await BrowserPage.Expect(page.Panel("Graph").Locator("tbody")).ToContainTextAsync("<img src=x onerror=alert(1)>");
        await BrowserPage.Expect(Rows(page, "series")).ToContainTextAsync("U+202E");
        await page.Page.Locator(".graph-line select").Last.SelectOptionAsync("series");
        await page.SettledAsync();
        await BrowserPage.Expect(page.Panel("Graph").Locator("tbody tr")).ToHaveCountAsync(1);
        Assert.False(await page.IsTooWideAsync());
        Assert.Equal(0, await page.Page.Locator("main img, main script").CountAsync());
        Assert.Empty(page.Problems);
    }

    [Theory]
    [InlineData(1440, false)]
    [InlineData(1440, true)]
    [InlineData(390, false)]
    public async Task Everybody_can_use_it(int width, bool dark)
    {
        await using var page = await OpenAsync($"{Duration}&open=AWS/Lambda:Duration&compare=1", new BrowserLook(width, 900, dark));
        await page.Page.GetByRole(AriaRole.Slider).FocusAsync();
        await page.Page.Keyboard.PressAsync("End");
        await BrowserPage.Expect(Rows(page, "series")).ToHaveCountAsync(4);

        await LookTests.NothingSeriousAsync(page, $"metrics at {width}");
        Assert.False(await page.IsTooWideAsync());
    }

    [Fact]
    public async Task Without_a_metric_it_says_how_to_send_some()
    {
        await using var page = await site.OpenAsync("/graphs");
        await page.SettledAsync();

        await BrowserPage.Expect(page.Page.Locator("main")).ToContainTextAsync($"{site.Url}/ingester/kinesis/metrics");
        await page.Page.Locator("main").GetByRole(AriaRole.Link, new() { Name = "Setup" }).ClickAsync();
        await page.AddressMatchesAsync("/setup");
    }

    private async Task<BrowserPage> OpenAsync(string path, BrowserLook? look = null)
    {
        BrowserSite.NeedChromium();
        var page = await site.OpenAsync(metrics.Server, path, look, metrics.Cookie);
        await page.SettledAsync();
        return page;
    }

    private static ILocator Rows(BrowserPage page, string kind) => page.Page.Locator($".metric-row.of-{kind}");

    private static ILocator Legend(BrowserPage page, string name) => page.Panel("Graph").Locator("tbody tr").Filter(new() { HasText = name });

    private static ILocator Curves(BrowserPage page) => page.Page.Locator(".line-plot path.plot-line:not(.dashed, .lonely)");
}

[Collection(BrowserTests.Name)]
public sealed class MetricsOnDuckDbTests(BrowserSite site, MetricSite metrics) : MetricsTests(site, metrics), IClassFixture<MetricSite>;
