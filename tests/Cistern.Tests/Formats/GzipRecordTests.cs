using System.IO.Compression;
using Cistern.Formats.Deliveries;
using Cistern.Tests.Formats.CloudWatchLogs;

namespace Cistern.Tests.Formats;

public sealed class GzipRecordTests
{
    private const int LimitBytes = 1 << 20;

    private static readonly byte[] Document = LogEnvelopes.Utf8(LogEnvelopes.Document("one", "two"));

    [Fact]
    public void Gzip_of_several_members_is_one_record()
    {
        for (var cut = 0; cut <= Document.Length; cut += 7)
        {
            byte[] packed = [.. Bodies.Gzip(Document.AsSpan(0, cut)), .. Bodies.Gzip(Document.AsSpan(cut))];
            Assert.Equal(["one", "two"], LogEnvelopes.Messages(LogEnvelopes.DecodeBytes(Bodies.Any, packed)));
        }
    }

    [Fact]
    public void Gzip_that_is_cut_anywhere_is_kept_as_it_came()
    {
        var packed = Bodies.Gzip(Document);
        for (var length = 2; length < packed.Length; length++)
        {
            AssertKept(LogEnvelopes.DecodeBytes(Bodies.Logs, packed[..length]), packed[..length], "cut off");
        }
    }

    [Fact]
    public void Broken_gzip_and_what_is_behind_gzip_are_kept_as_they_came()
    {
        byte[] packed = Bodies.Gzip(Document);
        var broken = (byte[])packed.Clone();
        broken[^6] ^= 1;
        AssertKept(LogEnvelopes.DecodeBytes(Bodies.Any, broken), broken, "check sum");

        byte[] trailed = [.. packed, (byte)'\n'];
        AssertKept(LogEnvelopes.DecodeBytes(Bodies.Any, trailed), trailed, "something other than gzip behind it");
    }

    [Fact]
    public void Gzip_in_gzip_is_read_and_a_third_level_is_not()
    {
        var twice = Bodies.Gzip(Bodies.Gzip(Document));
        Assert.Equal(["one", "two"], LogEnvelopes.Messages(LogEnvelopes.DecodeBytes(Bodies.Any, twice)));
        AssertKept(LogEnvelopes.DecodeBytes(Bodies.Any, Bodies.Gzip(twice)), Bodies.Gzip(twice), "gzip in gzip in gzip");
    }

    [Fact]
    public void Gzip_of_nothing_is_nothing() => Assert.Equal(0, LogEnvelopes.DecodeBytes(Bodies.Any, Bodies.Gzip([])).Items);

    [Fact]
    public void Gzip_of_what_nobody_reads_is_kept_as_it_came()
    {
        var packed = Bodies.Gzip("hello"u8);
        AssertKept(LogEnvelopes.DecodeBytes(Bodies.Any, packed), packed, "of no format");
    }

    [Fact]
    public void A_record_may_inflate_to_the_limit_and_not_to_a_byte_more()
    {
        var inflater = new RecordInflater(recordBytesMax: 100_000);
        inflater.Begin(LimitBytes);
        var fits = new byte[100_000];
        Random.Shared.NextBytes(fits);
        fits[0] = 0;

        for (var round = 0; round < 3; round++)
        {
            Assert.True(inflater.TryInflate(Bodies.Gzip(fits), out var content, out _));
            Assert.True(content.SequenceEqual(fits));
            Assert.False(inflater.TryInflate(Bodies.Gzip([.. fits, 0]), out _, out var reason));
            Assert.True(reason.StartsWith("record is gzip and inflates to more than"u8));
        }
    }

    [Fact]
    public void A_bomb_is_kept_as_it_came_and_costs_no_more_than_the_limit()
    {
        var bomb = Bomb(1 << 30);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertKept(LogEnvelopes.DecodeBytes(Bodies.Logs, bomb), bomb, "more than 64 MiB");

        // Twice the limit while the buffer grows, the body and its rejects; the test's own copies.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5L * RecordInflater.RecordBytesMax);
    }

    [Fact]
    public void Many_bombs_together_cost_twice_the_body_limit_and_what_follows_is_kept_compressed()
    {
        var bomb = Bomb(16 << 20);
        var good = Bodies.Gzip(Document);
        var into = LogEnvelopes.DecodeBytes(Bodies.Logs with { MaxInflatedBytes = LimitBytes }, [good, .. Enumerable.Repeat(bomb, 20), good, Document]);

        Assert.Equal(["one", "two", "one", "two"], LogEnvelopes.Messages(into));
        Assert.Equal(21, into.Rejects.RowCount);
        Assert.Contains("twice the body limit", Rows.Of(into.Rejects, 20)["reason"], StringComparison.Ordinal);
        Assert.True(into.Rejects.Text("data")[20].SequenceEqual(good));
    }

    private static byte[] Bomb(int bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            var zeros = new byte[1 << 20];
            for (var written = 0; written < bytes; written += zeros.Length)
            {
                gzip.Write(zeros);
            }
        }

        return packed.ToArray();
    }

    private static void AssertKept(DecodedDelivery into, byte[] record, string reason)
    {
        Assert.Equal((0L, 1), (into.Rows, into.Rejects.RowCount));
        Assert.True(into.Rejects.Text("data")[0].SequenceEqual(record));
        Assert.Contains(reason, Rows.Of(into.Rejects, 0)["reason"], StringComparison.Ordinal);
    }
}
