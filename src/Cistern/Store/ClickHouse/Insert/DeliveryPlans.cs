using System.Globalization;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>The plans of deliveries that were begun, in a table that has no partitions: so a token holds there whatever the time is, and of several attempts at once one wins.</summary>
internal sealed class DeliveryPlans(bool isCluster)
{
    private const string Token = "plan";

    // A replica that was told that another has the plan may have to fetch it first.
    private static readonly TimeSpan[] Pauses = [.. new[] { 0, 50, 200, 500, 1_000, 2_000 }.Select(pause => TimeSpan.FromMilliseconds(pause))];

    /// <summary>The plan of an earlier attempt; null if there was none. An import is looked for in every shard: there may have been fewer of them then.</summary>
    /// <exception cref="ClickHouseException"/>
    public async Task<DeliveryPlan?> FindAsync(ShardConnection shard, CommitWork work, CancellationToken cancel)
    {
        var from = ClickHouseSchema.PlansOf(isCluster && work.Delivery.Repeats == RepeatScope.Import);
        var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT received, attempt, repeats, done FROM {from} WHERE delivery = toUInt128('{work.Key}') ORDER BY done DESC, received, attempt LIMIT 1");
        return await shard.SelectAsync(sql, ClickHouseValues.None, cancel) switch
        {
            [] => null,
            [[DateTimeOffset received, long attempt, string repeats, long done]] => new DeliveryPlan(MicrosOf(received), (ulong)attempt, repeats, done == 1),
            _ => throw shard.Strange(),
        };
    }

    /// <summary>Makes it the plan of its delivery, unless another attempt was faster: then the other's holds.</summary>
    /// <exception cref="ClickHouseException"/>
    public async Task<DeliveryPlan> MakeAsync(ShardConnection shard, CommitWork work, DeliveryPlan plan, CancellationToken cancel)
    {
        await InsertAsync(shard, work, plan, Token, cancel);
        foreach (var pause in Pauses)
        {
            await Task.Delay(pause, cancel);
            if (await FindAsync(shard, work, cancel) is { } held)
            {
                return held;
            }
        }

        throw new ClickHouseException(0, "what was inserted cannot be read; a replica is far behind the other (system.replicas, absolute_delay)");
    }

    /// <summary>Remembers for ever that an import is stored, also when its rows are gone by age.</summary>
    /// <exception cref="ClickHouseException"/>
    public static Task MarkDoneAsync(ShardConnection shard, CommitWork work, DeliveryPlan plan, CancellationToken cancel) => InsertAsync(shard, work, plan with { IsDone = true }, "done", cancel);

    private static Task InsertAsync(ShardConnection shard, CommitWork work, DeliveryPlan plan, string token, CancellationToken cancel) =>
        shard.InsertAsync(ClickHouseSchema.Plans, new PlanBlock(work, plan), work.TokenOf(token), mayJoin: false, cancel);

    private static long MicrosOf(DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
