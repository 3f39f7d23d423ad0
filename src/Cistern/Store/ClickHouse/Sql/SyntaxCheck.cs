using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Cistern.Operations;

namespace Cistern.Store.ClickHouse.Sql;

/// <summary>Walks the tree of a statement and stops at the first thing that no list allows.</summary>
/// <param name="tables">What may be asked: our views.</param>
/// <param name="hidden">Names of the other tables of the database, and of all databases.</param>
/// <remarks>
/// A name without a dot that is none of our views and no table of the database can only be a common table expression, so their scopes need not be known. A name with a dot could
/// lead out of the database, and is refused wherever a table can stand. That includes the right side of IN, where the tree has the same node as for a column.
/// </remarks>
internal sealed partial class SyntaxCheck(IReadOnlyCollection<string> tables, IReadOnlySet<string> hidden)
{
    // UNION of thousands is flat text; each of them is a scan.
    private const int QueriesMax = 100;

    private static readonly FrozenSet<string> Kinds = FrozenSet.Create(
        StringComparer.Ordinal,
        "SelectWithUnionQuery", "SelectIntersectExceptQuery", "SelectQuery", "Subquery", "ExpressionList", "WithElement", "TablesInSelectQuery", "TablesInSelectQueryElement", "TableExpression", "TableJoin", "ArrayJoin",
        "TableIdentifier", "Identifier", "Literal", "Function", "Asterisk", "QualifiedAsterisk", "ColumnsRegexpMatcher", "ColumnsListMatcher", "QualifiedColumnsRegexpMatcher", "QualifiedColumnsListMatcher",
        "ColumnsTransformerList", "ColumnsExceptTransformer", "ColumnsReplaceTransformer", "ColumnsReplaceTransformer::Replacement", "OrderByElement", "InterpolateElement", "WindowDefinition", "WindowListElement", "SampleRatio");

    private static readonly FrozenSet<string> Types = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Nullable", "Array", "Map", "Tuple", "LowCardinality", "Bool", "Boolean", "String", "FixedString", "UUID", "IPv4", "IPv6", "Date", "Date32", "DateTime", "DateTime32", "DateTime64", "Timestamp",
        "Int8", "Int16", "Int32", "Int64", "Int128", "Int256", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128", "UInt256", "Float32", "Float64", "Decimal", "Decimal32", "Decimal64", "Decimal128", "Decimal256",
        "TinyInt", "SmallInt", "Int", "Integer", "BigInt", "Float", "Double", "Real", "Dec", "Numeric", "Char", "Varchar", "Text", "Unsigned", "Signed", "Precision");

    private readonly SortedSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>The tables that the statement names.</summary>
    public IReadOnlyCollection<string> Used => _used;

    /// <summary>What must not be; null if the statement may run.</summary>
    public string? Problem(IReadOnlyList<SyntaxNode> tree)
    {
        if (tree.Count == 0 || tree[0].Kind != "SelectWithUnionQuery")
        {
            return "only SELECT is allowed (also WITH); nothing here writes, sets, attaches or explains";
        }

        return tree.Count(node => node.Kind == "SelectQuery") > QueriesMax
            ? $"it has more than {QueriesMax} SELECTs; send several statements"
            : tree.Select(Check).FirstOrDefault(problem => problem is not null);
    }

    private string? Check(SyntaxNode node) => node.Kind switch
    {
        // What may follow a SELECT becomes another child.
        "SelectWithUnionQuery" when node.Children.Count != 1 => "FORMAT, SETTINGS and INTO OUTFILE are not allowed; the header Accept chooses the format",
        "Set" => "SETTINGS are not allowed",
        "ColumnsApplyTransformer" => "APPLY is not allowed; write the function around each column",
        "TableIdentifier" => Table(node.Name),
        "Identifier" => Identifier(node),
        "Function" => Function(node),
        _ when Kinds.Contains(node.Kind) => null,
        _ => $"something of kind {node.Kind} is not allowed",
    };

    private string? Table(string name)
    {
        if (tables.Contains(name))
        {
            _used.Add(name);
            return null;
        }

        return PlainName().IsMatch(name) && !hidden.Contains(name)
            ? null
            : $"there is no table '{name}' to ask{Nearest.Hint(name, tables)}; FROM takes {string.Join(", ", tables)}, WITH, subqueries, {string.Join(", ", AllowedFunctions.Tables.Order(StringComparer.Ordinal))}";
    }

    private string? Identifier(SyntaxNode node)
    {
        if (node.ArgumentOf is ({ } function, 1) && AllowedFunctions.Memberships.Contains(function.Name))
        {
            return Table(node.Name);
        }

        // A column is none of these; nor is an alias that could be taken for one.
        var first = node.Name.Split('.', 2)[0];
        return hidden.Contains(node.Name) || (first.Length < node.Name.Length && hidden.Contains(first) && !tables.Contains(first)) ? $"'{node.Name}' cannot be asked" : null;
    }

    private static string? Function(SyntaxNode node)
    {
        if (node.Parent is { Kind: "TableExpression" })
        {
            return AllowedFunctions.Tables.Contains(node.Name) ? null : $"'{node.Name}' cannot stand in FROM; it may call {string.Join(", ", AllowedFunctions.Tables.Order(StringComparer.Ordinal))}";
        }

        if (!AllowedFunctions.Contains(node.Name))
        {
            return $"function '{node.Name}' is not among those that are allowed{Nearest.Hint(node.Name, AllowedFunctions.Names)}; docs/api.md says where they are listed";
        }

        return AllowedFunctions.Casts.Contains(node.Name) ? Type(node) : null;
    }

    private static string? Type(SyntaxNode cast)
    {
        var type = cast.Children.ElementAtOrDefault(0)?.Children.ElementAtOrDefault(1);
        return type is { Kind: "Literal" } && TypeName().IsMatch(type.Name) && Word().Matches(Quoted().Replace(type.Name[1..^1], "")).All(word => Types.Contains(word.Value))
            ? null
            : $"cannot convert to the type {type?.Name ?? "that is missing"}: it is not among those that are allowed";
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex PlainName();

    // The time zone of a DateTime is a text within the text.
    [GeneratedRegex(@"^'[A-Za-z0-9_ ,()/+\\'-]*'$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\\'[A-Za-z0-9_/+-]*\\'")]
    private static partial Regex Quoted();

    [GeneratedRegex("[A-Za-z_][A-Za-z0-9_]*")]
    private static partial Regex Word();
}
