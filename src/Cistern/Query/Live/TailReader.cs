using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Model;
using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.Live;

/// <summary>What arrived since the last look.</summary>
/// <param name="Cursor">Where the next look goes on.</param>
/// <param name="Rows">The newest that match, in order of arrival.</param>
/// <param name="Skipped">How many more matched.</param>
/// <param name="More">More deliveries wait than one look takes.</param>
internal sealed record TailBatch(TailCursor Cursor, IReadOnlyList<object?[]> Rows, long Skipped, bool More);

/// <summary>Finds the rows that became visible since a cursor: each once, none left out.</summary>
/// <remarks>
/// <c>received</c> alone cannot tell what is new. It is taken when a delivery arrives, and the delivery becomes visible after it is
/// durable: a large one later than small ones that came after it, and several share a millisecond. But every store gives each delivery
/// a <c>position</c>, in the order in which deliveries become visible, so the rule is:
/// (1) The deliveries with a position beyond the cursor's are the new ones; the last of them makes the next cursor.
/// (2) The rows of these deliveries, found by arrival, stream and id, are the new rows.
/// A position is stored with the delivery, so it stays the same through seals, compactions and restarts, and a tail may go on from it after any
/// of them. <c>received</c> only says which files need not be opened: what arrived long before the newest delivery that the tail has seen
/// is not new. Events belong to no delivery; their writer stamps them directly before it shows them, so their <c>received</c> is their position.
/// <para>
/// Where several nodes write, a position is a time of their clocks and no exact order: a delivery may be shown after others with higher positions, as late as <see cref="StoreTraits.LateDeliveries"/> says. Then:
/// (a) Each look takes what is young: it goes back from the cursor by <see cref="Young"/> and leaves out what <see cref="TailMemory"/> says was given.
/// (b) After each <see cref="ThoroughInterval"/> a look is thorough: for each second since the cursor of the last thorough look, less <c>LateDeliveries</c>, it asks how many deliveries there are and for a sum of their
/// fingerprints. Only of the seconds in which these differ from what was given it reads the deliveries.
/// What becomes visible after a thorough look has a position behind that bound, so the next one finds it. So none is missed, and one that comes later than <see cref="Young"/> is given at the next thorough look.
/// </para>
/// </remarks>
internal sealed class TailReader(IStore store, TailQuestion question, TimeProvider time, QuestionLimits settings)
{
    /// <summary>Rows of one look.</summary>
    public const int RowsMax = 500;

    private const int DeliveriesMax = 4_000;

    // Bounds what one look reads; a single delivery may be larger.
    private const long CandidatesMax = 100_000;

    // A delivery is refused minutes after it arrived at the latest; this is the longest, with room for clocks that are set.
    private static readonly TimeSpan ArrivalToVisible = TimeSpan.FromHours(1);

    // Of several nodes: there a delivery that is sent again keeps its first arrival, and Firehose tries for two hours.
    private static readonly TimeSpan FirstArrivalToVisible = TimeSpan.FromHours(4);

    /// <summary>How far each look goes back from the cursor: most deliveries are not later, as long as the nodes' clocks agree.</summary>
    internal static readonly TimeSpan Young = TimeSpan.FromSeconds(5);

    /// <summary>How long what comes later than that may wait.</summary>
    internal static readonly TimeSpan ThoroughInterval = TimeSpan.FromSeconds(15);

    // Of the time in which others may come late: what a tail that begins has to remember.
    private const int RememberedMax = 10_000_000;

    private static readonly string[] Order = ["received", "time"];

    private readonly Signal _signal = question.Signal;

    private readonly TailMemory _memory = new();

    private readonly long _late = Micros(store.Traits.LateDeliveries);

    // The last thorough look: when it was, and from where on what was not visible then may have its position.
    private DateTimeOffset _thoroughAt;
    private long? _lateFrom;

    /// <summary>The place behind all that is visible now.</summary>
    public async Task<TailCursor> FindEndAsync(CancellationToken cancel)
    {
        var now = Moments.Microseconds(time.GetUtcNow());
        var (table, order) = question.OfEvents ? (_signal.Name, "received") : (Tables.Deliveries, "position");
        var scope = Scope();
        var sql = $"SELECT {store.Dialect.Max(scope.Column(order))} FROM {scope.Column(table)} WHERE {Since(scope, Floor(now))}";
        long last;
        using (var result = await store.QueryAsync(Ask(sql, scope, [table], Floor(now), rows: 1), cancel))
        {
            last = result.Read() ? result[0] switch { long position => position, DateTimeOffset moment => Moments.Microseconds(moment), _ => 0 } : 0;
        }

        // A clock that runs ahead must not hide what others show meanwhile; and where nothing is, nothing will come late from before the floor.
        var end = new TailCursor(_late == 0 ? last : Math.Clamp(last, Moments.Microseconds(Floor(now)), now), now);
        if (_late > 0)
        {
            await RememberAsync(end, last, cancel);
        }

        return end;
    }

    public async Task<TailBatch> NextAsync(TailCursor cursor, CancellationToken cancel)
    {
        var begin = time.GetUtcNow();
        var isThorough = _late > 0 && (_lateFrom is null || begin < _thoroughAt || begin - _thoroughAt >= ThoroughInterval);
        var youngFrom = YoungFrom(cursor);
        var found = isThorough && _lateFrom < youngFrom && !question.OfEvents ? await FindLateAsync(cursor, _lateFrom.Value, youngFrom, cancel) : [];
        var lateCount = found.Count;
        found.AddRange(await FindAsync(cursor, youngFrom, cancel));
        var window = Take(found);
        var now = Moments.Microseconds(time.GetUtcNow());
        var next = window is null ? cursor : NextOf(cursor, window, now);
        var (rows, skipped) = window is null || window.Candidates == 0 ? ([], 0) : await RowsAsync(cursor.Position, window, cancel);
        if (_late > 0)
        {
            window?.Taken.ForEach(find => _memory.Add(find.Position, find.Fingerprint));

            // What came late and was more than one look takes is found again by the next one.
            if (isThorough && (window is null || window.Taken.Count >= lateCount))
            {
                (_thoroughAt, _lateFrom) = (begin, SecondOf(next.Position - _late));
                _memory.ForgetBefore(_lateFrom.Value);
            }
        }

        return new(next, rows, skipped, window is { More: true });
    }

    // A clock that ran ahead must not hide what comes when it is right again.
    private TailCursor NextOf(TailCursor cursor, Window window, long now) =>
        new(_late == 0 ? window.To : Math.Max(cursor.Position, Math.Min(window.To, now)), Math.Min(Math.Max(cursor.Received, window.NewestReceived), now));

    // Who goes on for another reader does not know what that one gave, nor when it looked thoroughly. Events are few: each look goes back over all that may come late.
    private long YoungFrom(TailCursor cursor) => (_late, question.OfEvents, _lateFrom) switch
    {
        (0, _, _) => cursor.Position + 1,
        (_, true, _) => SecondOf(cursor.Position - _late),
        (_, _, null) => SecondOf(cursor.Position - _late - Micros(ThoroughInterval)),
        _ => SecondOf(cursor.Position - Micros(Young)),
    };

    // What is visible and not given counts as given, so that only what comes later is shown of the time before.
    private async Task RememberAsync(TailCursor end, long last, CancellationToken cancel)
    {
        var from = SecondOf(end.Position - _late);
        foreach (var find in await SelectAsync(end, from, last, "", RememberedMax, cancel))
        {
            _memory.Add(find.Position, find.Fingerprint);
        }

        (_thoroughAt, _lateFrom) = (Moments.FromMicroseconds(end.Received), from);
    }

    private async Task<(List<object?[]> Rows, long Skipped)> RowsAsync(long after, Window window, CancellationToken cancel)
    {
        var (rows, more) = await NewestAsync(after, window, cancel);
        rows.Reverse();
        return (rows, more ? Math.Max(await CountAsync(after, window, cancel) - rows.Count, 1) : 0);
    }

    // (1) The new deliveries, as many as one look takes and one more.
    private async Task<List<TailFind>> FindAsync(TailCursor cursor, long from, CancellationToken cancel)
    {
        var most = DeliveriesMax + _memory.CountSince(from) + 1;
        var found = await SelectAsync(cursor, from, long.MaxValue, $"\nORDER BY 1 LIMIT {most}", most, cancel);
        found.RemoveAll(_memory.Contains);
        return found;
    }

    // (b) What became visible late: before what each look reads.
    private async Task<List<TailFind>> FindLateAsync(TailCursor cursor, long from, long to, CancellationToken cancel)
    {
        var seconds = await ChangedSecondsAsync(cursor, from, to, cancel);
        if (seconds.Count == 0)
        {
            return [];
        }

        var (most, second) = (DeliveriesMax + _memory.Count + 1, store.Dialect.IntegerDivide(Scope().Column("position"), $"{TailMemory.SecondMicros}"));
        var found = await SelectAsync(cursor, seconds.Min() * TailMemory.SecondMicros, to - 1, $" AND {second} IN ({string.Join(", ", seconds)})\nORDER BY 1 LIMIT {most}", most, cancel);
        found.RemoveAll(_memory.Contains);
        return found;
    }

    private async Task<List<long>> ChangedSecondsAsync(TailCursor cursor, long from, long to, CancellationToken cancel)
    {
        var (scope, floor, dialect) = (Scope(), Floor(cursor.Received), store.Dialect);
        var (position, most) = (scope.Column("position"), (int)Math.Min((to - from) / TailMemory.SecondMicros, int.MaxValue));
        var sums = $"SELECT {dialect.IntegerDivide(position, $"{TailMemory.SecondMicros}")} AS p, {dialect.Count()} AS n, {dialect.Sum(dialect.IntegerDivide(Fingerprint(scope), "4294967296"))} AS f\nFROM {scope.Column(Tables.Deliveries)}\n"
            + $"WHERE {Since(scope, floor)} AND {position} >= {scope.Parameter(from)} AND {position} < {scope.Parameter(to)}\nGROUP BY 1";
        var given = _memory.Sums();
        var changed = new List<long>();
        using var result = await store.QueryAsync(Ask(sums, scope, [Tables.Deliveries], floor, most), cancel);
        while (result.Read())
        {
            var second = Whole(result[0]);
            if (given.GetValueOrDefault(second) != new TailSum(Whole(result[1]), Whole(result[2])))
            {
                changed.Add(second);
            }
        }

        return changed;
    }

    private async Task<List<TailFind>> SelectAsync(TailCursor cursor, long from, long to, string end, int most, CancellationToken cancel)
    {
        var scope = Scope();
        var floor = question.OfEvents ? Moments.FromMicroseconds(from) : Floor(cursor.Received);
        var sql = question.OfEvents ? EventsSql(scope, floor) : DeliveriesSql(scope, floor, from, to);
        using var result = await store.QueryAsync(Ask($"{sql}{end}", scope, [question.OfEvents ? _signal.Name : Tables.Deliveries], floor, most), cancel);
        var found = new List<TailFind>();
        while (result.Read())
        {
            found.Add(new TailFind(Whole(result[0]), Moments.Microseconds((DateTimeOffset)result[1]!), Whole(result[2]), Whole(result[3])));
        }

        return found;
    }

    private string DeliveriesSql(SqlScope scope, DateTimeOffset floor, long from, long to) =>
        $"SELECT {scope.Column("position")} AS p, {scope.Column("received")} AS r, {(_late == 0 ? "0" : store.Dialect.IntegerDivide(Fingerprint(scope), "2"))} AS f, {Candidates(scope)} AS n\nFROM {scope.Column(Tables.Deliveries)}\n"
        + $"WHERE {Since(scope, floor)} AND {scope.Column("position")} >= {scope.Parameter(from)} AND {scope.Column("position")} <= {scope.Parameter(to)}";

    // What was written at one time belongs together, and if it has become more it is new.
    private string EventsSql(SqlScope scope, DateTimeOffset floor)
    {
        var position = store.Dialect.Microseconds(scope.Column("received"));
        return $"SELECT {position} AS p, {scope.Column("received")} AS r, {(_late == 0 ? "0" : store.Dialect.IntegerDivide(store.Dialect.Fingerprint(position, store.Dialect.Count()), "2"))} AS f, {store.Dialect.Count()} AS n\n"
            + $"FROM {scope.Column(_signal.Name)}\nWHERE {scope.Column("received")} >= {scope.Parameter(floor)}\nGROUP BY 1, 2";
    }

    private string Fingerprint(SqlScope scope) => store.Dialect.Fingerprint(scope.Column("stream"), scope.Column("delivery_id"), scope.Column("position"));

    // Of deliveries the time is the arrival, and stores keep rows by time.
    private string Since(SqlScope scope, DateTimeOffset floor)
    {
        var moment = scope.Parameter(floor);
        return question.OfEvents ? $"{scope.Column("received")} >= {moment}" : $"{scope.Column("received")} >= {moment} AND {scope.Column("time")} >= {moment}";
    }

    private static Window? Take(List<TailFind> found)
    {
        Window? window = null;
        foreach (var find in found)
        {
            if (window is not null && (window.Taken.Count == DeliveriesMax || window.Candidates + find.Candidates > CandidatesMax))
            {
                return window with { More = true };
            }

            window = Window.Add(window, find);
        }

        return window;
    }

    // Rows of a delivery that may be of the signal: of one that brought several signals, all of them.
    private string Candidates(SqlScope scope)
    {
        if (_signal == DeliverySignals.Deliveries)
        {
            return "1";
        }

        return _signal == DeliverySignals.Rejects
            ? scope.Column("rejected")
            : $"CASE WHEN concat('+', {scope.Column("signal")}, '+') LIKE '%+{_signal.Name}+%' THEN {scope.Column("rows")} ELSE 0 END";
    }

    // (2) The newest rows first; one more than are given, to know whether others matched.
    private async Task<(List<object?[]> Rows, bool More)> NewestAsync(long after, Window window, CancellationToken cancel)
    {
        var scope = Scope();
        var columns = question.Columns.Select((field, place) => $"{field.Shown(scope)} AS c{place}");
        var order = Order.Concat(_signal.TieBreak).Select(name => $"{_signal.FieldOf(name).Sql(scope)} DESC NULLS LAST");
        var sql = $"SELECT {string.Join(", ", columns)}\n{From(scope, after, window)}\nORDER BY {string.Join(", ", order)}\nLIMIT {RowsMax + 1}";
        using var result = await store.QueryAsync(AskRows(sql, scope, window, RowsMax + 1), cancel);
        var (rows, characters) = (new List<object?[]>(), 0L);
        while (result.Read())
        {
            object?[] row = [.. Enumerable.Range(0, question.Columns.Count).Select(column => result[column])];
            characters += row.Sum(value => value is string text ? (long)text.Length : 0);
            if (rows.Count == RowsMax || (characters > QueryBounds.TailCharacters && rows.Count > 0))
            {
                return (rows, true);
            }

            rows.Add(row);
        }

        return (rows, false);
    }

    private async Task<long> CountAsync(long after, Window window, CancellationToken cancel)
    {
        var scope = Scope();
        using var result = await store.QueryAsync(AskRows($"SELECT count(*)\n{From(scope, after, window)}", scope, window, rows: 1), cancel);
        return result.Read() ? (long)result[0]! : 0;
    }

    private string From(SqlScope scope, long after, Window window)
    {
        var filter = new FilterSql(_signal, scope).Write(question.Filter);
        var received = scope.Column("received");
        var (first, last) = (scope.Parameter(Moments.FromMicroseconds(window.OldestReceived)), scope.Parameter(Moments.FromMicroseconds(window.NewestReceived)));
        return $"FROM {scope.Column(_signal.Name)}\nWHERE {received} >= {first} AND {received} <= {last} AND {filter} AND {IsNew(scope, after, window, first, last)}";
    }

    private string IsNew(SqlScope scope, long after, Window window, string first, string last)
    {
        var (received, positions) = (scope.Column("received"), Positions(scope, after, window));
        if (question.OfEvents)
        {
            return positions;
        }

        var key = $"{received}, {scope.Column("stream")}, {scope.Column("delivery_id")}";
        var arrived = $"{scope.Column("time")} >= {first} AND {scope.Column("time")} <= {last}";
        return _signal == DeliverySignals.Deliveries
            ? $"{arrived} AND {positions}"
            : $"({key}) IN (SELECT {key} FROM {scope.Column(Tables.Deliveries)} WHERE {received} >= {first} AND {received} <= {last} AND {arrived} AND {positions})";
    }

    // The positions of one writer are a range; of several, those that were taken stand between those that were given before.
    private string Positions(SqlScope scope, long after, Window window)
    {
        var position = question.OfEvents ? store.Dialect.Microseconds(scope.Column("received")) : scope.Column("position");
        if (_late == 0)
        {
            return $"{position} > {scope.Parameter(after)} AND {position} <= {scope.Parameter(window.To)}";
        }

        if (question.OfEvents)
        {
            return $"{position} IN ({string.Join(", ", window.Taken.Select(find => find.Position).Distinct())})";
        }

        var (from, to) = (window.Taken.Min(find => find.Position), window.Taken.Max(find => find.Position));
        var fingerprint = store.Dialect.IntegerDivide(Fingerprint(scope), "2");
        return $"{position} >= {scope.Parameter(from)} AND {position} <= {scope.Parameter(to)} AND {fingerprint} IN ({string.Join(", ", window.Taken.Select(find => find.Fingerprint))})";
    }

    private StoreQuery AskRows(string sql, SqlScope scope, Window window, int rows) =>
        Ask(sql, scope, [.. new[] { _signal.Name, Tables.Deliveries }.Distinct()], Moments.FromMicroseconds(window.OldestReceived), rows);

    private StoreQuery Ask(string sql, SqlScope scope, IReadOnlyList<string> tables, DateTimeOffset since, int rows) =>
        new(sql, scope.Parameters, tables, Range: null, QueryPool.Panels, new(settings.PanelTime, rows)) { ReceivedSince = since };

    private DateTimeOffset Floor(long received) => Moments.FromMicroseconds(Math.Max(0, received - Micros(_late == 0 ? ArrivalToVisible : FirstArrivalToVisible)));

    private static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    // Where the second of a position begins.
    private static long SecondOf(long position) => Math.Max(0, position) / TailMemory.SecondMicros * TailMemory.SecondMicros;

    // Sums are wider numbers in some engines.
    private static long Whole(object? value) => value switch
    {
        Int128 wide => (long)wide,
        System.Numerics.BigInteger wide => (long)wide,
        _ => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
    };

    private SqlScope Scope() => new(store.Dialect, [new ZonePiece(DateTimeOffset.UnixEpoch, TimeSpan.Zero)]);

    private static class Tables
    {
        public static string Deliveries { get; } = DeliverySignals.Deliveries.Name;
    }

    /// <param name="To">The position of the last delivery in it.</param>
    /// <param name="Candidates">Rows of the signal that its deliveries brought; of events how many there are.</param>
    private sealed record Window(long To, long OldestReceived, long NewestReceived, long Candidates, List<TailFind> Taken, bool More)
    {
        // Deliveries that brought nothing of the signal do not widen what is read.
        public static Window Add(Window? window, TailFind find)
        {
            var taken = window?.Taken ?? [];
            taken.Add(find);
            return (window, find.Candidates) switch
            {
                (null, _) or ({ Candidates: 0 }, > 0) => new(find.Position, find.Received, find.Received, find.Candidates, taken, More: false),
                (_, 0) => window with { To = find.Position, Taken = taken },
                _ => new(find.Position, Math.Min(window.OldestReceived, find.Received), Math.Max(window.NewestReceived, find.Received), window.Candidates + find.Candidates, taken, More: false),
            };
        }
    }
}
