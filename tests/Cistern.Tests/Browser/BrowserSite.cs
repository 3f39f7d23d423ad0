using System.Globalization;
using Cistern.Dashboard;
using Cistern.Demo;
using Cistern.Operations.Settings;
using Cistern.Operations.Shared;
using Cistern.Tests.EndToEnd;
using Cistern.Tests.Faults;
using Cistern.Tests.Query;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>One Chromium, and one server with three hours of simulated requests, for the tests that only look.</summary>
public class BrowserSite : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private const int Seed = 20261127;
    private const int LinesPerDelivery = 500;

    private readonly TestStore _store;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private RealServer? _server;
    private string? _cookie;
    private DemoStory? _story;

    public BrowserSite() => _store = TestStore.Embedded;

    private protected BrowserSite(TestStore store) => _store = store;

    internal RealServer Server => _server ?? throw new InvalidOperationException("the server was not started");

    internal IPlaywright Playwright => _playwright ?? throw new InvalidOperationException("the browser was not started");

    public string Url => Server.Address.ToString().TrimEnd('/');

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Chromium))
        {
            return; // Each test says so by NeedChromium.
        }

        _playwright = await Microsoft.Playwright.Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
        });
        _server = await StartServerAsync(prepare: folder => _story = DemoRules.Prepare(folder, DateTimeOffset.UtcNow));
        await FillAsync(_server, TimeSpan.FromHours(3), story: _story);
        await AgentLines.SendAsync(_server);
        _cookie = await SignInAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await (_browser?.CloseAsync() ?? Task.CompletedTask);
        _playwright?.Dispose();
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    public static void NeedChromium() => Requirement.Need(File.Exists(Chromium), $"needs {Chromium}: install the Debian package chromium");

    /// <summary>An empty server of a test's own, on the same store.</summary>
    internal Task<RealServer> StartServerAsync(Func<CisternSettings, CisternSettings>? change = null, Action<string>? prepare = null) => RealServer.StartAsync(_store, change, prepare);

    /// <summary>A page of the shared server, signed in.</summary>
    internal Task<BrowserPage> OpenAsync(string path, BrowserLook? look = null) => OpenAsync(Server, path, look, _cookie);

    /// <param name="cookie">The value of the session's cookie; null opens it without.</param>
    internal async Task<BrowserPage> OpenAsync(RealServer server, string path, BrowserLook? look = null, string? cookie = null)
    {
        NeedChromium();
        look ??= new BrowserLook();
        var context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = look.Width, Height = look.Height },
            ColorScheme = look.Dark ? ColorScheme.Dark : ColorScheme.Light,
            TimezoneId = "UTC",
            Locale = "en-GB",
            AcceptDownloads = true,
            ReducedMotion = ReducedMotion.Reduce,
            HasTouch = look.Width < 600,
        });
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        if (cookie is not null)
        {
            await context.AddCookiesAsync([new() { Name = SessionCookie.Name, Value = cookie, Url = server.Address.ToString() }]);
        }

        var page = new BrowserPage(context, await context.NewPageAsync(), server.Address);
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>Signs in as a browser does, and gives the value of the cookie.</summary>
    internal static async Task<string> SignInAsync(RealServer server)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        var link = new SignIns(new LocalFolder(server.Folder), TimeProvider.System).CreateLink(server.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/api/session"))
        {
            Content = new StringContent($$"""{"token":"{{link[(link.IndexOf('#', StringComparison.Ordinal) + 1)..]}}"}""", System.Text.Encoding.UTF8, "application/json"),
            Headers = { { "Origin", server.Address.GetLeftPart(UriPartial.Authority) } },
        };
        using var answer = await http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        return cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..cookie.IndexOf(';', StringComparison.Ordinal)];
    }

    /// <summary>The demo's visitors of the time before now, through the protocol.</summary>
    internal static async Task FillAsync(RealServer server, TimeSpan before, double rate = 0.7, DemoStory? story = null)
    {
        var now = DateTimeOffset.UtcNow;
        var traffic = new DemoTraffic(Seed, now - before, rate, story);
        var line = new byte[RealtimeLine.BytesMax];
        for (var delivery = 0; traffic.NextAt < now; delivery++)
        {
            var lines = new List<string>();
            while (lines.Count < LinesPerDelivery && traffic.NextAt < now)
            {
                lines.Add(System.Text.Encoding.UTF8.GetString(line, 0, traffic.WriteNext(line)));
            }

            await server.DeliverAsync(
                string.Create(CultureInfo.InvariantCulture, $"fill-{delivery}"), [$"X-Amz-Firehose-Common-Attributes: {{\"commonAttributes\":{{\"cloudfront-fields\":\"{RealtimeLine.Fields}\"}}}}"], lines);
        }
    }
}

/// <summary>How a page is looked at.</summary>
internal sealed record BrowserLook(int Width = 1440, int Height = 900, bool Dark = false)
{
    public static BrowserLook Phone { get; } = new(390, 844);
}

/// <summary>Browser tests run one after another: each may take a whole processor.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<BrowserSite>
{
    public const string Name = "browser";
}
