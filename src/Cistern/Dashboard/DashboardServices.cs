using Cistern.Ingest;

namespace Cistern.Dashboard;

/// <summary>What serves the browser: its pages, who is signed in, and what only the dashboard asks.</summary>
internal static class DashboardServices
{
    /// <summary>The parts of Dashboard. They need the settings, a clock, and a <see cref="WebFolder"/>.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services) => services
        .AddSingleton<Sessions>()
        .AddSingleton<SessionAddress>()
        .AddSingleton<WebPages>();

    public static void MapDashboard(this WebApplication app)
    {
        app.Services.GetRequiredService<SessionAddress>().Map(app);
        app.Services.GetRequiredService<WebPages>().Map(app, app.Services.GetRequiredService<FirehoseEndpoint>());
    }
}
