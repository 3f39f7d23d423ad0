using System.Globalization;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse;

/// <summary>ClickHouse's SQL. A backslash escapes in its texts, an aggregate over nothing is 0 and not NULL, and NULL is a property of a type.</summary>
internal sealed class ClickHouseDialect : SqlDialect
{
    public override string Identifier(string name) => $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Whoever runs the statement writes the value's type behind it: see <see cref="Read.ClickHouseQuery"/>.</summary>
    public override string Parameter(int number) => FormattableString.Invariant($"{{p{number}:}}");

    public override string Microseconds(string time) => $"toUnixTimestamp64Micro({time})";

    public override string IntegerDivide(string left, string right) => $"intDiv({left}, {right})";

    public override string Extract(string text, string pattern, bool group) => $"regexpExtract({text}, {ClickHouseSchema.Literal(pattern)}, {(group ? 1 : 0)})";

    public override string Blank(string text, string pattern) => $"replaceRegexpAll({text}, {ClickHouseSchema.Literal(pattern)}, ' ')";

    public override string Trim(string text, string characters) => $"trim(BOTH {ClickHouseSchema.Literal(characters)} FROM {text})";

    public override string Join(string left, string right) => $"concat({left}, {right})";

    public override string Like(string text, string pattern) => $"{text} LIKE {pattern}";

    public override string Holds(string text, string pattern) => $"match({text}, {pattern})";

    // The one text that has an index: see ClickHouseSchema.
    public override string? Indexed(string column) => column == Identifier("message") ? $"lower({column})" : null;

    public override string MapText(string map, string key) => $"{map}[{key}]";

    public override string MapNumber(string map, string key) => $"if(mapContains({map}, {key}), {map}[{key}], NULL)";

    public override string MapSize(string map) => $"length({map})";

    public override string MapPairs(string map) => $"arrayStringConcat(arrayMap((k, v) -> concat(k, '=', toString(v)), mapKeys({map}), mapValues({map})), ', ')";

    public override string MapNames(string map) => $"arrayStringConcat(mapKeys({map}), ', ')";

    public override string Number(string text) => $"arrayFirstOrNull(x -> isFinite(x), [toFloat64OrNull({text})])";

    public override string TextBytes(string text) => $"length({text})";

    // Byte by byte: a function of regular expressions would take bytes above 127 for the beginning of a character.
    public override string BytesAsText(string bytes) =>
        $"arrayStringConcat(arrayMap(i -> if(ascii(substring({bytes}, i, 1)) BETWEEN 32 AND 126 AND substring({bytes}, i, 1) NOT IN ('\\\\', '\\'', '\"'), substring({bytes}, i, 1), concat('\\\\x', hex(substring({bytes}, i, 1)))), range(1, length({bytes}) + 1)))";

    public override string BytesShown(string bytes) => $"base64Encode({bytes})";

    public override string IsNotTrue(string condition) => $"(NOT ifNull({condition}, 0))";

    public override string Same(string left, string right) => $"({left} <=> {right})";

    public override string SumWhere(string value, string condition) => $"ifNull(sumIf({value}, {condition}), 0)";

    public override string Sum(string value) => $"ifNull(sum({value}), 0)";

    public override string Count() => "count()";

    public override string CountWhere(string condition) => $"countIf({condition})";

    public override string Max(string value) => $"maxOrNull({value})";

    public override string Min(string value) => $"minOrNull({value})";

    public override string Previous(string value, string sequence) => $"lagInFrame(toNullable({value})) OVER ({sequence} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)";

    public override string MaxWhere(string value, string condition) => $"maxOrNullIf({value}, {condition})";

    public override string MinWhere(string value, string condition) => $"minOrNullIf({value}, {condition})";

    public override string PercentDecode(string text) => $"if(isValidUTF8(decodeURLComponent({text})), decodeURLComponent({text}), {text})";

    public override string CountDistinct(string value) => $"uniqExact({value})";

    public override string Fingerprint(params string[] texts) => $"sipHash64({string.Join(", ", texts)})";

    public override string Quantile(string value, double share) => string.Create(CultureInfo.InvariantCulture, $"quantileTDigestOrNull({share})({value})");
}
