using Cistern.Query.Catalogue;
using Cistern.Query.Sql;

namespace Cistern.Query.Filter;

/// <summary>Writes a filter as a condition. Values become parameters.</summary>
internal sealed class FilterSql(Signal signal, SqlScope scope)
{
    public string Write(FilterNode node) => node switch
    {
        AllOf { Parts.Count: 0 } => "TRUE",
        AllOf all => $"({string.Join(" AND ", all.Parts.Select(Write))})",
        AnyOf any => $"({string.Join(" OR ", any.Parts.Select(Write))})",
        NotNode not => scope.Dialect.IsNotTrue(Write(not.Part)),
        Words words => Anywhere(words.Pattern),
        Present present => IsPresent(present.Field),
        TextTest test => Matches(Text(test.Field), test.Pattern),
        BooleanTest test => test.Value ? test.Field.Sql(scope) : $"NOT {test.Field.Sql(scope)}",
        Comparison comparison => $"{comparison.Field.Sql(scope)} {Sign(comparison.Operator)} {scope.Parameter(comparison.Value)}",
        _ => throw new InvalidOperationException($"no SQL for {node.GetType().Name}: a kind of node was added without it"),
    };

    private string Anywhere(TextPattern pattern)
    {
        var words = scope.Parameter(pattern.ToExpression());
        return $"({string.Join(" OR ", signal.FreeText.Select(name => Text(signal.FieldOf(name))).Select(text => Narrowed(text, scope.Dialect.Holds(text, words), pattern)))})";
    }

    private string IsPresent(QueryField field)
    {
        var sql = field.Sql(scope);
        return field.Kind switch
        {
            FieldKind.Text => $"{sql} <> ''",
            FieldKind.Bytes => $"octet_length({sql}) > 0",
            FieldKind.TextMap or FieldKind.NumberMap => $"{scope.Dialect.MapSize(sql)} > 0",
            FieldKind.Integer or FieldKind.Number when field.ZeroIsNothing => $"{sql} > 0",
            FieldKind.Boolean or FieldKind.Integer or FieldKind.Number or FieldKind.Time => $"{sql} IS NOT NULL",
        };
    }

    private string Text(QueryField field) => field.Kind == FieldKind.Bytes ? scope.Dialect.BytesAsText(field.Sql(scope)) : field.Sql(scope);

    private string Matches(string text, TextPattern pattern) => Narrowed(text, pattern.IsExact
        ? $"{text} = {scope.Parameter(pattern.Pieces[0])}"
        : scope.Dialect.Like(text, scope.Parameter(pattern.ToLike())), pattern);

    // What the condition implies, in the words of the index.
    private string Narrowed(string text, string condition, TextPattern pattern) => scope.Dialect.Indexed(text) is { } indexed && pattern.ToLooseLike() is { } like
        ? $"({condition} AND {scope.Dialect.Like(indexed, scope.Parameter(like))})"
        : condition;

    private static string Sign(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Equal => "=",
        ComparisonOperator.Less => "<",
        ComparisonOperator.LessOrEqual => "<=",
        ComparisonOperator.Greater => ">",
        ComparisonOperator.GreaterOrEqual => ">=",
    };
}
