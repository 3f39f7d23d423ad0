using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Tests.Store.ClickHouse;

namespace Cistern.Tests.Commands.Copying;

/// <summary>A database of its own on ClickHouse's engine, for one test.</summary>
public abstract class CopyTestBase(ClickHouseEngine engine)
{
    private static readonly Dictionary<string, string> Settings = new() { ["default_format"] = "RowBinaryWithNamesAndTypes" };

    private readonly string _database = $"copy_{Guid.NewGuid():N}";

    protected ClickHouseEngine Engine => engine;

    internal ClickHouseAddress Target => engine.Address with { Database = _database };

    internal ClickHouseClient Client => engine.Client.With(_database);

    protected string TargetText => $"clickhouse://{Target.User}:{Uri.EscapeDataString(Target.Password)}@{Target.Hosts[0].Authority}/{_database}";

    internal Task<CommandRun> CopyAsync(CopySource source, params string[] more) =>
        CommandRun.RunAsync(["copy", "--from", source.Folder, "--to", TargetText, .. more], openStore: StoreChoice.OpenAsync);

    protected async Task<IReadOnlyList<object?[]>> SelectAsync(string sql)
    {
        using var answer = await Client.SelectAsync(sql, new Dictionary<string, string>(), Settings, TestContext.Current.CancellationToken);
        using var result = await ClickHouseResult.OpenAsync(answer, 1_000_000, 0, TestContext.Current.CancellationToken);
        var rows = new List<object?[]>();
        while (result.Read())
        {
            rows.Add([.. Enumerable.Range(0, result.Columns.Count).Select(column => result[column])]);
        }

        return rows;
    }

    protected async Task<long> CountAsync(TableSchema table, string where = "1") => (long)(await SelectAsync($"SELECT count() FROM {ClickHouseSchema.RowsOf(table)} WHERE {where}"))[0][0]!;

    /// <summary>Rows of every table.</summary>
    protected async Task<string> CountsAsync()
    {
        var counts = new List<string>();
        foreach (var table in Tables.All)
        {
            counts.Add($"{table.Name} {await CountAsync(table)}");
        }

        return string.Join(", ", counts);
    }
}
