using System.Collections.Concurrent;
using System.Globalization;
using Cistern.Formats;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.ClickHouse.Sql;
using Cistern.Tests.Query;
using Cistern.Tests.Store.ClickHouse;

[assembly: AssemblyFixture(typeof(SharedClickHouse))]

namespace Cistern.Tests.Query;

/// <summary>One engine for all tests of questions, started by the first that needs it. Each test has tables of its own there, which the next one gets empty.</summary>
public sealed class SharedClickHouse : IAsyncDisposable
{
    private static readonly Lazy<Task<ClickHouseEngine>> Engine = new(StartAsync);
    private static readonly ConcurrentBag<ClickHouseTables> Free = [];
    private static readonly Dictionary<string, string> None = [];
    private static int s_made;

    internal static Task<ClickHouseEngine> EngineAsync() => Engine.Value;

    internal static async Task<ClickHouseTables> TakeAsync()
    {
        if (Free.TryTake(out var tables))
        {
            return tables;
        }

        var engine = await Engine.Value;
        var address = engine.Address with { Database = string.Create(CultureInfo.InvariantCulture, $"query_{Interlocked.Increment(ref s_made)}") };
        await engine.Client.RunAsync($"CREATE DATABASE {address.Database}", None, CancellationToken.None);
        var client = engine.Client.With(address.Database);
        foreach (var statement in new ClickHouseSchema(address, TimeSpan.Zero, 10_000).Statements())
        {
            await client.RunAsync(statement, None, CancellationToken.None);
        }

        return new ClickHouseTables(client, Free.Add);
    }

    public async ValueTask DisposeAsync()
    {
        if (Engine.IsValueCreated)
        {
            await (await Engine.Value).DisposeAsync();
        }
    }

    private static async Task<ClickHouseEngine> StartAsync()
    {
        var engine = new ClickHouseEngine();
        await engine.InitializeAsync();
        return engine;
    }
}

/// <summary>A database with our tables.</summary>
internal sealed class ClickHouseTables(ClickHouseClient client, Action<ClickHouseTables> giveBack)
{
    public ClickHouseClient Client => client;

    public QueryRuns Queries { get; } = new(client, sqlMemory: 100 << 20);

    public ClickHouseGuard Guard { get; } = new(new QueryRuns(client).RunAsync, [.. Tables.All.Select(table => table.Name)]);

    /// <summary>Another test may have them.</summary>
    public async Task GiveBackAsync(IEnumerable<string> filled)
    {
        await ClearAsync(filled);
        giveBack(this);
    }

    public async Task ClearAsync(IEnumerable<string> filled)
    {
        foreach (var name in filled)
        {
            await client.RunAsync($"TRUNCATE TABLE {ClickHouseSchema.RowsOf(Tables.All.Single(table => table.Name == name))}", new Dictionary<string, string>(), CancellationToken.None);
        }
    }
}
