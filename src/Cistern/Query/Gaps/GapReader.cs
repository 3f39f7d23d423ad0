using Cistern.Query.Catalogue;
using Cistern.Query.Model;
using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.Gaps;

/// <summary>Counts the rows of each stream and minute that <see cref="GapJudge"/> judges by.</summary>
/// <remarks>One statement for the range with the hour before it, one for the same range of each of the weeks before, one for when streams began.</remarks>
internal sealed class GapReader(IStore store, QuestionLimits settings)
{
    private const long MinuteMicroseconds = 60_000_000;

    // Streams times minutes; what is beyond that is refused by the store with its own words.
    private const int CountsMax = 2_000_000;

    private const int DelayMinutes = 10;

    // A stream that was silent for longer counts as new.
    private static readonly TimeSpan Memory = TimeSpan.FromDays(7 * 8);
    private static readonly TimeSpan Hour = TimeSpan.FromMinutes(GapJudge.HourMinutes);

    private readonly Dictionary<string, Stream> _streams = new(StringComparer.Ordinal);

    /// <summary>Rows that the tables held, of the statement that saw most.</summary>
    public long SnapshotRows { get; private set; }

    public async Task<IReadOnlyDictionary<string, StreamMinutes>> ReadAsync(TimeRange range, CancellationToken cancel)
    {
        await CountAsync(range with { From = range.From - Hour }, withDelay: true, cancel);
        for (var week = 1; week <= GapJudge.WeeksMax; week++)
        {
            var earlier = TimeSpan.FromMinutes(week * GapJudge.WeekMinutes);
            await CountAsync(new(range.From - earlier, range.To - earlier), withDelay: false, cancel);
        }

        await FindFirstDeliveriesAsync(range, cancel);
        return _streams.Where(stream => stream.Value.Rows.Count > 0).ToDictionary(stream => stream.Key, stream => stream.Value.ToMinutes());
    }

    private async Task CountAsync(TimeRange range, bool withDelay, CancellationToken cancel)
    {
        var scope = Scope(range);
        var minute = store.Dialect.IntegerDivide(store.Dialect.Microseconds(scope.Column("time")), $"{MinuteMicroseconds}");
        var delay = withDelay ? store.Dialect.Quantile(CommonFields.Delay(store.Dialect, "time"), 0.95) : "0";
        var sql = $"SELECT {scope.Column("stream")} AS s, {minute} AS m, count(*) AS n, {delay} AS d\nFROM {scope.Column(Requests)}\n{Within(scope, range)}\nGROUP BY 1, 2";
        using var result = await store.QueryAsync(Ask(sql, scope, Requests, range), cancel);
        SnapshotRows = Math.Max(SnapshotRows, result.SnapshotRows);
        while (result.Read())
        {
            Of(result).Add((long)result[1]!, (long)result[2]!, withDelay ? result[3] as double? : null);
        }
    }

    // A stream may have begun with a delivery that brought nothing, or long before the weeks that were counted.
    private async Task FindFirstDeliveriesAsync(TimeRange range, CancellationToken cancel)
    {
        var remembered = range with { From = range.From - Memory };
        var scope = Scope(remembered);
        var first = store.Dialect.IntegerDivide(store.Dialect.Microseconds($"min({scope.Column("time")})"), $"{MinuteMicroseconds}");
        var sql = $"SELECT {scope.Column("stream")} AS s, {first} AS f\nFROM {scope.Column(Deliveries)}\n{Within(scope, remembered)}\nGROUP BY 1";
        using var result = await store.QueryAsync(Ask(sql, scope, Deliveries, remembered), cancel);
        while (result.Read())
        {
            Of(result).Begin((long)result[1]!);
        }
    }

    private Stream Of(IQueryResult result)
    {
        var name = (string?)result[0] ?? "";
        return _streams.TryGetValue(name, out var stream) ? stream : _streams[name] = new Stream();
    }

    private static string Requests => RequestSignal.Signal.Name;

    private static string Deliveries => DeliverySignals.Deliveries.Name;

    private SqlScope Scope(TimeRange range) => new(store.Dialect, [new ZonePiece(range.From, TimeSpan.Zero)]);

    private static string Within(SqlScope scope, TimeRange range) =>
        $"WHERE {scope.Column("time")} >= {scope.Parameter(range.From)} AND {scope.Column("time")} < {scope.Parameter(range.To)}";

    private StoreQuery Ask(string sql, SqlScope scope, string table, TimeRange range) =>
        new(sql, scope.Parameters, [table], range, QueryPool.Panels, new(settings.PanelTime, CountsMax));

    private sealed class Stream
    {
        private readonly SortedDictionary<long, double> _delays = [];
        private long _first = long.MaxValue;

        public Dictionary<long, long> Rows { get; } = [];

        public void Begin(long minute) => _first = Math.Min(_first, minute);

        public void Add(long minute, long rows, double? delay)
        {
            Begin(minute);
            Rows[minute] = rows;
            if (delay is { } seconds)
            {
                _delays[minute] = seconds;
            }
        }

        public StreamMinutes ToMinutes() => new() { First = _first, Rows = Rows, Delay = TimeSpan.FromSeconds(UsualDelay()) };

        // The middle of the newest minutes that have rows: a backfill, whose rows come hours late, shall not hide the present for long.
        private double UsualDelay()
        {
            double[] sorted = [.. _delays.Values.TakeLast(DelayMinutes).Order()];
            return sorted.Length == 0 ? 0 : Math.Clamp(Math.Round(sorted[sorted.Length / 2], 3), 0, Hour.TotalSeconds);
        }
    }
}
