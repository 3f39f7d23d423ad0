using System.Text;
using Cistern.Query;
using Cistern.Query.Catalogue;
using Cistern.Query.Model;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>Every measure and dimension of the catalogue can be asked of ClickHouse.</summary>
public sealed class CatalogueTests(ClickHouseEngine engine, ITestOutputHelper output) : IClassFixture<ClickHouseEngine>
{
    [Fact]
    public async Task Every_measure_and_dimension_runs()
    {
        foreach (var statement in new ClickHouseSchema(engine.Address, TimeSpan.Zero, 10_000).Statements())
        {
            await engine.Client.RunAsync(statement, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        }

        var failed = new List<string>();
        foreach (var signal in Signals.All)
        {
            foreach (var measure in signal.Measures.Where(measure => measure.Key is null))
            {
                await TryAsync($$"""{"signal":"{{signal.Name}}","from":"-7d","to":"now","measures":["{{measure.Name}}"],"compare":true}""", failed);
                await TryAsync($$"""{"signal":"{{signal.Name}}","from":"-7d","to":"now","measures":["{{measure.Name}}"],"by":["time:1h"]}""", failed);
            }

            foreach (var field in signal.Fields)
            {
                await TryAsync($$"""{"signal":"{{signal.Name}}","from":"-7d","to":"now","measures":["{{signal.Measures[0].Name}}"],"by":["{{field.Name}}"]}""", failed);
            }
        }

        foreach (var group in failed.GroupBy(text => text.Split('\n')[1][..Math.Min(80, text.Split('\n')[1].Length)]))
        {
            output.WriteLine($"{group.Count()} × {group.First()}");
        }

        Assert.Empty(failed);
    }

    private async Task TryAsync(string model, List<string> failed)
    {
        Assert.Null(QueryModel.Read(Encoding.UTF8.GetBytes(model), out var read));
        if (QuestionReader.Read(read, DateTimeOffset.UtcNow, out var question) is { } refused)
        {
            output.WriteLine($"refused {model}: {refused.Detail}");
            return;
        }

        var query = ClickHouseQuery.Of(QueryWriter.Write(question, new ClickHouseDialect(), new QuestionLimits()));
        try
        {
            using var answer = await engine.Client.SelectAsync(query.Sql, query.Parameters, query.Settings, TestContext.Current.CancellationToken);
        }
        catch (ClickHouseException error)
        {
            failed.Add($"{model}\n{error.Code}: {error.Message[..Math.Min(300, error.Message.Length)]}\n{query.Sql}");
        }
    }
}
