using System.Globalization;
using System.Text.Json;
using Cistern.Tests.EndToEnd;
using Microsoft.Playwright;

namespace Cistern.Tests.Browser;

/// <summary>Figures that lead to rows, and tables that are saved: what two screens promise of theirs.</summary>
internal static class FigureLinks
{
    /// <summary>Asks for the rows that each figure among <paramref name="links"/> leads to, and expects as many as it says.</summary>
    public static async Task<int> AssertLeadToAsManyRowsAsync(RealServer server, ILocator links)
    {
        var counted = 0;
        foreach (var link in await links.AllAsync())
        {
            var title = await link.GetAttributeAsync("title") ?? "";
            if (!long.TryParse(title.Split(':')[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var said))
            {
                continue; // A moment.
            }

            var parameters = System.Web.HttpUtility.ParseQueryString(new Uri(new Uri("http://site"), await link.GetAttributeAsync("href")).Query);
            var question = JsonSerializer.Serialize(new { from = parameters["from"] ?? "-24h", to = parameters["to"] ?? "now", where = parameters["q"], measures = new[] { "requests" } });
            var rows = (await server.AskAsync(question)).Expect(200).Json.GetProperty("rows")[0][0].GetInt64();
            Assert.True(said == rows, $"{title}, but {rows} rows pass {parameters["q"]}");
            counted++;
        }

        return counted;
    }

    /// <summary>The lines of the file that the button of a panel saves, cut at their commas; the texts of the tests hold none.</summary>
    public static async Task<string[][]> SaveAsync(BrowserPage page, ILocator panel)
    {
        var download = await page.Page.RunAndWaitForDownloadAsync(() => panel.GetByRole(AriaRole.Button, new() { Name = "as CSV" }).ClickAsync());
        var text = await File.ReadAllTextAsync(await download.PathAsync());
        return [.. text.TrimEnd().Split("\r\n").Select(line => line.Split(','))];
    }

    /// <summary>The texts of the cells of a panel's table, its heads first.</summary>
    public static async Task<string[][]> CellsAsync(ILocator panel)
    {
        const string Script = "table => [...table.rows].map(row => [...row.cells].map(cell => (cell.querySelector('.figure')?.title || cell.textContent).split(':')[0].replace(/,/g, '').trim()))";
        return await panel.Locator("table").First.EvaluateAsync<string[][]>(Script);
    }
}
