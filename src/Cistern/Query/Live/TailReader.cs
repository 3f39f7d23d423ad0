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
/// of them. Where several nodes write, a position is a time of their clocks and no exact order: see <see cref="StoreTraits.LateDeliveries"/>. There a look
/// goes back that far and leaves out what <see cref="TailMemory"/> says was given. <c>received</c> only says which files need not be opened: what arrived long before the newest delivery that the tail has seen
/// is not new. Events belong to no delivery; their writer stamps them directly before it shows them, so their <c>received</c> is their position.
/// </remarks>
internal sealed class TailReader(IStore store, TailQuestion question, TimeProvider time, QuestionLimits settings)
{
    /// <summary>Rows of one look.</summary>
    public const int RowsMax = 500;

    private const int DeliveriesMax = 1_000;

    // Bounds what one look reads; a single delivery may be larger.
    private const long CandidatesMax = 100_000;

    // A delivery is refused minutes after it arrived at the latest; this is the longest, with room for clocks that are set.
    private static readonly TimeSpan ArrivalToVisible = TimeSpan.FromHours(1);

    private static readonly string[] Order = ["received", "time"];

    private readonly Signal _signal = question.Signal;

    private readonly TailMemory _memory = new();

    private readonly long _late = store.Traits.LateDeliveries.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The place behind all that is visible now.</summary>
    public async Task<TailCursor> FindEndAsync(CancellationToken cancel)
    {
        var now = Moments.Microseconds(time.GetUtcNow());
        var (table, order) = question.OfEvents ? (_signal.Name, "received") : (Tables.Deliveries, "position");
        var scope = Scope();
        var sql = $"SELECT {store.Dialect.Max(scope.Column(order))} FROM {scope.Column(table)} WHERE {scope.Column("received")} >= {scope.Parameter(Floor(now))}";
        TailCursor end;
        using (var result = await store.QueryAsync(Ask(sql, scope, [table], Floor(now), rows: 1), cancel))
        {
            end = new(result.Read() ? result[0] switch { long position => position, DateTimeOffset moment => Moments.Microseconds(moment), _ => 0 } : 0, now);
        }

        // What is visible and not given counts as given, so that only what comes later is shown of the time before.
        if (_late > 0)
        {
            (await FindAsync(end, cancel)).ForEach(_memory.Add);
        }

        return end;
    }

    public async Task<TailBatch> NextAsync(TailCursor cursor, CancellationToken cancel)
    {
        if (Take(await FindAsync(cursor, cancel)) is not { } window)
        {
            return new(cursor, [], 0, More: false);
        }

        // A clock that ran ahead must not hide what comes when it is right again.
        var now = Moments.Microseconds(time.GetUtcNow());
        var newest = Math.Min(Math.Max(cursor.Received, window.NewestReceived), now);
        var next = new TailCursor(_late == 0 ? window.To : Math.Max(cursor.Position, Math.Min(window.To, now)), newest);
        var (rows, skipped) = window.Candidates == 0 ? ([], 0) : await RowsAsync(cursor.Position, window, cancel);
        if (_late > 0)
        {
            window.Taken.ForEach(_memory.Add);
            _memory.ForgetBefore(next.Position - _late);
        }

        return new(next, rows, skipped, window.More);
    }

    private async Task<(List<object?[]> Rows, long Skipped)> RowsAsync(long after, Window window, CancellationToken cancel)
    {
        var (rows, more) = await NewestAsync(after, window, cancel);
        rows.Reverse();
        return (rows, more ? Math.Max(await CountAsync(after, window, cancel) - rows.Count, 1) : 0);
    }

    // (1) The new deliveries, as many as one look takes and one more.
    private async Task<List<TailFind>> FindAsync(TailCursor cursor, CancellationToken cancel)
    {
        var (scope, from) = (Scope(), cursor.Position - _late);
        var floor = question.OfEvents ? Moments.FromMicroseconds(Math.Max(0, from)) : Floor(cursor.Received);
        var sql = question.OfEvents ? EventsSql(scope, floor) : DeliveriesSql(scope, floor, from);
        var most = DeliveriesMax + _memory.Count + 1;
        using var result = await store.QueryAsync(Ask($"{sql}\nORDER BY 1 LIMIT {most}", scope, [question.OfEvents ? _signal.Name : Tables.Deliveries], floor, most), cancel);
        var found = new List<TailFind>();
        while (result.Read())
        {
            var find = new TailFind((long)result[0]!, Moments.Microseconds((DateTimeOffset)result[1]!), (string)result[2]!, (string)result[3]!, Convert.ToInt64(result[4], System.Globalization.CultureInfo.InvariantCulture));
            if (!_memory.Contains(find))
            {
                found.Add(find);
            }
        }

        return found;
    }

    private string DeliveriesSql(SqlScope scope, DateTimeOffset floor, long from) =>
        $"SELECT {scope.Column("position")} AS p, {scope.Column("received")} AS r, {scope.Column("stream")} AS s, {scope.Column("delivery_id")} AS d, {Candidates(scope)} AS n\nFROM {scope.Column(Tables.Deliveries)}\n"
        + $"WHERE {scope.Column("received")} >= {scope.Parameter(floor)} AND {scope.Column("position")} > {scope.Parameter(from)}";

    // What was written at one time belongs together.
    private string EventsSql(SqlScope scope, DateTimeOffset floor) =>
        $"SELECT {store.Dialect.Microseconds(scope.Column("received"))} AS p, {scope.Column("received")} AS r, '' AS s, '' AS d, count(*) AS n\nFROM {scope.Column(_signal.Name)}\nWHERE {scope.Column("received")} > {scope.Parameter(floor)}\nGROUP BY 1, 2";

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
        return _signal == DeliverySignals.Deliveries
            ? positions
            : $"({key}) IN (SELECT {key} FROM {scope.Column(Tables.Deliveries)} WHERE {received} >= {first} AND {received} <= {last} AND {positions})";
    }

    // The positions of one writer are a range; of several, those that were taken stand between those that were given before.
    private string Positions(SqlScope scope, long after, Window window)
    {
        var position = question.OfEvents ? store.Dialect.Microseconds(scope.Column("received")) : scope.Column("position");
        if (_late == 0)
        {
            return $"{position} > {scope.Parameter(after)} AND {position} <= {scope.Parameter(window.To)}";
        }

        var given = question.OfEvents ? [] : _memory.Beside(window.Taken).Select(find => $" AND NOT ({scope.Column("stream")} = {scope.Parameter(find.Stream)} AND {scope.Column("delivery_id")} = {scope.Parameter(find.DeliveryId)})");
        return $"{position} IN ({string.Join(", ", window.Taken.Select(find => find.Position).Distinct())}){string.Concat(given)}";
    }

    private StoreQuery AskRows(string sql, SqlScope scope, Window window, int rows) =>
        Ask(sql, scope, [.. new[] { _signal.Name, Tables.Deliveries }.Distinct()], Moments.FromMicroseconds(window.OldestReceived), rows);

    private StoreQuery Ask(string sql, SqlScope scope, IReadOnlyList<string> tables, DateTimeOffset since, int rows) =>
        new(sql, scope.Parameters, tables, Range: null, QueryPool.Panels, new(settings.PanelTime, rows)) { ReceivedSince = since };

    private static DateTimeOffset Floor(long received) => Moments.FromMicroseconds(Math.Max(0, received - (ArrivalToVisible.Ticks / TimeSpan.TicksPerMicrosecond)));

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
