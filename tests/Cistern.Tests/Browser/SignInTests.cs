using System.Net;
using Cistern.Dashboard;
using Cistern.Operations.Shared;
using Cistern.Tests.EndToEnd;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

[Collection(BrowserTests.Name)]
public class SignInTests(BrowserSite site)
{
    [Fact]
    public async Task The_link_signs_in_once_and_its_token_stays_out_of_the_history()
    {
        BrowserSite.NeedChromium();
        var link = new SignIns(new LocalFolder(site.Server.Folder), TimeProvider.System).CreateLink(site.Server.Address);
        await using var page = await site.OpenAsync(site.Server, new Uri(link).PathAndQuery + new Uri(link).Fragment);

        await page.AddressMatchesAsync("/$");
        await page.SettledAsync();
        await page.Page.GoBackAsync();
        Assert.DoesNotContain("#", page.Page.Url, StringComparison.Ordinal);

        await using var other = await site.OpenAsync(site.Server, new Uri(link).PathAndQuery + new Uri(link).Fragment);
        await BrowserPage.Expect(other.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("used before");
        await BrowserPage.Expect(other.Button("Sign in")).ToBeVisibleAsync();
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task A_pasted_link_signs_in_and_leads_back_to_the_view_that_was_asked_for()
    {
        BrowserSite.NeedChromium();
        await using var page = await site.OpenAsync(site.Server, "/?from=-1h&q=status:2xx");

        await page.Page.GetByLabel("Sign-in link").FillAsync(new SignIns(new LocalFolder(site.Server.Folder), TimeProvider.System).CreateLink(site.Server.Address));
        await page.Button("Sign in").ClickAsync();

        await page.SettledAsync();
        Assert.Equal("/?from=-1h&q=status:2xx", page.Address);
    }

    [Fact]
    public async Task A_session_that_ended_leads_to_the_sign_in_page_at_the_next_question()
    {
        BrowserSite.NeedChromium();
        var cookie = await BrowserSite.SignInAsync(site.Server);
        await using var page = await site.OpenAsync(site.Server, "/", cookie: cookie);
        await page.SettledAsync();

        await EndAsync(site.Server, cookie);
        await page.Button("Ask again now").ClickAsync();

        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Cistern" })).ToBeVisibleAsync();
        await BrowserPage.Expect(page.Page.Locator(".tile")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server()
    {
        BrowserSite.NeedChromium();
        var cookie = await BrowserSite.SignInAsync(site.Server);
        await using var page = await site.OpenAsync(site.Server, "/", cookie: cookie);
        await page.SettledAsync();

        await page.Button("Sign out").ClickAsync();

        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Cistern" })).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(site.Server, cookie));
    }

    private static async Task<HttpStatusCode> AskAsync(RealServer server, string cookie)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/api/catalogue")) { Headers = { { "Cookie", $"{SessionCookie.Name}={cookie}" } } };
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task EndAsync(RealServer server, string cookie)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(server.Address, "/api/session"))
        {
            Headers = { { "Cookie", $"{SessionCookie.Name}={cookie}" }, { "Origin", server.Address.GetLeftPart(UriPartial.Authority) } },
        };
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }
}
