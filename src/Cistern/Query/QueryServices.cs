using Cistern.Query.Api;
using Cistern.Query.Catalogue;
using Cistern.Query.Sql;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cistern.Query;

/// <summary>What <see cref="QueryEndpoints"/> needs, besides a store and <see cref="TimeProvider"/>.</summary>
public static class QueryServices
{
    public static IServiceCollection AddQuery(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new QuestionLimits());
        services.AddSingleton(provider => new SqlGuard([.. Signals.Names], provider.GetRequiredService<QuestionLimits>().SqlRowBytes));
        services.AddSingleton<QueryAddress>();
        services.AddSingleton<RowsAddress>();
        services.AddSingleton<FacetsAddress>();
        services.AddSingleton<SqlAddress>();
        services.AddSingleton<CatalogueAddress>();
        services.AddSingleton<OpenApiDocument>();
        return services;
    }
}
