using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.Model;

/// <summary>Writes a question as one SELECT.</summary>
/// <remarks>
/// <code>
/// WITH picked AS (the best series)                       only with time and another dimension
///      now_groups AS (bucket b, dimensions d0…, measures m0…, support, sampled)
///      or, if there can be only few series and their points add up to what they are ordered by, in one pass over the rows:
///      all_groups AS (every series), picked AS (the best of them), now_groups AS (the points of these)
///      before_groups AS (the same over the range before, its time moved forward)   only to compare
/// SELECT b, d0…, m0, before0, change0, …, sampled FROM … ORDER BY …
/// </code>
/// Many measures by what repeats are computed from rows that <see cref="FoldedRows"/> added up.
/// <c>having</c> is a condition over m0, before0, change0, …: of the groups where they are selected, of series where they are picked.
/// The result's columns are in this order; <see cref="AnswerColumns"/> says what each becomes.
/// </remarks>
internal sealed class QueryWriter
{
    private readonly Question _question;
    private readonly SqlScope _scope;
    private readonly SqlDialect _dialect;
    private readonly string _filter;
    private readonly string _having;
    private readonly string[] _dimensions;
    private readonly string[] _measures;
    private readonly string _support;
    private readonly string _sampled;
    private readonly FoldedRows? _folded;

    private QueryWriter(Question question, SqlDialect dialect, QuestionLimits settings)
    {
        _question = question;
        _dialect = dialect;
        var begin = question.Compare ? question.Period.From - question.Period.Length : question.Period.From;
        _scope = new(dialect, Zones.Pieces(question.Period.Zone, begin, question.Period.To));
        _filter = new FilterSql(question.Signal, _scope).Write(question.Filter);
        _having = question.Having is null ? "" : $" WHERE {new FilterSql(question.Signal, _scope).Write(question.Having)}";
        _dimensions = [.. question.Dimensions.Select(field => field.Sql(_scope))];
        _folded = Folded(settings.FoldFrom);
        _measures = [.. question.Measures.Select(measure => measure.Write(_folded ?? dialect, _scope))];
        _support = question.Signal.Support(_folded ?? dialect);
        _sampled = question.Signal.Weighted ? (_folded ?? dialect).Max("CASE WHEN weight <> 1 THEN 1 ELSE 0 END") : "0";
    }

    public static StoreQuery Write(Question question, SqlDialect dialect, QuestionLimits settings)
    {
        var writer = new QueryWriter(question, dialect, settings);
        var sql = writer.Statement();
        var begin = question.Compare ? question.Period.From - question.Period.Length : question.Period.From;
        return new(
            sql, writer._scope.Parameters, [question.Signal.Name], new TimeRange(begin, question.Period.To),
            QueryPool.Panels, new(settings.PanelTime, QueryBounds.RowsMax));
    }

    private string Statement()
    {
        var parts = new List<string>();
        if (PicksFromGroups())
        {
            parts.Add($"all_groups AS ({Groups(_question.Period.Range, moved: false, "")})");
            parts.Add($"picked AS ({PickedFromGroups()})");
            parts.Add($"now_groups AS (SELECT a.* FROM all_groups AS a JOIN picked ON {string.Join(" AND ", _dimensions.Select((_, place) => _dialect.Same($"a.d{place}", $"picked.k{place}")))})");
        }
        else
        {
            parts.AddRange(_question.IsSeries ? [$"picked AS ({Picked()})"] : Array.Empty<string>());
            parts.Add($"now_groups AS ({Groups(_question.Period.Range, moved: false, PickedOnly())})");
        }

        if (_question.Compare)
        {
            parts.Add($"before_groups AS ({Groups(Before(), moved: true, PickedOnly())})");
        }

        var selected = $"SELECT {Selected()}\nFROM {Joined()}";
        selected = _having.Length == 0 || _question.IsSeries ? selected : $"SELECT * FROM ({selected}) AS g{_having}";
        return $"WITH {string.Join(",\n", parts)}\n{selected}{OrderBySql()}{(_question.Buckets is null ? $"\nLIMIT {_question.Limit}" : "")}";
    }

    private TimeRange Before() => new(_question.Period.From - _question.Period.Length, _question.Period.From);

    private string Picked() => Best(
        _dimensions.Select((sql, place) => $"{sql} AS k{place}"),
        _measures.Select((sql, place) => $"{sql} AS m{place}"),
        Rows(_question.Period.Range));

    private bool PicksFromGroups() => _question.IsSeries
        && _question.Dimensions.All(field => _question.Signal.FewValued.Contains(field.Name))
        && _question.Order.All(term => term.By != OrderBy.Measure || AddsUp(_question.Measures[term.Place]))
        && (_question.Having is null || _question.Measures.All(AddsUp));

    private static bool AddsUp(Measure measure) => measure.Kind == MeasureKind.Count;

    private string PickedFromGroups() => Best(
        _dimensions.Select((_, place) => $"d{place} AS k{place}"),
        _question.Measures.Index().Where(one => AddsUp(one.Item)).Select(one => $"sum(m{one.Index}) AS m{one.Index}"),
        "all_groups");

    // Rows are worth being added up for some conditions, and if many are the same in what they are grouped by.
    private FoldedRows? Folded(int conditionsMin)
    {
        var signal = _question.Signal;
        if (signal.FewValued.Count == 0
            || (_question.IsSeries && !PicksFromGroups())
            || _question.Measures.Any(measure => measure.Needs != RowMarks.None || measure.Key is not null)
            || _question.Dimensions.Any(field => !signal.FewValued.Contains(field.Name) && !signal.Repeating.Contains(field.Name)))
        {
            return null;
        }

        var columns = signal.Fields.Where(field => !field.Computed).Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        var folded = new FoldedRows(_dialect, columns, signal.FewValued.ToHashSet(StringComparer.Ordinal));
        return _question.Measures.All(measure => folded.TryWrite(measure.Sql, out _)) && folded.Conditions >= conditionsMin ? folded : null;
    }

    // The engine computes none of the measures that neither having nor the order names.
    private string Best(IEnumerable<string> keys, IEnumerable<string> measures, string from)
    {
        var ranks = _question.Order.Where(term => term.By != OrderBy.Time).Select(term => $"{(term.By == OrderBy.Measure ? "m" : "k")}{term.Place}{Direction(term)}");
        var names = _dimensions.Select((_, place) => $"k{place}").ToArray();
        var series = $"SELECT {string.Join(", ", keys.Concat(measures))} FROM {from} GROUP BY {string.Join(", ", Enumerable.Range(1, names.Length))}";
        return $"SELECT {string.Join(", ", names)} FROM ({series}) AS s{_having} ORDER BY {string.Join(", ", ranks.Concat(names))} LIMIT {_question.Limit}";
    }

    private string Groups(TimeRange range, bool moved, string only)
    {
        var keys = Buckets(moved).Concat(_dimensions.Select((sql, place) => $"{sql} AS d{place}")).ToArray();
        var values = _measures.Select((sql, place) => $"{sql} AS m{place}");
        string[] extras = [$"{_support} AS support", $"{_sampled} AS sampled"];
        var groups = keys.Length == 0 ? "" : $" GROUP BY {string.Join(", ", Enumerable.Range(1, keys.Length))}";
        var rows = _folded is null ? Rows(range, only) : $"{_folded.Select(keys, Rows(range, only))} AS folded";
        var names = _folded is null ? keys : [.. Keys()];
        return $"SELECT {string.Join(", ", names.Concat(values).Concat(extras))} FROM {rows}{groups}";
    }

    private IEnumerable<string> Buckets(bool moved)
    {
        if (_question.Buckets is not { } buckets)
        {
            return [];
        }

        var time = _dialect.Microseconds(_scope.Column("time"));
        var at = moved ? $"({time} + {_question.Period.Length.Ticks / TimeSpan.TicksPerMicrosecond})" : time;
        return [$"{buckets.Sql(at, _dialect.IntegerDivide)} AS b"];
    }

    // What stands behind FROM, with its condition.
    private string Rows(TimeRange range, string joined = "")
    {
        var table = _dialect.Identifier(_question.Signal.Name);
        var marks = _question.Measures.Max(measure => measure.Needs);
        return marks == RowMarks.None
            ? $"{table}{joined} WHERE {Where(range)}"
            : $"({EpisodeSql.Marked(_dialect, table, Where(range), marks)}) AS marked{joined}";
    }

    private string PickedOnly() => !_question.IsSeries
        ? ""
        : $" JOIN picked ON {string.Join(" AND ", _dimensions.Select((sql, place) => _dialect.Same(sql, $"picked.k{place}")))}";

    private string Where(TimeRange range) =>
        $"{_scope.Column("time")} >= {_scope.Parameter(range.From)} AND {_scope.Column("time")} < {_scope.Parameter(range.To)} AND {_filter}";

    private string Joined()
    {
        if (!_question.Compare)
        {
            return "now_groups AS n";
        }

        var keys = Keys().ToArray();
        return keys.Length == 0
            ? "now_groups AS n CROSS JOIN before_groups AS e"
            : $"now_groups AS n FULL JOIN before_groups AS e ON {string.Join(" AND ", keys.Select(key => _dialect.Same($"n.{key}", $"e.{key}")))}";
    }

    private IEnumerable<string> Keys() => (_question.Buckets is null ? Array.Empty<string>() : ["b"]).Concat(_dimensions.Select((_, place) => $"d{place}"));

    private string Selected()
    {
        var keys = Keys().Select(key => _question.Compare ? $"coalesce(n.{key}, e.{key}) AS {key}" : $"n.{key} AS {key}");
        var values = _question.Measures.SelectMany((measure, place) => Values(measure, place));
        return string.Join(", ", keys.Concat(values).Append("n.sampled AS sampled"));
    }

    private IEnumerable<string> Values(Measure measure, int place)
    {
        if (!_question.Compare || measure.Kind == MeasureKind.Moment)
        {
            return [$"n.m{place} AS m{place}"];
        }

        var (now, before) = measure.Kind == MeasureKind.Count
            ? ($"coalesce(n.m{place}, 0)", $"coalesce(e.m{place}, 0)")
            : ($"n.m{place}", $"e.m{place}");
        var support = measure.Kind == MeasureKind.Count ? before : "e.support";
        var change = $"CASE WHEN {support} >= {QueryBounds.ChangeSupportMin} AND {before} <> 0 THEN ({now} - {before}) / {before} END";
        return [$"{now} AS m{place}", $"{before} AS before{place}", $"{change} AS change{place}"];
    }

    private string OrderBySql()
    {
        var keys = Keys().ToArray();
        var terms = _question.Buckets is null ? _question.Order.Select(Term) : [$"b{TimeDirection()}"];
        var all = terms.Concat(keys).ToArray();
        return keys.Length == 0 ? "" : $"\nORDER BY {string.Join(", ", all)}";
    }

    private string TimeDirection() => _question.Order.Any(term => term is { By: OrderBy.Time, Descending: true }) ? " DESC" : "";

    private static string Term(OrderTerm term) => term.By switch
    {
        OrderBy.Time => $"b{Direction(term)}",
        OrderBy.Measure => $"m{term.Place}{Direction(term)}",
        OrderBy.Dimension => $"d{term.Place}{Direction(term)}",
        OrderBy.Before => $"before{term.Place}{Direction(term)}",
        OrderBy.Change => $"change{term.Place}{Direction(term)}",
    };

    private static string Direction(OrderTerm term) => term.Descending ? " DESC NULLS LAST" : " ASC NULLS LAST";
}
