using Cistern.Store;
using Cistern.Store.Embedded;

namespace Cistern.Tests.Store;

/// <summary>Who waits when rows come faster than they are sealed.</summary>
public sealed class HotRoomTests
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.UtcNow.AddMinutes(-5);

    [Fact]
    public async Task A_key_that_has_filled_its_share_waits_for_a_seal_and_another_does_not()
    {
        await using var open = new OpenStore(new EmbeddedSettings { HotBytes = 4 << 20, SealBytes = 64 << 20 });
        var wanted = 0;
        open.Store.RowsShown = () => Interlocked.Increment(ref wanted);
        Assert.Equal(CommitStatus.Stored, (await SendAsync(open, "flooder", "f1", 20_000)).Status);
        Assert.False(open.Maintenance.SealIsDue);

        // The writer says that it showed rows after it has answered.
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref wanted) == 1, TimeSpan.FromSeconds(20)));
        Interlocked.Exchange(ref wanted, 0);

        var waits = SendAsync(open, "flooder", "f2", 20_000);
        Assert.False(waits.IsCompleted);
        Assert.Equal(1, wanted);
        Assert.True(open.Maintenance.SealIsDue);
        Assert.Equal(CommitStatus.Stored, (await SendAsync(open, "other", "o1", 1).WaitAsync(TimeSpan.FromSeconds(20))).Status);
        Assert.False(waits.IsCompleted);

        Assert.True(open.Maintenance.SealIfDue());
        Assert.Equal(CommitStatus.Stored, (await waits.WaitAsync(TimeSpan.FromSeconds(20))).Status);
        Assert.Equal(40_001, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task Who_waits_too_long_is_refused_and_leaves_no_claim_behind()
    {
        await using var open = new OpenStore(new EmbeddedSettings { HotBytes = 4 << 20, SealBytes = 64 << 20, HotWait = TimeSpan.FromMilliseconds(50) });
        await SendAsync(open, "flooder", "f1", 20_000);

        var refused = await SendAsync(open, "flooder", "f2", 20_000);
        Assert.Equal(CommitStatus.Unavailable, refused.Status);
        Assert.Contains("rows in memory take 4 MiB", refused.Detail, StringComparison.Ordinal);

        open.Maintenance.Seal();
        Assert.Equal(CommitStatus.Stored, (await SendAsync(open, "flooder", "f2", 20_000)).Status);
    }

    [Fact]
    public async Task What_a_start_reads_back_counts_too()
    {
        await using var open = new OpenStore(new EmbeddedSettings { HotBytes = 4 << 20, SealBytes = 64 << 20, HotWait = TimeSpan.FromMilliseconds(50) });
        await SendAsync(open, "flooder", "f1", 20_000);
        open.Crash();
        await open.Store.Recovered;

        Assert.Equal(CommitStatus.Unavailable, (await SendAsync(open, "flooder", "f2", 20_000)).Status);
        open.Maintenance.Seal();
        Assert.Equal(CommitStatus.Stored, (await SendAsync(open, "flooder", "f2", 20_000)).Status);
    }

    private static Task<CommitResult> SendAsync(OpenStore open, string key, string id, int rows) => OpenStore.CommitAsync(
        open.Store,
        open.Deliveries.Commit(id, DateTimeOffset.UtcNow, RepeatScope.Delivery, string.Join('\n', Enumerable.Range(0, rows).Select(row => TestDeliveries.Line(s_time, $"{id}-{row}", $"/{id}/{row}/path")))) with { Key = key });
}
