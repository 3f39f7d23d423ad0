using Cistern.Store.ClickHouse.Cluster;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;

namespace Cistern.Store.ClickHouse.Schema;

/// <summary>Makes the database and its tables at the start of a node, and adds what a later release needs. Several nodes may do so at once.</summary>
/// <remarks>Only what is missing is run: a node starts also while a server of the cluster is down, which ON CLUSTER would wait for.</remarks>
internal static partial class SchemaMaker
{
    // A server that is down runs what it missed when it comes back.
    private const string ClusterSeconds = "60";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private static readonly Dictionary<string, string> OnCluster = new(StringComparer.Ordinal) { ["distributed_ddl_task_timeout"] = ClusterSeconds };

    /// <summary>Waits a while for a ClickHouse that does not answer yet: both may have been started at once.</summary>
    /// <exception cref="ClickHouseException">It does not answer, or refuses.</exception>
    public static async Task<T> WaitAsync<T>(Func<Task<T>> first, TimeProvider time, ILogger logger, CancellationToken cancel)
    {
        for (var started = time.GetTimestamp(); ;)
        {
            try
            {
                return await first();
            }
            catch (ClickHouseException error) when (error.IsLost && time.GetElapsedTime(started) < Patience)
            {
                Log.Waiting(logger, error.Message);
                await Task.Delay(Pause, time, cancel);
            }
        }
    }

    /// <summary>Makes what is missing.</summary>
    /// <exception cref="ClickHouseException">It does not answer, or refuses.</exception>
    public static async Task MakeAsync(ClickHouseCluster cluster, ClickHouseSchema schema, ILogger logger, CancellationToken cancel)
    {
        var there = await cluster.ReadAsync(client => ReadAsync(client, schema, cancel));
        foreach (var statement in schema.Missing(there))
        {
            await cluster.ReadAsync(client => RunAsync(client, statement, logger, cancel));
        }
    }

    private static async Task<bool> RunAsync(ClickHouseClient client, string statement, ILogger logger, CancellationToken cancel)
    {
        var onCluster = statement.Contains(ClickHouseSchema.OnClusterWords, StringComparison.Ordinal);
        try
        {
            // Not in the database, which may not be there yet.
            await client.With("system").RunAsync(statement, onCluster ? OnCluster : ClickHouseValues.None, cancel);
        }
        catch (ClickHouseException error) when (onCluster && error.Code == ClickHouseErrors.TimeoutExceeded)
        {
            Log.Late(logger, error.Message);
        }

        return true;
    }

    private static async Task<ExistingTables> ReadAsync(ClickHouseClient client, ClickHouseSchema schema, CancellationToken cancel)
    {
        var system = new ShardConnection(client.With("system"));
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["database"] = schema.Database };
        var databases = await system.SelectAsync("SELECT name FROM system.databases WHERE name = {database:String}", parameters, cancel);
        var tables = await system.SelectAsync("SELECT name, engine_full, create_table_query, comment FROM system.tables WHERE database = {database:String}", parameters, cancel);
        var columns = await system.SelectAsync("SELECT \"table\", name FROM system.columns WHERE database = {database:String}", parameters, cancel);
        return new ExistingTables(
            databases.Count > 0,
            tables.ToDictionary(row => (string)row[0]!, row => new ExistingTable((string)row[1]!, (string)row[2]!, (string)row[3]!), StringComparer.Ordinal),
            columns.Select(row => ((string)row[0]!, (string)row[1]!)).ToHashSet());
    }

    private static partial class Log
    {
        [LoggerMessage(4501, LogLevel.Warning, "ClickHouse cannot be used yet: {Problem}")]
        public static partial void Waiting(ILogger logger, string problem);

        [LoggerMessage(4504, LogLevel.Warning, "Not every server of the cluster has changed its tables yet; one that is down does so when it is back: {Problem}")]
        public static partial void Late(ILogger logger, string problem);
    }
}
