using System.Text.RegularExpressions;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;
using Cistern.Tests.Store.ClickHouse;

namespace Cistern.Tests.Documents;

/// <summary>Runs every block fenced as <c>clickhouse</c>, a query for those who ask ClickHouse directly, over the views and rows of every table.</summary>
public sealed partial class ClickHouseBlockTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private static readonly Dictionary<string, string> None = [];

    public static TheoryData<string> Pages => [.. DocumentPage.Names.Where(name => new DocumentPage(name).Blocks.Any(block => block.Language == "clickhouse"))];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_queries_of_a_page_run(string name)
    {
        await FillAsync();
        foreach (var block in new DocumentPage(name).Blocks.Where(block => block.Language == "clickhouse"))
        {
            try
            {
                using var answer = await engine.Client.SelectAsync(WrittenOut(block.Text), None, new Dictionary<string, string> { ["default_format"] = "RowBinaryWithNamesAndTypes", ["readonly"] = "2" }, TestContext.Current.CancellationToken);
                using var result = await ClickHouseResult.OpenAsync(answer, 10_000, 0, TestContext.Current.CancellationToken);
                while (result.Read())
                {
                }

                Assert.True(result.Columns.Count > 1, $"{name}, line {block.Line}: {result.Columns.Count} columns");
            }
            catch (ClickHouseException error)
            {
                Assert.Fail($"{name}, line {block.Line}: {error.Message}");
            }
        }
    }

    [Fact]
    public void There_are_such_pages()
    {
        Assert.Contains(Path.Combine("docs", "grafana.md"), Pages.Select(row => row.Data));
    }

    // As the plugin does (grafana-clickhouse-datasource, "Macros").
    private static string WrittenOut(string sql) => Macro().Replace(sql, match => match.Groups[1].Value switch
    {
        "timeFilter" => $"({match.Groups[2].Value} >= toDateTime(1764000000) AND {match.Groups[2].Value} <= toDateTime(4102444800))",
        "timeInterval" => $"toStartOfInterval(toDateTime({match.Groups[2].Value}), INTERVAL 60 second)",
        var other => throw new InvalidOperationException($"no macro {other} is known"),
    });

    private async Task FillAsync()
    {
        var bench = new CommitBench(engine);
        await bench.MakeTablesAsync();
        await bench.CommitAsync(CommitBench.Delivery("one"));
    }

    [GeneratedRegex(@"\$__(\w+)\((\w+)\)")]
    private static partial Regex Macro();
}
