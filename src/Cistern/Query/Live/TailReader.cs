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
/// is not new. Events belong to no delivery; their one writer stamps them directly before it shows them, so their <c>received</c> is their order.
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

    /// <summary>The place behind all that is visible now.</summary>
    public async Task<TailCursor> FindEndAsync(CancellationToken cancel)
    {
        var now = Moments.Microseconds(time.GetUtcNow());
        var (table, order) = question.OfEvents ? (_signal.Name, "received") : (Tables.Deliveries, "position");
        var scope = Scope();
        var sql = $"SELECT max({scope.Column(order)}) FROM {scope.Column(table)} WHERE {scope.Column("received")} >= {scope.Parameter(Floor(now))}";
        using var result = await store.QueryAsync(Ask(sql, scope, [table], Floor(now), rows: 1), cancel);
        return new(result.Read() ? result[0] switch { long position => position, DateTimeOffset moment => Moments.Microseconds(moment), _ => 0 } : 0, now);
    }

    public async Task<TailBatch> NextAsync(TailCursor cursor, CancellationToken cancel)
    {
        var window = await (question.OfEvents ? EventsAsync(cursor, cancel) : DeliveriesAsync(cursor, cancel));
        if (window is null)
        {
            return new(cursor, [], 0, More: false);
        }

        // A clock that ran ahead must not hide what comes when it is right again.
        var newest = Math.Min(Math.Max(cursor.Received, window.NewestReceived), Moments.Microseconds(time.GetUtcNow()));
        var next = new TailCursor(window.To, newest);
        if (window.Candidates == 0)
        {
            return new(next, [], 0, window.More);
        }

        var (rows, more) = await RowsAsync(cursor.Position, window, cancel);
        rows.Reverse();
        return more
            ? new(next, rows, Math.Max(await CountAsync(cursor.Position, window, cancel) - rows.Count, 1), window.More)
            : new(next, rows, 0, window.More);
    }

    // (1) The new deliveries, as many as one look takes.
    private async Task<Window?> DeliveriesAsync(TailCursor cursor, CancellationToken cancel)
    {
        var scope = Scope();
        var floor = Floor(cursor.Received);
        var counted = Candidates(scope);
        var sql = $"SELECT {scope.Column("position")} AS p, {scope.Column("received")} AS r, {counted} AS n\nFROM {scope.Column(Tables.Deliveries)}\n"
            + $"WHERE {scope.Column("received")} >= {scope.Parameter(floor)} AND {scope.Column("position")} > {scope.Parameter(cursor.Position)}\n"
            + $"ORDER BY 1 LIMIT {DeliveriesMax + 1}";
        using var result = await store.QueryAsync(Ask(sql, scope, [Tables.Deliveries], floor, DeliveriesMax + 1), cancel);
        Window? window = null;
        for (var taken = 0; result.Read(); taken++)
        {
            var candidates = Convert.ToInt64(result[2], System.Globalization.CultureInfo.InvariantCulture);
            if (window is not null && (taken == DeliveriesMax || window.Candidates + candidates > CandidatesMax))
            {
                return window with { More = true };
            }

            window = Window.Add(window, (long)result[0]!, Moments.Microseconds((DateTimeOffset)result[1]!), candidates);
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

    private async Task<Window?> EventsAsync(TailCursor cursor, CancellationToken cancel)
    {
        var (scope, since) = (Scope(), Moments.FromMicroseconds(cursor.Position));
        var sql = $"SELECT max({scope.Column("received")}), count(*) FROM {scope.Column(_signal.Name)} WHERE {scope.Column("received")} > {scope.Parameter(since)}";
        using var result = await store.QueryAsync(Ask(sql, scope, [_signal.Name], since, rows: 1), cancel);
        return result.Read() && result[0] is DateTimeOffset last
            ? new Window(Moments.Microseconds(last), cursor.Position, Moments.Microseconds(last), (long)result[1]!, More: false)
            : null;
    }

    // (2) The newest rows first; one more than are given, to know whether others matched.
    private async Task<(List<object?[]> Rows, bool More)> RowsAsync(long after, Window window, CancellationToken cancel)
    {
        var scope = Scope();
        var columns = question.Columns.Select((field, place) => $"{field.Sql(scope)} AS c{place}");
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
        var received = scope.Column("received");
        if (question.OfEvents)
        {
            return $"{received} > {scope.Parameter(Moments.FromMicroseconds(after))}";
        }

        var positions = $"{scope.Column("position")} > {scope.Parameter(after)} AND {scope.Column("position")} <= {scope.Parameter(window.To)}";
        var key = $"{received}, {scope.Column("stream")}, {scope.Column("delivery_id")}";
        return _signal == DeliverySignals.Deliveries
            ? positions
            : $"({key}) IN (SELECT {key} FROM {scope.Column(Tables.Deliveries)} WHERE {received} >= {first} AND {received} <= {last} AND {positions})";
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
    private sealed record Window(long To, long OldestReceived, long NewestReceived, long Candidates, bool More)
    {
        // Deliveries that brought nothing of the signal do not widen what is read.
        public static Window Add(Window? window, long position, long received, long candidates) => (window, candidates) switch
        {
            (null, _) => new(position, received, received, candidates, More: false),
            ({ Candidates: 0 }, > 0) => new(position, received, received, candidates, More: false),
            (_, 0) => window with { To = position },
            _ => new(position, Math.Min(window.OldestReceived, received), Math.Max(window.NewestReceived, received), window.Candidates + candidates, More: false),
        };
    }
}
