using System.Globalization;
using Cistern.Query;
using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Live;
using Cistern.Query.Model;
using Cistern.Store;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Query.Live;

/// <summary>A tail over what two nodes write, whose clocks differ and whose deliveries become visible in another order than that of their positions.</summary>
public class LateDeliveriesTests(TestStore kind = TestStore.Embedded)
{
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    [Fact]
    public Task Each_row_of_two_writers_is_given_once_and_none_is_left_out() => SimulationRounds.RunAsync(2, async seed =>
    {
        var random = new Random(seed);
        await using var store = await kind.OpenAsync();
        store.Traits = new StoreTraits { LateDeliveries = Late };
        var time = new SetTime { Now = QueryHost.Noon };
        List<Waiting> waiting = [];
        List<string> expected = [], seen = [];
        Write(store, new Waiting(Moments.Microseconds(time.Now), "before", "/before", time.Now), time.Now);
        var reader = Reader(store, time, RequestSignal.Signal);
        var cursor = await reader.FindEndAsync(default);
        for (var step = 0; step < 80; step++)
        {
            time.Now += TimeSpan.FromMilliseconds(random.Next(10_000));
            var clock = random.Next(2) == 0 ? time.Now - Skew : time.Now;
            waiting.Add(new Waiting(Moments.Microseconds(clock) / 1_000_000 * 1_000_000, $"d{step}", $"/{step}", time.Now + (Late - Skew - TimeSpan.FromSeconds(1)) * random.NextDouble()));
            foreach (var due in waiting.Where(one => one.VisibleAt <= time.Now).OrderBy(_ => random.Next()).ToList())
            {
                waiting.Remove(due);
                Write(store, due, time.Now);
                expected.Add(due.Path);
            }

            if (random.Next(2) == 0)
            {
                cursor = await LookAsync(reader, cursor, seen);
            }
        }

        time.Now += Late;
        foreach (var due in waiting)
        {
            Write(store, due, time.Now);
            expected.Add(due.Path);
        }

        cursor = await LookAsync(reader, cursor, seen);
        cursor = await LookAsync(reader, cursor, seen);
        Assert.Equal(expected.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    });

    [Fact]
    public async Task Two_deliveries_of_one_microsecond_are_both_given()
    {
        await using var store = await kind.OpenAsync();
        store.Traits = new StoreTraits { LateDeliveries = Late };
        var time = new SetTime { Now = QueryHost.Noon };
        var reader = Reader(store, time, RequestSignal.Signal);
        var (cursor, seen, at) = (await reader.FindEndAsync(default), new List<string>(), Moments.Microseconds(time.Now));
        Write(store, new Waiting(at, "a", "/a", time.Now), time.Now);
        cursor = await LookAsync(reader, cursor, seen);
        Write(store, new Waiting(at, "b", "/b", time.Now), time.Now);
        await LookAsync(reader, cursor, seen);

        Assert.Equal(["/a", "/b"], seen);
    }

    // Each look takes what is young; what comes later than that is found by a thorough look, once.
    [Fact]
    public async Task What_comes_later_than_most_is_given_by_the_next_thorough_look()
    {
        await using var store = await kind.OpenAsync();
        store.Traits = new StoreTraits { LateDeliveries = Late };
        var time = new SetTime { Now = QueryHost.Noon };
        var begin = time.Now;
        Write(store, new Waiting(Moments.Microseconds(begin.AddSeconds(-100)), "before", "/before", time.Now), time.Now);
        Write(store, new Waiting(Moments.Microseconds(begin), "last", "/last", time.Now), time.Now);
        var reader = Reader(store, time, RequestSignal.Signal);
        var (cursor, seen) = (await reader.FindEndAsync(default), new List<string>());

        time.Now = begin + TimeSpan.FromSeconds(1);
        Write(store, new Waiting(Moments.Microseconds(begin.AddSeconds(-100)), "late", "/late", time.Now), time.Now);
        Write(store, new Waiting(Moments.Microseconds(begin) - Moments.Microseconds(DateTimeOffset.UnixEpoch + TailReader.Young) + 1, "young", "/young", time.Now), time.Now);
        cursor = await LookAsync(reader, cursor, seen);
        Assert.Equal(["/young"], seen);

        time.Now = begin + TailReader.ThoroughInterval;
        cursor = await LookAsync(reader, cursor, seen);
        time.Now += TailReader.ThoroughInterval;
        await LookAsync(reader, cursor, seen);
        Assert.Equal(["/young", "/late"], seen);
    }

    // More than a look takes, of one minute of a busy store: what was there before the tail began is not given, all that comes late is.
    [Fact]
    public async Task Many_deliveries_are_remembered_and_found()
    {
        await using var store = await kind.OpenAsync();
        store.Traits = new StoreTraits { LateDeliveries = Late };
        var time = new SetTime { Now = QueryHost.Noon };
        Write(store, time.Now.AddMinutes(-1), "before", 9_000);
        var reader = Reader(store, time, DeliverySignals.Deliveries);
        var (cursor, seen) = (await reader.FindEndAsync(default), new List<string>());
        var skipped = 0L;

        time.Now += TailReader.ThoroughInterval;
        Write(store, QueryHost.Noon.AddMinutes(-1), "late", 9_000);
        TailBatch batch;
        do
        {
            batch = await reader.NextAsync(cursor, default);
            (cursor, skipped) = (batch.Cursor, skipped + batch.Skipped);
            seen.AddRange(batch.Rows.Select(row => (string)row[0]!));
        }
        while (batch.More);

        Assert.Equal(9_000, seen.Count + skipped);
        Assert.All(seen, stream => Assert.Equal("late", stream));
    }

    // What is read each second does not grow with the time in which something may come late.
    [Fact]
    public async Task A_look_that_is_not_thorough_reads_what_is_young()
    {
        await using var store = await kind.OpenAsync();
        store.Traits = new StoreTraits { LateDeliveries = Late };
        var time = new SetTime { Now = QueryHost.Noon };
        Write(store, time.Now.AddMinutes(-1), "many", 5_000);
        Write(store, new Waiting(Moments.Microseconds(time.Now), "last", "/last", time.Now), time.Now);
        var reader = Reader(store, time, RequestSignal.Signal);
        var cursor = await reader.FindEndAsync(default);
        store.Asked.Clear();

        time.Now += TimeSpan.FromSeconds(1);
        Assert.Empty((await reader.NextAsync(cursor, default)).Rows);
        using var found = await store.QueryAsync(Assert.Single(store.Asked), default);
        Assert.Single(found.ReadRows());
    }

    // Who goes on elsewhere has no memory of what was given: of the time in which something could still come, all of it is given again.
    [Fact]
    public async Task A_tail_that_goes_on_with_another_reader_repeats_what_is_young_and_misses_nothing()
    {
        await using var store = await kind.OpenAsync();
        store.Traits = new StoreTraits { LateDeliveries = Late };
        var time = new SetTime { Now = QueryHost.Noon };
        var reader = Reader(store, time, RequestSignal.Signal);
        var (cursor, seen) = (await reader.FindEndAsync(default), new List<string>());
        Write(store, new Waiting(Moments.Microseconds(time.Now), "old", "/old", time.Now), time.Now);
        time.Now += Late * 2;
        Write(store, new Waiting(Moments.Microseconds(time.Now), "young", "/young", time.Now), time.Now);
        cursor = await LookAsync(reader, cursor, seen);
        Write(store, new Waiting(Moments.Microseconds(time.Now.AddSeconds(-90)), "late", "/late", time.Now), time.Now);
        List<string> again = [];
        await LookAsync(Reader(store, time, RequestSignal.Signal), cursor, again);

        Assert.Equal(["/old", "/young"], seen);
        Assert.Equal(["/late", "/young"], again.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Events_of_several_nodes_are_given_once_too()
    {
        await using var store = await kind.OpenAsync();
        store.Traits = new StoreTraits { LateDeliveries = Late };
        var time = new SetTime { Now = QueryHost.Noon };
        Event(store, time.Now.AddSeconds(-10), "before");
        var reader = Reader(store, time, DeliverySignals.Events);
        var (cursor, seen) = (await reader.FindEndAsync(default), new List<string>());
        Event(store, time.Now, "one");
        cursor = await LookAsync(reader, cursor, seen);
        Event(store, time.Now.AddSeconds(-30), "late");
        Event(store, time.Now.AddSeconds(1), "two");
        cursor = await LookAsync(reader, cursor, seen);
        await LookAsync(reader, cursor, seen);

        Assert.Equal(["one", "late", "two"], seen);
    }

    private static void Event(PlainTablesStore store, DateTimeOffset at, string stream) =>
        store.Execute(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO events (time, received, kind, stream, count) VALUES (TIMESTAMP '{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}', TIMESTAMP '{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}', 'k', '{stream}', 1)"));

    private static void Write(PlainTablesStore store, Waiting one, DateTimeOffset now)
    {
        var received = $"TIMESTAMP '{now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}'";
        store.Execute($"INSERT INTO requests (time, received, stream, delivery_id, path) VALUES ({received}, {received}, 's', '{one.Id}', '{one.Path}')");
        store.Execute(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO deliveries (time, received, stream, delivery_id, signal, \"rows\", position) VALUES ({received}, {received}, 's', '{one.Id}', 'requests', 1, {one.Position})"));
    }

    // As many of one minute.
    private static void Write(PlainTablesStore store, DateTimeOffset from, string stream, int count)
    {
        var moment = $"TIMESTAMP '{from.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}'";
        store.Execute(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO deliveries (time, received, stream, delivery_id, signal, \"rows\", position) SELECT {moment}, {moment}, '{stream}', concat('{stream}-', i), 'requests', 0, {Moments.Microseconds(from)} + i * {50_000_000 / count} FROM range({count}) AS r(i)"));
    }

    private static async Task<TailCursor> LookAsync(TailReader reader, TailCursor cursor, List<string> seen)
    {
        TailBatch batch;
        do
        {
            batch = await reader.NextAsync(cursor, default);
            cursor = batch.Cursor;
            seen.AddRange(batch.Rows.Select(row => (string)row[0]!));
        }
        while (batch.More);
        return cursor;
    }

    private static TailReader Reader(PlainTablesStore store, TimeProvider time, Signal signal)
    {
        Assert.Null(FilterParser.Parse("", signal, time.GetUtcNow(), out var filter));
        Assert.True(signal.TryField(signal == RequestSignal.Signal ? "path" : "stream", out var column));
        return new TailReader(store, new TailQuestion(signal, filter, [column], After: null), time, new QuestionLimits());
    }

    private sealed record Waiting(long Position, string Id, string Path, DateTimeOffset VisibleAt);

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

public sealed class LateDeliveriesOnClickHouseTests() : LateDeliveriesTests(TestStore.ClickHouse);
