using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse;

/// <summary>Stores a delivery in one shard: what is decided of it first, then its rows, and the row of <c>deliveries</c> last.</summary>
/// <remarks>
/// <para>
/// (1) Was it begun before, and which of its rows are stored with others? (2) Write that down as its plan, and read which plan holds: of several attempts, also at once and on several nodes, one wins. (3) Insert rows, rejects and
/// identities side by side, each as the plan says and with a token of its own. (4) Insert the row of <c>deliveries</c>: only with it the delivery is whole.
/// </para>
/// <para>
/// What fails in between is tried again under the same id, on another replica or by the sender, whenever: the plan makes it store the same rows with the same arrival, so that tokens and what is found of it keep everything single.
/// A delivery without an id cannot come again: it has no plan, and each call stores it.
/// </para>
/// </remarks>
internal sealed class ClickHouseCommit(TimeSpan window, bool isCluster, TimeProvider time)
{
    // ClickHouse remembers tokens at least so long, unless it has more inserts than the tables' windows are made for.
    private static readonly TimeSpan TokensHold = TimeSpan.FromHours(1);

    private readonly DeliveryPlans _plans = new(isCluster);
    private readonly StoredIdentities _stored = new(window, isCluster);

    /// <exception cref="ClickHouseException">Nothing is promised then; the delivery can be sent again.</exception>
    public async Task<CommitResult> RunAsync(ShardConnection shard, CommitWork work, CancellationToken cancel)
    {
        if (work.Delivery.Repeats == RepeatScope.None)
        {
            return await StoreAsync(shard, work, NewPlan(work, repeats: ""), again: false, cancel);
        }

        var finding = _plans.FindAsync(shard, work, cancel);
        var repeats = RepeatsAsync(shard, work, cancel);
        await Task.WhenAll(finding, repeats);
        var found = await finding;
        var plan = found ?? await _plans.MakeAsync(shard, work, NewPlan(work, await repeats), cancel);
        var again = found is not null || plan.Attempt != work.Attempt;
        if (plan.IsDone || (again && await StoredParts.IsWholeAsync(shard, work, plan, cancel)))
        {
            return await StoredBeforeAsync(shard, work, plan, cancel);
        }

        return await StoreAsync(shard, work, plan, again, cancel);
    }

    private static DeliveryPlan NewPlan(CommitWork work, string repeats) => new(work.Delivery.Received.ToUnixTimeMilliseconds() * 1000, work.Attempt, repeats, IsDone: false);

    // If it was this call that stored it, on a replica whose answer was lost, then it is no repeat.
    private async Task<CommitResult> StoredBeforeAsync(ShardConnection shard, CommitWork work, DeliveryPlan plan, CancellationToken cancel)
    {
        var rows = work.Delivery.Rows;
        var repeats = work.Identities.Length - Kept(work, plan).Length;
        if (!plan.IsDone && !MaySkip(shard, plan))
        {
            await StoreDeliveryAsync(shard, work, repeats, CommonOf(work, plan), cancel);
        }

        if (work.Delivery.Repeats == RepeatScope.Import && !plan.IsDone)
        {
            await DeliveryPlans.MarkDoneAsync(shard, work, plan, cancel);
        }

        return plan.Attempt == work.Attempt ? new CommitResult(CommitStatus.Stored, rows.Rows - repeats, rows.RejectRows, repeats, null) : new CommitResult(CommitStatus.Repeated, 0, 0, rows.Rows, null);
    }

    private async Task<CommitResult> StoreAsync(ShardConnection shard, CommitWork work, DeliveryPlan plan, bool again, CancellationToken cancel)
    {
        var delivery = work.Delivery;
        var common = CommonOf(work, plan);
        var kept = Kept(work, plan);
        var tables = new List<Task<long>>();
        var first = 0;
        foreach (var batch in delivery.Rows.Signals)
        {
            if (batch.RowCount > 0)
            {
                tables.Add(StoreRowsAsync(shard, work, plan, batch, first, RowsOf(kept, first, batch.RowCount), common, again, cancel));
            }

            first += batch.RowCount;
        }

        // All of them end before the caller takes its rows back, also if one fails.
        await Task.WhenAll([.. tables, StoreRejectsAsync(shard, work, plan, common, again, cancel), StoreIdentitiesAsync(shard, work, kept, common, cancel)]);
        var rows = 0L;
        foreach (var table in tables)
        {
            rows += await table;
        }

        await StoreDeliveryAsync(shard, work, delivery.Rows.Rows - rows, common, cancel);
        if (delivery.Repeats == RepeatScope.Import)
        {
            await DeliveryPlans.MarkDoneAsync(shard, work, plan, cancel);
        }

        return new CommitResult(CommitStatus.Stored, rows, delivery.Rows.RejectRows, delivery.Rows.Rows - rows, null);
    }

    // How many of them are stored then, those of an earlier attempt too.
    private async Task<long> StoreRowsAsync(ShardConnection shard, CommitWork work, DeliveryPlan plan, ColumnBatch batch, int first, int[] kept, CommonValues common, bool again, CancellationToken cancel)
    {
        var stored = 0L;
        var missing = kept;
        if (again && kept.Length > 0)
        {
            var days = await StoredParts.DaysAsync(shard, batch.Schema, work, plan, cancel);
            var times = batch.Values<long>("time");
            stored = kept.Select(row => StoredParts.DayOf(times[row] ?? 0)).Distinct().Sum(day => days.GetValueOrDefault(day));
            missing = [.. kept.Where(row => !days.ContainsKey(StoredParts.DayOf(times[row] ?? 0)))];
        }

        var sent = MaySkip(shard, plan) ? missing : kept;
        if (sent.Length > 0)
        {
            var block = new NativeBlock(batch, sent.Length == batch.RowCount ? null : sent, work.Identities.AsMemory(first, batch.RowCount), common);
            await InsertAsync(shard, work, batch.Schema, block, cancel);
        }

        return stored + missing.Length;
    }

    private async Task StoreRejectsAsync(ShardConnection shard, CommitWork work, DeliveryPlan plan, CommonValues common, bool again, CancellationToken cancel)
    {
        var rejects = work.Delivery.Rows.Rejects;
        if (rejects.RowCount > 0 && !(again && MaySkip(shard, plan) && await StoredParts.DaysAsync(shard, Tables.Rejects, work, plan, cancel) is { Count: > 0 }))
        {
            await InsertAsync(shard, work, Tables.Rejects, new NativeBlock(rejects, null, default, common), cancel);
        }
    }

    private static async Task StoreIdentitiesAsync(ShardConnection shard, CommitWork work, int[] kept, CommonValues common, CancellationToken cancel)
    {
        UInt128[] known = work.Delivery.Repeats == RepeatScope.None ? [] : [.. kept.Select(row => work.Identities[row]).Where(identity => identity != 0)];
        if (known.Length > 0)
        {
            await shard.InsertAsync(ClickHouseSchema.Identities, new IdentityBlock(known, common), work.TokenOf("identities"), mayJoin: false, cancel);
        }
    }

    private Task StoreDeliveryAsync(ShardConnection shard, CommitWork work, long repeats, CommonValues common, CancellationToken cancel)
    {
        var delivery = work.Delivery;
        var row = new ColumnBatch(Tables.Deliveries);
        var position = time.GetUtcNow().Subtract(DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        new DeliveryRow(delivery.Route, delivery.Key, delivery.SourceAddress, delivery.Attributes, repeats, delivery.Body.Length, delivery.Duration.TotalSeconds, position).Write(row, delivery.Rows);
        return InsertAsync(shard, work, Tables.Deliveries, new NativeBlock(row, null, default, common), cancel);
    }

    // What is found of an earlier attempt may be in one replica only: sent again, its token makes ClickHouse wait until the others have it.
    private bool MaySkip(ShardConnection shard, DeliveryPlan plan) => shard.Quorum < 2 || time.GetUtcNow() - DateTimeOffset.UnixEpoch.AddMicroseconds(plan.Received) > TokensHold;

    private static CommonValues CommonOf(CommitWork work, DeliveryPlan plan) => new(plan.Received, work.Delivery.DeliveryId, work.Delivery.Stream, work.Delivery.Route, work.Delivery.Attributes);

    private static Task InsertAsync(ShardConnection shard, CommitWork work, TableSchema table, NativeBlock block, CancellationToken cancel) =>
        shard.InsertAsync(ClickHouseSchema.RowsOf(table), block, work.TokenOf(table.Name), mayJoin: work.Delivery.Repeats == RepeatScope.None, cancel);

    // The rows that are stored with other deliveries, or twice in this one, as runs.
    private async Task<string> RepeatsAsync(ShardConnection shard, CommitWork work, CancellationToken cancel)
    {
        var stored = work.Delivery.Repeats == RepeatScope.Import ? await _stored.FindEverAsync(shard, work, cancel) : await _stored.FindRecentAsync(shard, work, cancel);
        var repeats = new List<int>();
        foreach (var (row, identity) in work.Identities.Index())
        {
            if (identity != 0 && !stored.Add(identity))
            {
                repeats.Add(row);
            }
        }

        return RowRuns.Write([.. repeats]);
    }

    private static int[] Kept(CommitWork work, DeliveryPlan plan) => plan.Repeats.Length == 0 ? [.. Enumerable.Range(0, work.Identities.Length)] : RowRuns.Others(plan.Repeats, work.Identities.Length);

    private static int[] RowsOf(int[] kept, int first, int count) => [.. kept.Where(row => row >= first && row < first + count).Select(row => row - first)];
}
