using System.Diagnostics;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

[Collection(BrowserTests.Name)]
public class SetupTests(BrowserSite site)
{
    [Fact]
    public async Task From_a_new_key_to_the_first_record_by_the_command_on_the_page()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        await using var page = await site.OpenAsync(server, "/setup", cookie: await BrowserSite.SignInAsync(server));
        await page.SettledAsync();

        await page.Page.GetByLabel("Name", new() { Exact = true }).First.FillAsync("shop");
        await page.Button("Make the key").First.ClickAsync();
        await BrowserPage.Expect(page.Page.GetByText("Waiting for the first record")).ToBeVisibleAsync();
        var command = await page.Page.GetByLabel("Command for bash").InnerTextAsync();
        Assert.Contains("200", await RunInBashAsync(command), StringComparison.Ordinal);

        await BrowserPage.Expect(page.Page.Locator(".arrival.stored")).ToBeVisibleAsync();
        await page.Link("See its requests in the logs").ClickAsync();
        await page.AddressMatchesAsync("/logs");
        await page.SettledAsync();
        await BrowserPage.Expect(page.Page.Locator(".log-table tbody tr[aria-rowindex]")).ToHaveCountAsync(1);
        Assert.Equal("""["/cistern-test",200]""", (await server.RowsAsync("SELECT path, status FROM requests"))[0]);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task A_key_is_revoked_after_a_question_and_refused_from_then_on()
    {
        BrowserSite.NeedChromium();
        await using var server = await site.StartServerAsync();
        var secret = server.NewKey("old", Cistern.Ingest.Keys.KeyScopes.Ingest);
        await using var page = await site.OpenAsync(server, "/setup", cookie: await BrowserSite.SignInAsync(server));
        await page.SettledAsync();

        await page.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "old" }).GetByRole(AriaRole.Button, new() { NameRegex = new("^Revoke") }).ClickAsync();
        var question = page.Page.GetByRole(AriaRole.Dialog);
        await BrowserPage.Expect(question).ToContainTextAsync("old");
        await question.GetByRole(AriaRole.Button, new() { NameRegex = new("^Revoke") }).ClickAsync();

        await BrowserPage.Expect(page.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "old" })).ToContainTextAsync("revoked");
        var answer = await server.PostAsync("after", Cistern.Tests.Ingest.TestDeliveries.Body("after", "x"), secret, []);
        Assert.Equal(401, answer.Status);
    }

    private static async Task<string> RunInBashAsync(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return await output + await errors;
    }
}
