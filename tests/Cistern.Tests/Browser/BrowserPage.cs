using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>A page in a browser window of its own, with everything that went wrong in it.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    // A loaded machine is slow, not wrong.
    private const float PatienceMilliseconds = 30_000;

    private readonly IBrowserContext _context;
    private readonly Uri _server;

    public BrowserPage(IBrowserContext context, IPage page, Uri server)
    {
        (_context, Page, _server) = (context, page, server);
        Watch(page);
    }

    public IPage Page { get; }

    /// <summary>Errors of the page's code, refused content, and what went to another host.</summary>
    public List<string> Problems { get; } = [];

    public string Address => new Uri(Page.Url).PathAndQuery;

    public Task GotoAsync(string path) => Page.GotoAsync(new Uri(_server, path).ToString(), new() { WaitUntil = WaitUntilState.Load });

    public ILocator Button(string name, bool exact = false) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = exact });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    /// <summary>The panel under a heading.</summary>
    public ILocator Panel(string title) => Page.Locator("section.panel").Filter(new() { Has = Page.GetByRole(AriaRole.Heading, new() { Name = title, Exact = true }) });

    public ILocator Filter => Page.GetByRole(AriaRole.Combobox, new() { Name = "Filter", Exact = true });

    /// <summary>Waits until every panel has what it asked for; one that waits for another before it asks shows what it had, as stale.</summary>
    public async Task SettledAsync()
    {
        await Expect(Page.Locator("h1").First).ToBeVisibleAsync();
        await Expect(Page.Locator(".loading, .stale, [aria-busy='true']")).ToHaveCountAsync(0);
    }

    public Task AddressMatchesAsync(string pattern) => Assertions.Expect(Page).ToHaveURLAsync(new Regex(pattern), new() { Timeout = PatienceMilliseconds });

    public static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    /// <summary>A second tab of the same window.</summary>
    public async Task<BrowserPage> OpenTabAsync(string address)
    {
        var tab = new BrowserPage(_context, await _context.NewPageAsync(), _server);
        await tab.Page.GotoAsync(address);
        return tab;
    }

    /// <summary>Whether the page is wider than the window, so that it scrolls sideways.</summary>
    public Task<bool> IsTooWideAsync() => Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");

    public async ValueTask DisposeAsync() => await _context.CloseAsync();

    private void Watch(IPage page)
    {
        page.SetDefaultTimeout(PatienceMilliseconds);
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        page.PageError += (_, error) => Problems.Add($"error: {error}");
        page.Dialog += async (_, dialog) =>
        {
            Problems.Add($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.Console += (_, message) =>
        {
            // The browser itself writes a line for each answer that is no success; the tests look at those that matter.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                Problems.Add($"console: {message.Text}");
            }
        };
        page.Request += (_, request) =>
        {
            var address = new Uri(request.Url);
            if (address.Scheme is "http" or "https" or "ws" or "wss" && address.Authority != _server.Authority)
            {
                Problems.Add($"request to another host: {request.Url}");
            }
        };
    }
}
