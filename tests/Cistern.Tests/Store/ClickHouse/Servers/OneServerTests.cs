using System.Globalization;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>Tests on one old server, which runs when a test begins.</summary>
public abstract class OneServerTests(DebianClickHouse server) : IClassFixture<DebianClickHouse>, IAsyncLifetime
{
    protected static readonly Dictionary<string, string> None = [];

    private protected DebianClickHouse Server { get; } = server;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await Server.StartAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>An answer as text.</summary>
    private protected static async Task<string> AskAsync(ClickHouseClient client, string sql)
    {
        using var answer = await client.SelectAsync(sql, None, None, Cancel);
        return (await answer.Content.ReadAsStringAsync(Cancel)).TrimEnd('\n');
    }

    private protected static async Task<long> NumberAsync(ClickHouseClient client, string sql) => long.Parse(await AskAsync(client, sql), CultureInfo.InvariantCulture);

    /// <summary>An answer as production reads it.</summary>
    private protected async Task<ClickHouseResult> OpenAsync(string sql, Dictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string>(settings ?? None) { ["default_format"] = "RowBinaryWithNamesAndTypes" };
        return await ClickHouseResult.OpenAsync(await Server.Translated.SelectAsync(sql, None, all, Cancel), 100_000_000, 0, Cancel);
    }

    private protected static async Task<ClickHouseException> RefusalAsync(Func<Task> run) => await Assert.ThrowsAsync<ClickHouseException>(run);
}
