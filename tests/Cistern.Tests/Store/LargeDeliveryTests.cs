using Cistern.Store;
using Cistern.Store.Embedded;

namespace Cistern.Tests.Store;

/// <summary>Deliveries whose body lies in a file of its own.</summary>
public sealed class LargeDeliveryTests
{
    private static readonly EmbeddedSettings s_allAreLarge = new() { LargeBytes = 1 };
    private static readonly DateTimeOffset s_time = DateTimeOffset.UtcNow.AddMinutes(-5);

    [Fact]
    public async Task A_large_delivery_is_the_same_rows_before_and_after_a_crash_and_a_seal()
    {
        await using var open = new OpenStore(s_allAreLarge);
        await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a", "/a"), TestDeliveries.Line(s_time, "b", "/b"), "no line");
        await open.StoreAsync("d2", TestDeliveries.Line(s_time, "b", "/b"), TestDeliveries.Line(s_time, "c", "/c"));
        Assert.Equal(2, Bodies(open).Length);

        await CheckAsync(open);
        open.Crash();
        await CheckAsync(open);
        Assert.Equal(CommitStatus.Repeated, (await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a", "/a"))).Status);
        open.Maintenance.Seal();
        await CheckAsync(open);
        Assert.Empty(Bodies(open));
        open.Crash();
        await CheckAsync(open);
    }

    [Fact]
    public async Task Rows_of_large_and_small_deliveries_lie_behind_each_other()
    {
        await using var open = new OpenStore(new EmbeddedSettings { LargeBytes = 2_000 });
        for (var number = 0; number < 6; number++)
        {
            await open.StoreAsync($"d{number}", Enumerable.Range(0, number % 2 == 0 ? 20 : 2).Select(row => TestDeliveries.Line(s_time, $"{number}-{row}", $"/{number}")));
        }

        Assert.Equal(3, Bodies(open).Length);
        Assert.Equal([.. Enumerable.Range(0, 6).Select(number => ($"/{number}", number % 2 == 0 ? 20L : 2L))],
            (await open.RowsAsync("SELECT path, count(*) FROM requests GROUP BY 1 ORDER BY 1")).Select(row => ((string)row[0]!, (long)row[1]!)));
        open.Crash();
        Assert.Equal(66, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task A_file_that_no_entry_names_goes_at_the_start()
    {
        await using var open = new OpenStore(s_allAreLarge);
        await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"));
        var orphan = Path.Combine(open.Folder, "bodies", "00000000000000000007.body");
        File.WriteAllText(orphan, "left by a crash");

        open.Crash();
        Assert.Equal(1, await open.CountAsync("requests"));
        await open.StoreAsync("d2", TestDeliveries.Line(s_time, "b"));

        Assert.False(File.Exists(orphan));
        Assert.Equal(["00000000000000000001.body", "00000000000000000008.body"], Bodies(open).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_missing_or_damaged_is_not_started_over(bool missing)
    {
        await using var open = new OpenStore(s_allAreLarge);
        await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"));
        var body = Assert.Single(Bodies(open));
        var bytes = File.ReadAllBytes(body);
        open.Store.Abandon();
        File.Delete(body);
        if (!missing)
        {
            File.WriteAllBytes(body, [.. bytes[..^1], (byte)' ']);
        }

        open.Reopen();
        await Assert.ThrowsAsync<InvalidDataException>(() => open.Store.Recovered);
        Assert.False(open.Store.Readiness.CanStore);
        Assert.Contains(body, open.Store.Readiness.Reason, StringComparison.Ordinal);
        open.Store.Abandon();

        File.WriteAllBytes(body, bytes);
        open.Reopen();
        Assert.Equal(1, await open.CountAsync("requests"));
    }

    private static string[] Bodies(OpenStore open) => Directory.GetFiles(Path.Combine(open.Folder, "bodies"));

    private static async Task CheckAsync(OpenStore open)
    {
        Assert.Equal(["/a", "/b", "/c"], (await open.RowsAsync("SELECT path FROM requests ORDER BY path")).Select(row => (string)row[0]!));
        Assert.Equal([1L, 1L], (await open.RowsAsync("SELECT (SELECT count(*) FROM rejects), sum(repeats)::BIGINT FROM deliveries"))[0]);
    }
}
