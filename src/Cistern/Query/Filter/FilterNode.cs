using System.Text.RegularExpressions;
using Cistern.Query.Catalogue;

namespace Cistern.Query.Filter;

/// <summary>What a <c>where</c> means.</summary>
internal abstract record FilterNode;

/// <summary>Every part holds; of no part: always.</summary>
internal sealed record AllOf(IReadOnlyList<FilterNode> Parts) : FilterNode;

internal sealed record AnyOf(IReadOnlyList<FilterNode> Parts) : FilterNode;

/// <summary>The part does not hold, or cannot be judged because a value is missing.</summary>
internal sealed record NotNode(FilterNode Part) : FilterNode;

/// <summary>Words somewhere in the signal's free text, in any case.</summary>
internal sealed record Words(TextPattern Pattern) : FilterNode;

/// <summary>The field has a value: text that is not empty, a number that is there.</summary>
internal sealed record Present(QueryField Field) : FilterNode;

/// <summary>A text, or bytes written as text, is like a pattern.</summary>
internal sealed record TextTest(QueryField Field, TextPattern Pattern) : FilterNode;

internal sealed record BooleanTest(QueryField Field, bool Value) : FilterNode;

/// <summary>A number, a time or a text compared with a value: <c>long</c>, <c>double</c>, <c>DateTimeOffset</c> or <c>string</c>.</summary>
internal sealed record Comparison(QueryField Field, ComparisonOperator Operator, object Value) : FilterNode;

internal enum ComparisonOperator
{
    Equal = 1,
    Less = 2,
    LessOrEqual = 3,
    Greater = 4,
    GreaterOrEqual = 5,
}

/// <summary>Text with <c>*</c> for anything: the pieces between the stars.</summary>
internal sealed partial record TextPattern(IReadOnlyList<string> Pieces)
{
    public bool IsExact => Pieces.Count == 1;

    /// <summary>The pattern as a regular expression (RE2) that finds it anywhere, in any case.</summary>
    public string ToExpression() => $"(?is){string.Join(".*", Pieces.Select(piece => Signs().Replace(piece, @"\$0")))}";

    /// <summary>The pattern of LIKE, with a backslash before what LIKE would read as a sign.</summary>
    public string ToLike() => string.Join('%', Pieces.Select(Escaped));

    /// <summary>A pattern of LIKE that a text with small ASCII letters meets wherever the text meets this pattern, in any case and anywhere; null if it would say next to nothing.</summary>
    public string? ToLooseLike()
    {
        string[] runs = [.. Pieces.SelectMany(piece => Loose().Split(piece)).Where(run => run.Length > 0)];
        return runs.Any(run => run.Length >= LooseMin) ? $"%{string.Join('%', runs.Select(run => Escaped(run.ToLowerInvariant())))}%" : null;
    }

    private static string Escaped(string piece) =>
        piece.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    // An index knows texts by four letters each.
    private const int LooseMin = 4;

    // In another case a letter may be no ASCII letter: the Kelvin sign is a k, and the long s an s.
    [GeneratedRegex(@"(?:[^\u0000-\u007F]|[kKsS])+")]
    private static partial Regex Loose();

    [GeneratedRegex(@"[\\.+*?()|\[\]{}^$]")]
    private static partial Regex Signs();
}
