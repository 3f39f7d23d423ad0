using System.Globalization;

namespace Cistern.Store.Embedded;

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

    public override string BytesShown(string bytes) => bytes;

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
