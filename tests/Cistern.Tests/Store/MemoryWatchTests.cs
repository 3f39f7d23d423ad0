using Cistern.Store;
using Cistern.Store.Embedded.Engines;
using Cistern.Tests.Ingest;

namespace Cistern.Tests.Store;

[Collection(MeasuredAlone.Name)]
public sealed class MemoryWatchTests
{
    private long _bytes = 1_000;

    [Fact]
    public void A_statement_ends_when_the_process_has_grown_too_much_under_it_and_only_that_one()
    {
        using var watch = new MemoryWatch(500, () => Interlocked.Read(ref _bytes));
        using var early = Run(watch);
        _bytes = 1_400;
        using var late = Run(watch);
        watch.Look();
        Assert.False(early.TookTooMuchMemory || late.TookTooMuchMemory);

        _bytes = 1_501;
        watch.Look();

        Assert.True(early.TookTooMuchMemory && early.Token.IsCancellationRequested);
        Assert.False(late.TookTooMuchMemory || late.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_statement_that_ended_is_not_touched_any_more()
    {
        using var watch = new MemoryWatch(500, () => Interlocked.Read(ref _bytes));
        var run = Run(watch);
        run.Dispose();
        _bytes = 1_000_000;

        watch.Look();

        Assert.False(run.TookTooMuchMemory);
    }

    // Some hundred megabytes of text a chunk, which DuckDB does not count against its limit.
    [Fact]
    public async Task What_an_expression_makes_is_bounded_although_the_engine_does_not_count_it()
    {
        await using var open = new OpenStore(new Cistern.Store.Embedded.EmbeddedSettings { SqlMemoryBytes = 64 << 20, HotBytes = 1 << 20 });
        var greedy = OpenStore.Query("SELECT sum(length(s || a.range::VARCHAR)) FROM (SELECT repeat('x', 200000) s), range(10000000) a", limits: new QueryLimits(TimeSpan.FromSeconds(60), 10)) with { Pool = QueryPool.Sql };
        var peak = Environment.WorkingSet;
        using var sampler = new Timer(_ => peak = Math.Max(peak, Environment.WorkingSet), null, 0, 20);
        var before = Environment.WorkingSet;

        var error = await Assert.ThrowsAsync<StoreQueryException>(async () =>
        {
            using var result = await open.Store.QueryAsync(greedy, CancellationToken.None);
            while (result.Read())
            {
            }
        });

        Assert.Equal(StoreQueryFault.OutOfMemory, error.Fault);
        Assert.True(peak - before < 3L << 30, $"grew by {(peak - before) >> 20} MiB");
        Assert.Equal(0, await open.CountAsync("requests"));
    }

    private static QueryRun Run(MemoryWatch watch)
    {
        var run = new QueryRun(new QueryLimits(TimeSpan.FromMinutes(1), 1), CancellationToken.None);
        watch.Watch(run);
        return run;
    }
}
