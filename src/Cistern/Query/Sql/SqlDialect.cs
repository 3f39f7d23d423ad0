using System.Globalization;

namespace Cistern.Query.Sql;

/// <summary>How one engine writes what engines write differently. Everything else in our statements is common SQL.</summary>
internal abstract class SqlDialect
{
    public abstract string Identifier(string name);

    /// <summary>The n-th parameter, from 1.</summary>
    public abstract string Parameter(int number);

    /// <summary>A moment as microseconds since 1970, a whole number.</summary>
    public abstract string Microseconds(string time);

    public abstract string IntegerDivide(string left, string right);

    /// <summary>The first match of a pattern (RE2), or of its first group; empty if there is none.</summary>
    public abstract string Extract(string text, string pattern, bool group);

    /// <summary>The text with every match of a pattern (RE2) replaced by a blank.</summary>
    public abstract string Blank(string text, string pattern);

    /// <summary>The text without these characters at its ends.</summary>
    public abstract string Trim(string text, string characters);

    /// <summary>Two texts, one behind the other.</summary>
    public abstract string Join(string left, string right);

    /// <summary>Whether a text is like a pattern with % and _ that a backslash escapes.</summary>
    public abstract string Like(string text, string pattern);

    /// <summary>Whether a pattern (RE2) is found in a text.</summary>
    public abstract string Holds(string text, string pattern);

    /// <summary>The value under a key, or the empty text.</summary>
    public abstract string MapText(string map, string key);

    /// <summary>The number under a key, or NULL.</summary>
    public abstract string MapNumber(string map, string key);

    public abstract string MapSize(string map);

    /// <summary>A map as text: <c>name=value, name=value</c>.</summary>
    public abstract string MapPairs(string map);

    /// <summary>The keys of a map as text: <c>name, name</c>.</summary>
    public abstract string MapNames(string map);

    /// <summary>The number that a text writes, or NULL; what is not finite is no number.</summary>
    public abstract string Number(string text);

    /// <summary>The bytes of a text in UTF-8.</summary>
    public abstract string TextBytes(string text);

    /// <summary>Bytes as text in which everything but printable ASCII is <c>\xNN</c>.</summary>
    public abstract string BytesAsText(string bytes);

    /// <summary>True where the condition is false or unknown, so that a minus sign gives the complement.</summary>
    public abstract string IsNotTrue(string condition);

    /// <summary>Equal, where NULL equals NULL.</summary>
    public abstract string Same(string left, string right);

    public abstract string SumWhere(string value, string condition);

    public abstract string Sum(string value);

    public abstract string Count();

    public abstract string CountWhere(string condition);

    public abstract string Max(string value);

    public abstract string Min(string value);

    /// <summary>The value of the row before; NULL for the first.</summary>
    /// <param name="sequence"><c>PARTITION BY … ORDER BY …</c></param>
    public abstract string Previous(string value, string sequence);

    /// <summary>The largest value of the rows that meet the condition, or NULL.</summary>
    public abstract string MaxWhere(string value, string condition);

    /// <summary>The smallest value of the rows that meet the condition, or NULL.</summary>
    public abstract string MinWhere(string value, string condition);

    /// <summary>A text with <c>%XX</c> resolved once. What is no valid escape stays, and so does a text that would not be UTF-8.</summary>
    public abstract string PercentDecode(string text);

    public abstract string CountDistinct(string value);

    /// <summary>A number that stands for several texts together: two of a million different ones are the same in one of ten million cases.</summary>
    public abstract string Fingerprint(params string[] texts);

    /// <summary>The value below which a share of the values lie, estimated.</summary>
    public abstract string Quantile(string value, double share);
}

/// <summary>DuckDB's SQL.</summary>
internal sealed class DuckDbDialect : SqlDialect
{
    private static readonly double[] Shares = [0.5, 0.9, 0.95, 0.99];

    public override string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public override string Parameter(int number) => FormattableString.Invariant($"${number}");

    public override string Microseconds(string time) => $"epoch_us({time})";

    public override string IntegerDivide(string left, string right) => $"({left} // {right})";

    public override string Extract(string text, string pattern, bool group) => $"regexp_extract({text}, '{pattern}', {(group ? 1 : 0)})";

    public override string Blank(string text, string pattern) => $"regexp_replace({text}, '{pattern}', ' ', 'g')";

    public override string Trim(string text, string characters) => $"trim({text}, '{characters}')";

    public override string Join(string left, string right) => $"({left} || {right})";

    public override string Like(string text, string pattern) => $"{text} LIKE {pattern} ESCAPE '\\'";

    // ILIKE makes each text lower case first; this takes about as long as reading the texts. A parameter is compiled once for a statement.
    public override string Holds(string text, string pattern) => $"regexp_matches({text}, {pattern})";

    public override string MapText(string map, string key) => $"coalesce({map}[{key}], '')";

    public override string MapNumber(string map, string key) => $"{map}[{key}]";

    public override string MapSize(string map) => $"cardinality({map})";

    public override string MapPairs(string map) => $"array_to_string(list_transform(map_entries({map}), lambda e: e.key || '=' || e.value), ', ')";

    public override string MapNames(string map) => $"array_to_string(map_keys({map}), ', ')";

    // NaN would be greater than every number.
    public override string Number(string text) => $"nullif(nullif(nullif(TRY_CAST({text} AS DOUBLE), 'nan'::DOUBLE), 'inf'::DOUBLE), '-inf'::DOUBLE)";

    public override string TextBytes(string text) => $"strlen({text})";

    public override string BytesAsText(string bytes) => $"CAST({bytes} AS VARCHAR)";

    public override string IsNotTrue(string condition) => $"({condition}) IS NOT TRUE";

    public override string Same(string left, string right) => $"{left} IS NOT DISTINCT FROM {right}";

    public override string SumWhere(string value, string condition) => $"coalesce(sum({value}) FILTER (WHERE {condition}), 0)";

    public override string Sum(string value) => $"coalesce(sum({value}), 0)";

    public override string Count() => "count(*)";

    public override string Max(string value) => $"max({value})";

    public override string Min(string value) => $"min({value})";

    public override string CountWhere(string condition) => $"count(*) FILTER (WHERE {condition})";

    public override string Previous(string value, string sequence) => $"lag({value}) OVER ({sequence})";

    public override string MaxWhere(string value, string condition) => $"max({value}) FILTER (WHERE {condition})";

    public override string MinWhere(string value, string condition) => $"min({value}) FILTER (WHERE {condition})";

    // The engine's own fails, and with it the whole statement, at what is no UTF-8; most texts have nothing to decode.
    public override string PercentDecode(string text) => $"CASE WHEN contains({text}, '%') THEN coalesce(TRY(url_decode({text})), {text}) ELSE {text} END";

    public override string CountDistinct(string value) => $"count(DISTINCT {value})";

    public override string Fingerprint(params string[] texts) => $"hash({string.Join(", ", texts)})";

    // Of several shares of one value the engine keeps one digest only if they are one call.
    public override string Quantile(string value, double share)
    {
        var place = Array.IndexOf(Shares, share);
        return place < 0
            ? FormattableString.Invariant($"approx_quantile({value}, {share})")
            : string.Create(CultureInfo.InvariantCulture, $"approx_quantile({value}, [{string.Join(", ", Shares.Select(one => one.ToString(CultureInfo.InvariantCulture)))}])[{place + 1}]");
    }
}
