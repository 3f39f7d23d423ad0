using System.Text.RegularExpressions;
using Cistern.Store;

namespace Cistern.Query.Sql;

/// <summary>Writes measures over rows that were added up before: by the columns which the measures' conditions name, and by what is grouped by.</summary>
/// <remarks>
/// <code>
/// SELECT … sum(v0) FILTER (WHERE class = 'training' AND kind = 'page') … FROM (SELECT …, class, kind, sum(weight) AS v0 FROM requests WHERE … GROUP BY …, class, kind)
/// </code>
/// A million rows are some hundreds of such groups, so that each condition is tested some hundred times and not a million times; this is what most of a question with many
/// measures takes. Only sums, counts, largest and smallest values can be added up, and only by columns that have few values.
/// </remarks>
internal sealed partial class FoldedRows(SqlDialect dialect, IReadOnlySet<string> columns, IReadOnlySet<string> fewValued) : SqlDialect
{
    private readonly SortedSet<string> _facts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _conditions = new(StringComparer.Ordinal);
    private readonly List<string> _values = [];
    private bool _isPossible = true;
    private int _uses;

    /// <summary>How many different conditions were written.</summary>
    public int Conditions => _conditions.Count;

    /// <summary>Writes a measure; false if it cannot be computed from rows that were added up.</summary>
    public bool TryWrite(Func<SqlDialect, string> measure, out string sql)
    {
        var before = _uses;
        sql = measure(this);
        return _isPossible && _uses > before;
    }

    /// <summary>The rows, added up, in parentheses.</summary>
    /// <param name="keys">What is grouped by besides, each with its name.</param>
    /// <param name="from">What stands behind FROM, with its condition.</param>
    public string Select(IEnumerable<string> keys, string from)
    {
        var names = keys.Concat(_facts.Select(dialect.Identifier)).ToArray();
        var values = _values.Select((value, place) => $"{value} AS v{place}");
        var groups = names.Length == 0 ? "" : $" GROUP BY {string.Join(", ", Enumerable.Range(1, names.Length))}";
        return $"(SELECT {string.Join(", ", names.Concat(values))} FROM {from}{groups})";
    }

    public override string SumWhere(string value, string condition) => dialect.SumWhere(Value(dialect.Sum(value)), Fact(condition));

    public override string Sum(string value) => dialect.Sum(Value(dialect.Sum(value)));

    public override string Count() => $"CAST({dialect.Sum(Value(dialect.Count()))} AS BIGINT)";

    public override string CountWhere(string condition) => $"CAST({dialect.SumWhere(Value(dialect.Count()), Fact(condition))} AS BIGINT)";

    public override string Max(string value) => dialect.Max(Value(dialect.Max(value)));

    public override string Min(string value) => dialect.Min(Value(dialect.Min(value)));

    public override string MaxWhere(string value, string condition) => dialect.MaxWhere(Value(dialect.Max(value)), Fact(condition));

    public override string MinWhere(string value, string condition) => dialect.MinWhere(Value(dialect.Min(value)), Fact(condition));

    public override string CountDistinct(string value) => Impossible(dialect.CountDistinct(value));

    public override string Quantile(string value, double share) => Impossible(dialect.Quantile(value, share));

    public override string Previous(string value, string sequence) => Impossible(dialect.Previous(value, sequence));

    public override string Identifier(string name) => dialect.Identifier(name);

    public override string Parameter(int number) => dialect.Parameter(number);

    public override string Microseconds(string time) => dialect.Microseconds(time);

    public override string IntegerDivide(string left, string right) => dialect.IntegerDivide(left, right);

    public override string Extract(string text, string pattern, bool group) => dialect.Extract(text, pattern, group);

    public override string Blank(string text, string pattern) => dialect.Blank(text, pattern);

    public override string Trim(string text, string characters) => dialect.Trim(text, characters);

    public override string Join(string left, string right) => dialect.Join(left, right);

    public override string Like(string text, string pattern) => dialect.Like(text, pattern);

    public override string Holds(string text, string pattern) => dialect.Holds(text, pattern);

    public override string MapText(string map, string key) => dialect.MapText(map, key);

    public override string MapNumber(string map, string key) => dialect.MapNumber(map, key);

    public override string MapSize(string map) => dialect.MapSize(map);

    public override string MapPairs(string map) => dialect.MapPairs(map);

    public override string MapNames(string map) => dialect.MapNames(map);

    public override string Number(string text) => dialect.Number(text);

    public override string TextBytes(string text) => dialect.TextBytes(text);

    public override string BytesAsText(string bytes) => dialect.BytesAsText(bytes);

    public override string BytesShown(string bytes) => dialect.BytesShown(bytes);

    public override string IsNotTrue(string condition) => dialect.IsNotTrue(condition);

    public override string Same(string left, string right) => dialect.Same(left, right);

    public override string PercentDecode(string text) => dialect.PercentDecode(text);

    public override string Fingerprint(params string[] texts) => dialect.Fingerprint(texts);

    private string Value(string sql)
    {
        _uses++;
        var place = _values.IndexOf(sql);
        if (place < 0)
        {
            place = _values.Count;
            _values.Add(sql);
        }

        return $"v{place}";
    }

    private string Fact(string condition)
    {
        if (_conditions.Add(condition))
        {
            foreach (var match in NotText().EnumerateMatches(condition))
            {
                var word = condition.Substring(match.Index, match.Length);
                if (columns.Contains(word))
                {
                    _facts.Add(word);
                    _isPossible &= fewValued.Contains(word);
                }
            }
        }

        return condition;
    }

    private string Impossible(string sql)
    {
        _isPossible = false;
        return sql;
    }

    // Names outside of quotes; a text in quotes is one match that no column is called.
    [GeneratedRegex("'(?:[^']|'')*'|\\w+")]
    private static partial Regex NotText();
}
