using Cistern.Store.Embedded;

namespace Cistern.Tests.Store;

/// <summary>Rows of many kilobytes take the seal's memory many times; they must not stop it.</summary>
public sealed class LongRowTests
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.UtcNow.AddMinutes(-5);

    [Fact]
    public async Task Long_rows_are_sealed_and_joined_within_the_memory_of_the_engine()
    {
        await using var open = new OpenStore(new EmbeddedSettings { SealMemoryBytes = 192 << 20, CompactFiles = 2, HotBytes = 512 << 20 });
        var random = new Random(5);
        for (var file = 0; file < 2; file++)
        {
            for (var delivery = 0; delivery < 8; delivery++)
            {
                await open.StoreAsync($"d{file}-{delivery}", Enumerable.Range(0, 2_000).Select(row => TestDeliveries.Line(s_time, $"{file}-{delivery}-{row}", Path(random, 7_000))));
            }

            Assert.True(open.Maintenance.Seal());
        }

        Assert.True(open.Maintenance.Compact());

        Assert.Equal([32_000L, 32_000L, 7_001L], (await open.RowsAsync("SELECT count(*), count(DISTINCT request_id), max(length(path))::BIGINT FROM requests"))[0]);
    }

    [Fact]
    public async Task Rejects_as_large_as_records_may_be_are_sealed()
    {
        await using var open = new OpenStore(new EmbeddedSettings { SealMemoryBytes = 192 << 20, HotBytes = 512 << 20 });
        var record = new string('x', 1_000_000);
        await open.StoreAsync("d1", Enumerable.Range(0, 90).Select(number => $"{number} {record}"));

        Assert.True(open.Maintenance.Seal());

        Assert.Equal([90L, 90L, 1_000_002L], (await open.RowsAsync("SELECT count(*), count(DISTINCT data), min(octet_length(data)) FROM rejects"))[0]);
    }

    [Fact]
    public async Task Records_as_large_as_a_body_may_be_are_sealed_and_keep_no_others_from_being_joined()
    {
        await using var open = new OpenStore(new EmbeddedSettings { SealMemoryBytes = 192 << 20, HotBytes = 512 << 20, CompactFiles = 2, PanelMemoryBytes = 2L << 30 });
        var bytes = new byte[90_000_000];
        new Random(3).NextBytes(bytes);
        for (var place = 0; place < bytes.Length; place++)
        {
            bytes[place] &= 0x7F;
        }

        var record = System.Text.Encoding.ASCII.GetString(bytes);
        for (var delivery = 0; delivery < 2; delivery++)
        {
            await open.StoreAsync($"d{delivery}", record, TestDeliveries.Line(s_time, $"{delivery}"));
            Assert.True(open.Maintenance.Seal());
        }

        for (var step = 0; step < 5; step++)
        {
            open.Maintenance.Compact();
        }

        Assert.False(open.Maintenance.Compact());
        Assert.Equal([2L, (long)bytes.Length], (await open.RowsAsync("SELECT count(*), min(octet_length(data)) FROM rejects"))[0]);
        Assert.Single(Directory.GetFiles(System.IO.Path.Combine(open.Folder, "segments", "requests")));
    }

    // Text that does not shrink, so that a file of it is as large as its rows.
    private static string Path(Random random, int length)
    {
        var bytes = new byte[length / 4 * 3];
        random.NextBytes(bytes);
        return "/" + Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');
    }
}
