using Cistern.Query.Api;
using Cistern.Query.Export;
using Cistern.Query.Gaps;
using Cistern.Query.Live;
using Cistern.Query.News;

namespace Cistern.Query;

/// <summary>The addresses that read. Who may call them is the group's business.</summary>
public static class QueryEndpoints
{
    /// <summary>Maps what reads data, under <c>/api</c>.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/query", (HttpContext context, QueryAddress address) => address.HandleAsync(context));
        api.MapGet("/rows", (HttpContext context, RowsAddress address) => address.HandleAsync(context));
        api.MapGet("/facets", (HttpContext context, FacetsAddress address) => address.HandleAsync(context));
        api.MapGet("/fields", (HttpContext context, FieldsAddress address) => address.HandleAsync(context));
        api.MapGet("/export", (HttpContext context, ExportAddress address) => address.HandleAsync(context));
        api.MapGet("/gaps", (HttpContext context, GapsAddress address) => address.HandleAsync(context));
        api.MapGet("/news", (HttpContext context, NewsAddress address) => address.HandleAsync(context));
        api.MapGet("/tail", (HttpContext context, TailAddress address) => address.HandleAsync(context));
        api.MapPost("/sql", (HttpContext context, SqlAddress address) => address.HandleAsync(context));
        api.MapGet("/catalogue", (HttpContext context, CatalogueAddress address) => address.HandleAsync(context));
    }

    /// <summary>Maps <c>/openapi.json</c>, which needs no key: it says nothing about the data.</summary>
    public static void MapOpenApi(IEndpointRouteBuilder routes) =>
        routes.MapGet("/openapi.json", (HttpContext context, OpenApiDocument document) => document.HandleAsync(context));
}
