using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Model;
using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.News;

/// <summary>Counts what <see cref="NewsJudge"/> judges by.</summary>
/// <remarks>
/// Three statements: agents over all that is stored until the end of the range, because first means first; unnamed bots over the same, first by user agent, so that each distinct one
/// is given its name once; hours of agents in the range and the four weeks before. Of a range longer than a month the hours of its last month are looked at.
/// </remarks>
internal sealed class NewsReader(IStore store, QuestionLimits settings, Period period, FilterNode filter)
{
    private const long HourMicroseconds = 3_600_000_000;
    private const int SpikeRangeDays = 31;

    // Agents times hours of two months; what is beyond that is refused by the store with its own words.
    private const int CountsMax = 1_000_000;

    // Well before any log.
    private static readonly DateTimeOffset Always = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, Dictionary<long, double>> _hours = new(StringComparer.Ordinal);

    /// <summary>Rows that the tables held, of the statement that saw most.</summary>
    public long SnapshotRows { get; private set; }

    public async Task<IReadOnlyList<NewsItem>> ReadAsync(CancellationToken cancel)
    {
        var spikesFrom = period.To - period.From > TimeSpan.FromDays(SpikeRangeDays) ? period.To.AddDays(-SpikeRangeDays) : period.From;
        await ReadHoursAsync(new(spikesFrom.AddDays(-NewsJudge.SpikeDays).AddHours(-1), period.To), cancel);
        var readers = await ReadAgentsAsync(cancel);
        if (readers.Count == 0)
        {
            return [];
        }

        var began = readers.Min(reader => reader.First);
        IEnumerable<Reader> all = [.. readers.Where(reader => reader.Name.Length > 0), .. began < period.From ? await ReadBotsAsync(cancel) : []];
        return NewsJudge.Find(all, new(period.From, period.To, HourOf(spikesFrom.AddTicks(TimeSpan.TicksPerHour - 1)), HourOf(period.To.AddTicks(TimeSpan.TicksPerHour - 1)), began, HourOf(began)));
    }

    /// <summary>When an hour of the wall clock begins.</summary>
    public DateTimeOffset MomentOf(long hour) => Zones.ToUtc(period.Zone, DateTime.UnixEpoch.AddHours(hour));

    private long HourOf(DateTimeOffset moment) => (moment.UtcDateTime + period.Zone.GetUtcOffset(moment) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerHour;

    private async Task ReadHoursAsync(TimeRange range, CancellationToken cancel)
    {
        var scope = new SqlScope(store.Dialect, Zones.Pieces(period.Zone, range.From, range.To));
        var hour = store.Dialect.IntegerDivide(scope.LocalMicroseconds("time"), $"{HourMicroseconds}");
        var sql = $"SELECT agent, {hour} AS hour, {store.Dialect.Sum(RequestSignal.Weight)} AS n\nFROM {Requests}\nWHERE {Within(scope, range)} AND agent <> ''\nGROUP BY 1, 2";
        using var result = await AskAsync(sql, scope, range, cancel);
        while (result.Read())
        {
            var agent = (string)result[0]!;
            var hours = _hours.TryGetValue(agent, out var known) ? known : _hours[agent] = [];
            hours[(long)result[1]!] = Convert.ToDouble(result[2], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    // The row without an agent says only when the first of all rows came.
    private async Task<List<Reader>> ReadAgentsAsync(CancellationToken cancel)
    {
        var range = new TimeRange(Always, period.To);
        var scope = Scope(range);
        const string Mismatch = "proof = 'mismatch'";
        var sql = $"SELECT agent, max(operator), max(class), {store.Dialect.Microseconds("min(time)")}, {store.Dialect.Microseconds("max(time)")}, {Counts(scope)}, "
            + $"{store.Dialect.Microseconds(store.Dialect.MinWhere("time", Mismatch))}, {store.Dialect.SumWhere(RequestSignal.Weight, $"{Mismatch} AND time >= {scope.Parameter(period.From)}")}\n"
            + $"FROM {Requests}\nWHERE {Within(scope, range)}\nGROUP BY 1";
        using var result = await AskAsync(sql, scope, range, cancel);
        var agents = new List<Reader>();
        while (result.Read())
        {
            var name = (string)result[0]!;
            agents.Add(Read(result, name) with
            {
                Operator = (string)result[1]!,
                FirstMismatch = result[7] is long first ? Moments.FromMicroseconds(first) : null,
                Mismatches = Number(result, 8),
                Hours = _hours.GetValueOrDefault(name) ?? [],
            });
        }

        return agents;
    }

    private async Task<List<Reader>> ReadBotsAsync(CancellationToken cancel)
    {
        var range = new TimeRange(Always, period.To);
        var scope = Scope(range);
        var name = RequestSignal.Signal.TryField("bot_name", out var field) ? field.Sql(scope) : throw new InvalidOperationException("requests have no field 'bot_name', by which unnamed bots are told apart");
        var userAgents = $"SELECT user_agent, class, agent, {store.Dialect.Microseconds("min(time)")} AS f, {store.Dialect.Microseconds("max(time)")} AS l, {Counts(scope)}\n"
            + $"FROM {Requests}\nWHERE {Within(scope, range)} AND agent = '' AND user_agent <> '' AND {AgentFields.IsBot}\nGROUP BY 1, 2, 3";
        var sql = $"SELECT {name} AS name, '', max(class), min(f), max(l), sum(n), sum(p)\nFROM ({userAgents}) AS u\nGROUP BY 1\n"
            + $"HAVING min(f) >= {scope.Parameter(Moments.Microseconds(period.From))}\nORDER BY 6 DESC, 1\nLIMIT {NewsJudge.ItemsMax}";
        using var result = await AskAsync(sql, scope, range, cancel);
        var bots = new List<Reader>();
        while (result.Read())
        {
            bots.Add(Read(result, (string)result[0]!) with { IsUnnamed = true });
        }

        return bots;
    }

    private static Reader Read(IQueryResult result, string name) => new()
    {
        Name = name,
        Class = (string)result[2]!,
        First = Moments.FromMicroseconds((long)result[3]!),
        Last = Moments.FromMicroseconds((long)result[4]!),
        Requests = Number(result, 5),
        Before = Number(result, 6),
    };

    private string Counts(SqlScope scope) =>
        $"{store.Dialect.SumWhere(RequestSignal.Weight, $"time >= {scope.Parameter(period.From)}")} AS n, "
        + $"{store.Dialect.SumWhere(RequestSignal.Weight, $"time >= {scope.Parameter(period.From - period.Length)} AND time < {scope.Parameter(period.From)}")} AS p";

    private string Requests => store.Dialect.Identifier(RequestSignal.Signal.Name);

    private SqlScope Scope(TimeRange range) => new(store.Dialect, [new ZonePiece(range.From, TimeSpan.Zero)]);

    private string Within(SqlScope scope, TimeRange range) =>
        $"time >= {scope.Parameter(range.From)} AND time < {scope.Parameter(range.To)} AND {new FilterSql(RequestSignal.Signal, scope).Write(filter)}";

    private async Task<IQueryResult> AskAsync(string sql, SqlScope scope, TimeRange range, CancellationToken cancel)
    {
        var result = await store.QueryAsync(new(sql, scope.Parameters, [RequestSignal.Signal.Name], range, QueryPool.Panels, new(settings.PanelTime, CountsMax)), cancel);
        SnapshotRows = Math.Max(SnapshotRows, result.SnapshotRows);
        return result;
    }

    private static double Number(IQueryResult result, int column) => Convert.ToDouble(result[column], System.Globalization.CultureInfo.InvariantCulture);
}
