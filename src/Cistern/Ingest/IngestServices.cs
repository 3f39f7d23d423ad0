using Cistern.Ingest.Keys;

namespace Cistern.Ingest;

internal static class IngestServices
{
    /// <summary>The parts of Ingest. They need the settings, a store, the folder that servers share, a clock and the metrics.</summary>
    public static IServiceCollection AddIngest(this IServiceCollection services) => services
        .AddSingleton<AccessKeys>()
        .AddSingleton<InFlight>()
        .AddSingleton<DeliveryIngester>()
        .AddSingleton<FirehoseEndpoint>();
}
