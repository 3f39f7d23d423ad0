using Cistern.Store.ClickHouse.Http;

namespace Cistern.Store.ClickHouse.Schema;

/// <summary>Makes the database and its tables at the start of a node, and adds what a later release needs. Several nodes may do so at once.</summary>
internal static partial class SchemaMaker
{
    // How many deliveries a retry may come behind: 20 a second for the three hours in which Firehose tries.
    private const int DeduplicationWindow = 220_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private static readonly Dictionary<string, string> None = [];

    /// <summary>Waits a while for a ClickHouse that does not answer yet: both may have been started at once.</summary>
    /// <exception cref="ClickHouseException">It does not answer, or refuses.</exception>
    public static async Task MakeAsync(ClickHouseClient client, ClickHouseAddress address, TimeSpan retention, TimeProvider time, ILogger logger, CancellationToken cancel)
    {
        for (var started = time.GetTimestamp(); ;)
        {
            try
            {
                await client.With("default").RunAsync($"CREATE DATABASE IF NOT EXISTS {ClickHouseSchema.Quote(address.Database)}{(address.Cluster is { } cluster ? $" ON CLUSTER {ClickHouseSchema.Quote(cluster)}" : "")}", None, cancel);
                break;
            }
            catch (ClickHouseException error) when (error.IsLost && time.GetElapsedTime(started) < Patience)
            {
                Log.Waiting(logger, error.Message);
                await Task.Delay(Pause, time, cancel);
            }
        }

        foreach (var statement in new ClickHouseSchema(address, retention, DeduplicationWindow).Statements())
        {
            await client.RunAsync(statement, None, cancel);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4501, LogLevel.Warning, "ClickHouse cannot be used yet: {Problem}")]
        public static partial void Waiting(ILogger logger, string problem);
    }
}
