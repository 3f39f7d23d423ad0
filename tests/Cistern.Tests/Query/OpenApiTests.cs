using System.Text.Json;
using Cistern.Query;
using Cistern.Query.Api;
using Cistern.Query.Catalogue;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cistern.Tests.Query;

public sealed class OpenApiTests : IAsyncLifetime
{
    private QueryHost _host = null!;
    private JsonElement _document;

    public async ValueTask InitializeAsync()
    {
        _host = await QueryHost.StartAsync();
        _document = (await _host.GetAsync("/openapi.json")).Expect(200).Json;
    }

    [Fact]
    public void Every_address_that_is_mapped_is_described()
    {
        var routes = _host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToArray();
        Assert.Equal(11, routes.Length);
        foreach (var route in routes)
        {
            var path = "/" + route.RoutePattern.RawText!.Trim('/');
            foreach (var method in route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)
            {
                Assert.True(
                    _document.GetProperty("paths").TryGetProperty(path, out var described) && described.TryGetProperty(method.ToLowerInvariant(), out _),
                    $"openapi.json does not describe {method} {path}");
            }
        }
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        var schemas = _document.GetProperty("components").GetProperty("schemas");
        foreach (var reference in References(_document))
        {
            Assert.True(schemas.TryGetProperty(reference.Split('/')[^1], out _), $"openapi.json refers to {reference}, which is not there");
        }
    }

    [Fact]
    public void The_signals_the_members_and_the_bounds_are_those_of_the_code()
    {
        var schemas = _document.GetProperty("components").GetProperty("schemas");
        var question = schemas.GetProperty("Question").GetProperty("properties");

        Assert.Equal(Signals.Names.Order(), schemas.GetProperty("Signal").GetProperty("enum").EnumerateArray().Select(name => name.GetString()!).Order());
        Assert.Equal(["signal", "from", "to", "measures", "by", "where", "having", "order", "limit", "compare", "tz"], question.EnumerateObject().Select(member => member.Name));
        Assert.Equal(QueryBounds.RowsMax, question.GetProperty("limit").GetProperty("maximum").GetInt32());
        Assert.Equal(QueryBounds.LimitDefault, question.GetProperty("limit").GetProperty("default").GetInt32());
        Assert.Equal(QueryBounds.FilterLengthMax, question.GetProperty("where").GetProperty("maxLength").GetInt32());
        Assert.Equal(QueryBounds.NamesMax, question.GetProperty("by").GetProperty("maxItems").GetInt32());
    }

    // What docs/api.md promises about each problem is what the code does.
    [Fact]
    public void Every_problem_stands_in_the_guide_with_its_status()
    {
        var guide = File.ReadAllText(Path.Combine(Repository(), "docs", "api.md"));
        var problems = Enum.GetValues<QueryFault>().Select(fault => Problems.Of(new QueryProblem(fault, "")))
            .Concat(Enum.GetValues<Cistern.Store.StoreQueryFault>().Select(fault => Problems.Of(new Cistern.Store.StoreQueryException(fault, ""))));
        foreach (var problem in problems)
        {
            Assert.Contains($"| {problem.Status} | `{problem.Name}` |", guide, StringComparison.Ordinal);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => member.NameEquals("$ref") ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Cistern.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside of the repository");
    }
}
