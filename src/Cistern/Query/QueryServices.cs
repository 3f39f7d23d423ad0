using Cistern.Query.Api;
using Cistern.Query.Export;
using Cistern.Query.Gaps;
using Cistern.Query.Live;
using Cistern.Query.News;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cistern.Query;

/// <summary>What <see cref="QueryEndpoints"/> needs, besides a store and <see cref="TimeProvider"/>. Who guards the addresses adds a <see cref="StreamAccess"/> before.</summary>
public static class QueryServices
{
    public static IServiceCollection AddQuery(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new QuestionLimits());
        services.TryAddSingleton(new StreamAccess(static _ => true));
        services.AddSingleton<QueryAddress>();
        services.AddSingleton<RowsAddress>();
        services.AddSingleton<FacetsAddress>();
        services.AddSingleton<FieldsAddress>();
        services.AddSingleton<ExportAddress>();
        services.AddSingleton<GapsAddress>();
        services.AddSingleton<NewsAddress>();
        services.AddSingleton<TailAddress>();
        services.AddSingleton<SqlAddress>();
        services.AddSingleton<CatalogueAddress>();
        services.AddSingleton<OpenApiDocument>();
        return services;
    }
}
