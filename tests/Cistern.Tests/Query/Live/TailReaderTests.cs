using Cistern.Query;
using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Live;
using Cistern.Store;
using Cistern.Store.Embedded;
using Cistern.Tests.Journal;
using Cistern.Tests.Store;

namespace Cistern.Tests.Query.Live;

/// <summary>The rule of what is new, on the real store.</summary>
public sealed class TailReaderTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    // Deliveries become visible in another order than they arrived, minutes late, many in one millisecond; files are sealed, joined, and the
    // store ends in order or by a crash; several tails look now and then, and some of them go on from the text of their cursor.
    [Fact]
    public Task Each_row_is_given_once_whatever_the_order_of_arrival() => SimulationRounds.RunAsync(3, async seed =>
    {
        var random = new Random(seed);
        await using var open = new OpenStore(new EmbeddedSettings { CompactFiles = 3 });
        List<Watcher> watchers = [];
        var delivery = 0;
        for (var step = 0; step < 60; step++)
        {
            switch (random.Next(10))
            {
                case 0 when watchers.Count < 4: watchers.Add(await Watcher.BeginAsync(open)); break;
                case 1: open.Maintenance.Seal(); break;
                case 2: open.Maintenance.Compact(); break;
                case 3 when random.Next(4) == 0: open.Crash(); break;
                case 4 when random.Next(4) == 0: await open.RestartAsync(); break;
                case 5 or 6 when watchers.Count > 0: await watchers[random.Next(watchers.Count)].LookAsync(random.Next(2) == 0); break;
                default:
                    var received = s_now.AddMilliseconds(-random.Next(4) * random.Next(100_000));
                    string[] ids = [.. Enumerable.Range(0, random.Next(4)).Select(row => $"{delivery}-{row}")];
                    await open.Store.CommitAsync(open.Deliveries.Commit($"d{delivery++}", received, RepeatScope.Delivery, [.. ids.Select(id => TestDeliveries.Line(received.AddHours(-random.Next(40)), id, $"/{id}"))]), default);
                    watchers.ForEach(watcher => watcher.Expected.AddRange(ids.Select(id => $"/{id}")));
                    break;
            }
        }

        watchers.Add(await Watcher.BeginAsync(open));
        foreach (var watcher in watchers)
        {
            await watcher.LookAsync(resume: true);
            Assert.Equal(watcher.Expected.Order(StringComparer.Ordinal), watcher.Seen.Order(StringComparer.Ordinal));
        }
    });

    [Fact]
    public async Task Rows_of_one_look_come_in_the_order_of_arrival_and_what_is_more_than_it_gives_is_counted()
    {
        await using var open = new OpenStore();
        var reader = Reader(open, RequestSignal.Signal);
        var cursor = await reader.FindEndAsync(default);
        await StoreAsync(open, "late", s_now, "/b");
        await StoreAsync(open, "early", s_now.AddSeconds(-5), "/a");

        var first = await reader.NextAsync(cursor, default);
        await StoreAsync(open, "large", s_now, [.. Enumerable.Range(0, 700).Select(row => $"/{row}")]);
        var second = await reader.NextAsync(first.Cursor, default);
        var third = await reader.NextAsync(second.Cursor, default);

        Assert.Equal(["/a", "/b"], first.Rows.Select(row => row[0]));
        Assert.Equal((0, TailReader.RowsMax, 200, 0), (first.Skipped, second.Rows.Count, second.Skipped, third.Rows.Count));
        Assert.Equal("/699", second.Rows[^1][0]);
    }

    [Fact]
    public async Task A_filter_and_every_signal_have_their_own_rows()
    {
        await using var open = new OpenStore();
        Signal[] signals = [RequestSignal.Signal, DeliverySignals.Deliveries, DeliverySignals.Rejects, DeliverySignals.Events];
        var readers = signals.Select(signal => Reader(open, signal)).Append(Reader(open, RequestSignal.Signal, "path:/wanted")).ToArray();
        var cursors = await Task.WhenAll(readers.Select(reader => reader.FindEndAsync(default)));
        await StoreAsync(open, "d1", s_now, "/wanted", "/other");
        await open.StoreAsync("d2", "no line at all");
        open.Store.Count("refused", "test", "stream", "key");
        open.Maintenance.FlushEvents(all: true);

        var counts = new List<int>();
        for (var place = 0; place < readers.Length; place++)
        {
            var batch = await readers[place].NextAsync(cursors[place], default);
            counts.Add(batch.Rows.Count);
            Assert.Empty((await readers[place].NextAsync(batch.Cursor, default)).Rows);
        }

        Assert.Equal([2, 2, 1, 1, 1], counts);
    }

    // A tail asks every second: it must not read the files of years.
    [Fact]
    public async Task What_arrived_long_ago_is_not_opened()
    {
        await using var open = new OpenStore();
        await StoreAsync(open, "old", s_now.AddDays(-2), "/old");
        open.Maintenance.Seal();
        await StoreAsync(open, "new", s_now, "/new");

        using var recent = await open.Store.QueryAsync(OpenStore.Query("SELECT count(*) FROM requests") with { ReceivedSince = s_now.AddHours(-1), Tables = ["requests"] }, default);
        using var all = await open.Store.QueryAsync(OpenStore.Query("SELECT count(*) FROM requests") with { Tables = ["requests"] }, default);

        Assert.Equal((1, 2), (recent.SnapshotRows, all.SnapshotRows));
    }

    [Theory]
    [InlineData("d12.1700000000000000", true)]
    [InlineData("e12.1700000000000000", false)]
    [InlineData("d12", false)]
    [InlineData("d.5", false)]
    [InlineData("d-1.5", false)]
    [InlineData("d99999999999999999999.5", false)]
    [InlineData("", false)]
    public void A_cursor_is_read_strictly(string text, bool good)
    {
        Assert.Equal(good, TailCursor.TryParse(text, ofEvents: false, out var cursor));
        Assert.Equal(good ? text : null, cursor?.ToText(ofEvents: false));
    }

    private static Task<CommitResult> StoreAsync(OpenStore open, string id, DateTimeOffset received, params string[] paths) => open.Store.CommitAsync(
        open.Deliveries.Commit(id, received, RepeatScope.Delivery, [.. paths.Select((path, row) => TestDeliveries.Line(received.AddMilliseconds(row), $"{id}-{row}", path))]), default).AsTask();

    private static TailReader Reader(OpenStore open, Signal signal, string where = "")
    {
        Assert.Null(FilterParser.Parse(where, signal, s_now, out var filter));
        Assert.True(signal.TryField(signal == RequestSignal.Signal ? "path" : "stream", out var column));
        return new TailReader(open.Store, new TailQuestion(signal, filter, [column], After: null), TimeProvider.System, new QuestionLimits());
    }

    private sealed class Watcher(OpenStore open, TailCursor cursor)
    {
        private TailCursor _cursor = cursor;

        public List<string> Expected { get; } = [];

        public List<string> Seen { get; } = [];

        public static async Task<Watcher> BeginAsync(OpenStore open) => new(open, await Reader(open, RequestSignal.Signal).FindEndAsync(default));

        public async Task LookAsync(bool resume)
        {
            if (resume)
            {
                Assert.True(TailCursor.TryParse(_cursor.ToText(ofEvents: false), ofEvents: false, out _cursor));
            }

            TailBatch batch;
            do
            {
                batch = await Reader(open, RequestSignal.Signal).NextAsync(_cursor, default);
                _cursor = batch.Cursor;
                Seen.AddRange(batch.Rows.Select(row => (string)row[0]!));
            }
            while (batch.More);
        }
    }
}
