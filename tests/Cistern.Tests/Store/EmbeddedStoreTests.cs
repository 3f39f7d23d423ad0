using Cistern.Store;
using Cistern.Store.Embedded;

namespace Cistern.Tests.Store;

/// <summary>What only the embedded store does: journal, segments, seals and joins. What every store promises is in <see cref="StoreTests"/>.</summary>
public sealed class EmbeddedStoreTests
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.UtcNow.AddMinutes(-5);

    [Fact]
    public async Task A_repeated_delivery_stores_nothing_before_and_after_a_crash_and_a_seal()
    {
        await using var open = new OpenStore();
        string[] lines = [TestDeliveries.Line(s_time, "a"), TestDeliveries.Line(s_time, "b")];
        await open.StoreAsync("d1", lines);

        Assert.Equal(CommitStatus.Repeated, (await open.StoreAsync("d1", lines)).Status);
        open.Crash();
        Assert.Equal(CommitStatus.Repeated, (await open.StoreAsync("d1", lines)).Status);
        Assert.True(open.Maintenance.Seal());
        open.Crash();
        Assert.Equal(CommitStatus.Repeated, (await open.StoreAsync("d1", lines)).Status);
        await open.RestartAsync();
        Assert.Equal(CommitStatus.Repeated, (await open.StoreAsync("d1", lines)).Status);

        Assert.Equal(2, await open.CountAsync("requests"));
        Assert.Equal(1, await open.CountAsync("deliveries"));
    }

    [Fact]
    public async Task A_row_that_comes_again_in_another_delivery_is_stored_once_and_counted_as_a_repeat()
    {
        await using var open = new OpenStore();
        await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"), TestDeliveries.Line(s_time, "b"));

        var second = await open.StoreAsync("d2", TestDeliveries.Line(s_time, "b"), TestDeliveries.Line(s_time, "c"), TestDeliveries.Line(s_time, "c"));
        open.Maintenance.Seal();
        open.Crash();
        var third = await open.StoreAsync("d3", TestDeliveries.Line(s_time, "a"), TestDeliveries.Line(s_time, "d"));
        open.Crash();

        Assert.Equal((1, 2), (second.Rows, second.Repeats));
        Assert.Equal((1, 1), (third.Rows, third.Repeats));
        Assert.Equal(4, await open.CountAsync("requests"));
        Assert.Equal(3L, await open.ScalarAsync("SELECT sum(repeats)::BIGINT FROM deliveries"));
    }

    [Fact]
    public async Task What_cannot_be_decoded_is_kept_byte_for_byte_with_its_reason()
    {
        await using var open = new OpenStore();

        var result = await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"), "yesterday\tx");
        open.Maintenance.Seal();

        Assert.Equal((1, 1), (result.Rows, result.Rejected));
        var reject = (await open.RowsAsync("SELECT data, record_index, route, attributes, length(reason) > 10 FROM rejects"))[0];
        Assert.Equal("yesterday\tx"u8.ToArray(), reject[0]);
        Assert.Equal([1L, "/firehose"], reject[1..3]);
        Assert.Equal(new KeyValuePair<string, object?>("env", "test"), Assert.Single((IReadOnlyList<KeyValuePair<string, object?>>)reject[3]!));
        Assert.Equal(true, reject[4]);
    }

    [Fact]
    public async Task Rows_read_the_same_in_memory_after_a_crash_after_a_seal_and_after_a_join()
    {
        await using var open = new OpenStore(new EmbeddedSettings { CompactFiles = 2 });
        for (var delivery = 0; delivery < 4; delivery++)
        {
            await open.StoreAsync($"d{delivery}", Enumerable.Range(0, 50).Select(row => TestDeliveries.Line(s_time.AddSeconds(row), $"{delivery}-{row}", $"/{row % 7}")));
        }

        const string All = "SELECT * FROM requests ORDER BY request_id";
        var inMemory = await open.RowsAsync(All);
        open.Crash();
        var decodedAgain = await open.RowsAsync(All);
        open.Maintenance.Seal();
        var sealedOnce = await open.RowsAsync(All);
        await open.StoreAsync("d5", TestDeliveries.Line(s_time, "last"));
        open.Maintenance.Seal();
        while (open.Maintenance.Compact())
        {
        }

        var joined = await open.RowsAsync("SELECT * FROM requests WHERE delivery_id <> 'd5' ORDER BY request_id");
        Assert.Equal(200, inMemory.Count);
        Assert.Equal(inMemory, decodedAgain);
        Assert.Equal(inMemory, sealedOnce);
        Assert.Equal(inMemory, joined);
        Assert.Single(Directory.GetFiles(Path.Combine(open.Folder, "segments", "requests")));
    }

    [Fact]
    public async Task A_file_that_the_manifest_does_not_name_is_removed_at_the_start()
    {
        await using var open = new OpenStore();
        await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"));
        open.Maintenance.Seal();
        var stray = Path.Combine(open.Folder, "segments", "requests", "00000000000000000099.parquet");
        File.WriteAllText(stray, "half a file");

        open.Crash();

        Assert.False(File.Exists(stray));
        Assert.Equal(1, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task A_missing_segment_stops_the_start_with_its_name()
    {
        await using var open = new OpenStore();
        await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"));
        open.Maintenance.Seal();
        var file = Assert.Single(Directory.GetFiles(Path.Combine(open.Folder, "segments", "requests")));
        File.Move(file, file + ".away");

        var error = Assert.Throws<InvalidDataException>(open.Crash);

        Assert.Contains(Path.GetFileName(file), error.Message, StringComparison.Ordinal);
        File.Move(file + ".away", file);
        open.Reopen();
    }

    [Fact]
    public async Task The_oldest_file_goes_when_the_size_limit_is_reached_while_a_query_on_it_finishes()
    {
        await using var open = new OpenStore(new EmbeddedSettings { RetentionBytes = 1 });
        await open.StoreAsync("d1", Enumerable.Range(0, 5000).Select(row => TestDeliveries.Line(s_time, $"{row}")));
        open.Maintenance.Seal();
        using var running = await open.Store.QueryAsync(OpenStore.Query("SELECT request_id FROM requests"), CancellationToken.None);
        Assert.True(running.Read());

        Assert.True(open.Maintenance.DropExpired());

        Assert.Equal(0, await open.CountAsync("requests"));
        var read = 1;
        while (running.Read())
        {
            read++;
        }

        Assert.Equal(5000, read);
        running.Dispose();
        Assert.Empty(Directory.GetFiles(Path.Combine(open.Folder, "segments", "requests")));
    }

    [Fact]
    public async Task An_import_stores_rows_once_whatever_its_id_and_however_long_ago()
    {
        await using var open = new OpenStore(new EmbeddedSettings { IdentityWindow = TimeSpan.FromMilliseconds(1) });
        var longAgo = s_time.AddDays(-40);
        string[] lines = [TestDeliveries.Line(longAgo, "a"), TestDeliveries.Line(longAgo.AddHours(1), "b")];
        await open.ImportAsync("i1", lines);
        open.Maintenance.Seal();
        await open.RestartAsync();
        await Task.Delay(20);

        Assert.Equal(CommitStatus.Repeated, (await open.ImportAsync("i1", lines)).Status);
        var other = await open.ImportAsync("i2", [.. lines, TestDeliveries.Line(longAgo, "c")]);

        Assert.Equal((1, 2), (other.Rows, other.Repeats));
        Assert.Equal(3, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task Under_the_space_floor_deliveries_are_refused_and_queries_go_on()
    {
        await using var open = new OpenStore(new EmbeddedSettings { SpaceFloorBytes = long.MaxValue });
        open.Maintenance.CheckSpace();

        var result = await open.StoreAsync("d1", TestDeliveries.Line(s_time, "a"));

        Assert.Equal(CommitStatus.Unavailable, result.Status);
        Assert.Contains("floor", result.Detail, StringComparison.Ordinal);
        Assert.False(open.Store.Readiness.CanStore);
        Assert.Equal(0, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task A_query_over_its_time_or_rows_fails_with_the_reason_and_the_next_one_works()
    {
        await using var open = new OpenStore();
        await open.StoreAsync("d1", Enumerable.Range(0, 10).Select(row => TestDeliveries.Line(s_time, $"{row}")));
        var endless = OpenStore.Query("SELECT count(*) FROM range(1000000000000) a", limits: new QueryLimits(TimeSpan.FromMilliseconds(200), 10));
        var many = OpenStore.Query("SELECT * FROM requests", limits: new QueryLimits(TimeSpan.FromSeconds(10), 5));

        Assert.Equal(StoreQueryFault.TimedOut, await FaultOf(open, endless));
        Assert.Equal(StoreQueryFault.TooManyRows, await FaultOf(open, many));
        Assert.Equal(StoreQueryFault.Invalid, await FaultOf(open, OpenStore.Query("SELECT nothing FROM requests")));
        Assert.Equal(10, await open.CountAsync("requests"));
    }

    [Fact]
    public async Task Only_files_that_the_time_range_needs_are_opened()
    {
        await using var open = new OpenStore();
        await open.StoreAsync("d1", TestDeliveries.Line(s_time.AddDays(-3), "old"));
        open.Maintenance.Seal();
        await open.StoreAsync("d2", TestDeliveries.Line(s_time, "new"));
        open.Maintenance.Seal();

        var recent = OpenStore.Query("SELECT * FROM requests", new TimeRange(s_time.AddHours(-1), s_time.AddHours(1))) with { Tables = ["requests"] };
        using var result = await open.Store.QueryAsync(recent, CancellationToken.None);

        Assert.Equal(1, result.SnapshotRows);
    }

    private static async Task<StoreQueryFault?> FaultOf(OpenStore open, StoreQuery query)
    {
        try
        {
            using var result = await open.Store.QueryAsync(query, CancellationToken.None);
            while (result.Read())
            {
            }

            return null;
        }
        catch (StoreQueryException error)
        {
            return error.Fault;
        }
    }
}
