using Cistern.Enrich.Rules;
using Cistern.Ingest;
using Cistern.Ingest.Keys;
using Cistern.Operations;

namespace Cistern.Dashboard;

/// <summary>What serves the browser: its pages, who is signed in, and what only the dashboard asks.</summary>
internal static class DashboardServices
{
    /// <summary>The parts of Dashboard. They need those of Ingest and Query, the settings, a store, the folder that servers share, a clock, the metrics and a <see cref="WebFolder"/>.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services) => services
        .AddSingleton<Sessions>()
        .AddSingleton<SessionAddress>()
        .AddSingleton<WebPages>()
        .AddSingleton<StatusAddress>()
        .AddSingleton<SetupAddress>()
        .AddSingleton<KeyStore>()
        .AddSingleton<KeyTraffic>()
        .AddSingleton<KeysAddress>()
        .AddSingleton<SavedViews>()
        .AddSingleton<ViewsAddress>()
        .AddSingleton<RulesHistory>()
        .AddSingleton<RuleEditor>()
        .AddSingleton<RulesAddress>()
        .AddSingleton<LocalFirehose>()
        .AddSingleton<FirehoseStreamsAddress>()
        .AddSingleton<RejectReplayFile>()
        .AddSingleton<RejectReplay>()
        .AddSingleton<RejectReplayAddress>()
        .AddSingleton<BackupAddress>();

    public static void MapDashboard(this WebApplication app)
    {
        var parts = app.Services;
        parts.GetRequiredService<WebPages>().Map(app, parts.GetRequiredService<FirehoseEndpoint>());

        var api = app.MapGroup(ReadGate.Prefix);
        parts.GetRequiredService<SessionAddress>().Map(api);
        parts.GetRequiredService<StatusAddress>().Map(api);
        parts.GetRequiredService<SetupAddress>().Map(api);
        parts.GetRequiredService<KeysAddress>().Map(api);
        parts.GetRequiredService<ViewsAddress>().Map(api);
        parts.GetRequiredService<RulesHistory>().Map(api);
        parts.GetRequiredService<RulesAddress>().Map(api);
        parts.GetRequiredService<FirehoseStreamsAddress>().Map(api);
        parts.GetRequiredService<RejectReplayAddress>().Map(api);
        parts.GetRequiredService<BackupAddress>().Map(api);
    }
}
