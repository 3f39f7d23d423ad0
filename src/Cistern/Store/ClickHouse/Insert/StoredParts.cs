using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>What an earlier attempt left of a delivery: a day of a table is stored whole or not at all, because it is one part.</summary>
/// <remarks>Tokens would find the same, but only as many as ClickHouse remembers; a retry that comes behind more inserts than that finds it here.</remarks>
internal static class StoredParts
{
    // Times that ClickHouse has no day for wrap there; such rows are left to the tokens.
    private const long DayMicros = 86_400_000_000;
    private const long DaysMax = 65_535;

    /// <summary>Whether the delivery is whole.</summary>
    /// <exception cref="ClickHouseException"/>
    public static async Task<bool> IsWholeAsync(ShardConnection shard, CommitWork work, DeliveryPlan plan, CancellationToken cancel) =>
        (await ReadAsync(shard, $"SELECT toInt64(count()) FROM {ClickHouseSchema.RowsOf(Formats.Tables.Deliveries)} WHERE time = fromUnixTimestamp64Micro({{received:Int64}}, 'UTC')", work, plan, cancel))[0][0] is > 0L;

    /// <summary>The days that are stored, and how many rows each has.</summary>
    /// <exception cref="ClickHouseException"/>
    public static async Task<Dictionary<long, long>> DaysAsync(ShardConnection shard, TableSchema table, CommitWork work, DeliveryPlan plan, CancellationToken cancel)
    {
        var sql = $"SELECT toInt64(toDate(time)), toInt64(count()) FROM {ClickHouseSchema.RowsOf(table)} WHERE received = fromUnixTimestamp64Micro({{received:Int64}}, 'UTC')";
        var days = await ReadAsync(shard, sql, work, plan, cancel, "GROUP BY 1");
        return days.ToDictionary(day => (long)day[0]!, day => (long)day[1]!);
    }

    /// <summary>The day of a time; -1 if ClickHouse has none for it.</summary>
    public static long DayOf(long micros) => micros >= 0 && micros / DayMicros < DaysMax ? micros / DayMicros : -1;

    private static Task<List<object?[]>> ReadAsync(ShardConnection shard, string sql, CommitWork work, DeliveryPlan plan, CancellationToken cancel, string end = "")
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["received"] = ClickHouseValues.TextOf(plan.Received),
            ["stream"] = ClickHouseValues.TextOf(work.Delivery.Stream),
            ["id"] = ClickHouseValues.TextOf(work.Delivery.DeliveryId),
        };
        return shard.ScanAsync($"{sql} AND stream = {{stream:String}} AND delivery_id = {{id:String}} {end}", parameters, cancel);
    }
}
