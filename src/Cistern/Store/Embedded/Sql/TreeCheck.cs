using System.Collections.Frozen;
using System.Text.Json;
using Cistern.Operations;

namespace Cistern.Store.Embedded.Sql;

/// <summary>Walks the parse tree of a statement and stops at the first thing that no list allows.</summary>
/// <remarks>
/// Everything is looked up: the kind of each node, each of its members, each function, each table. Tables are our own and the common
/// table expressions that are in scope where the name stands; a name that is neither would be looked for by the engine among its own
/// views and, with a dot, among files.
/// </remarks>
internal sealed partial class TreeCheck(IReadOnlyCollection<string> tables)
{
    // A person's statement is rarely ten deep. Bounds our own stack, and the engine's when it binds.
    private const int DepthMax = 200;

    // UNION of thousands is flat text; each of them is a scan.
    private const int QueriesMax = 100;

    // The engine's own views begin like this; no common table expression may be taken for one or the other.
    private static readonly string[] EnginePrefixes = ["duckdb_", "pragma_", "pg_", "sqlite_", "information_schema"];

    private readonly List<string> _scope = [];
    private readonly SortedSet<string> _used = new(StringComparer.Ordinal);
    private SqlVerdict? _problem;
    private long? _place;
    private int _depth;
    private int _queries;

    /// <summary>The tables that the statement names.</summary>
    public IReadOnlyCollection<string> Used => _used;

    /// <summary>Where the refused thing stands, in bytes of the statement.</summary>
    public long? Place => _problem is null ? null : _place;

    /// <summary>Checks the one statement of a tree that has no error.</summary>
    public SqlVerdict? Check(JsonElement statement)
    {
        Query(statement);
        return _problem;
    }

    private void Query(JsonElement wrapper)
    {
        foreach (var member in wrapper.EnumerateObject())
        {
            if (member.NameEquals("node"))
            {
                Node(member.Value);
            }
            else if (!member.NameEquals("named_param_map") || member.Value.GetArrayLength() > 0)
            {
                Refuse("parameters are not allowed: there is nothing to fill them with; write the value");
            }
        }
    }

    private void Node(JsonElement node)
    {
        if (Shape(node, "type", TreeShapes.Nodes, "a statement of kind") is not { } shape)
        {
            return;
        }

        if (++_queries > QueriesMax)
        {
            Refuse($"it has more than {QueriesMax} SELECTs; send several statements");
            return;
        }

        // Names are in scope in their own node and below, and nowhere else.
        var outer = _scope.Count;
        if (node.TryGetProperty("cte_map", out var ctes))
        {
            Ctes(ctes.GetProperty("map"));
        }

        Members(node, shape);
        _scope.RemoveRange(outer, _scope.Count - outer);
    }

    private void Ctes(JsonElement map)
    {
        foreach (var cte in map.EnumerateArray())
        {
            var (name, value) = (cte.GetProperty("key").GetString()!, cte.GetProperty("value"));
            if (!IsPlainName(name))
            {
                Refuse($"'{name}' cannot name a common table expression: use letters, digits and '_', and no name of the engine's own views");
                return;
            }

            var recursive = value.GetProperty("query").GetProperty("node").GetProperty("type").ValueEquals("RECURSIVE_CTE_NODE");
            if (recursive)
            {
                _scope.Add(name);
            }

            Cte(value);
            if (!recursive)
            {
                _scope.Add(name);
            }
        }
    }

    private void Cte(JsonElement value)
    {
        foreach (var member in value.EnumerateObject())
        {
            switch (member.Name)
            {
                case "query": Query(member.Value); break;
                case "key_targets": Expressions(member.Value); break;
                case "aliases" or "materialized": break;
                default: Unreviewed("CTE", member.Name); break;
            }
        }
    }

    private void Members(JsonElement node, FrozenDictionary<string, Part> shape)
    {
        foreach (var member in node.EnumerateObject())
        {
            if (_problem is not null)
            {
                return;
            }

            if (shape.TryGetValue(member.Name, out var part))
            {
                Look(member, part);
            }
            else
            {
                Unreviewed(node.GetProperty("type").ToString(), member.Name);
            }
        }
    }

    private void Look(JsonProperty member, Part part)
    {
        var value = member.Value;
        switch (part)
        {
            case Part.Plain: Plain(member); break;
            case Part.Value: break;
            case Part.Expression: Expression(value); break;
            case Part.Expressions: Expressions(value); break;
            case Part.ExpressionRows: Each(value, Expressions); break;
            case Part.ExpressionRecords: Each(value, record => Each(record, ExpressionOrName)); break;
            case Part.Orders: Orders(value); break;
            case Part.Type: Type(value); break;
            case Part.Query: Query(value); break;
            case Part.Node: Enter(value, Node); break;
            case Part.Table: Enter(value, Table); break;
            case Part.Modifiers: Each(value, Modifier); break;
            case Part.Ctes: break; // Looked at first, by Node.
            case Part.Function: Function(value.GetString()!); break;
            case Part.FunctionSchema: FunctionSchema(member); break;
            case Part.MustBeEmpty: Empty(member); break;
            case Part.MustBeAbsent: Absent(member); break;
            case Part.Collation: Collation(value.GetString()!); break;
            case Part.TableFunction: TableFunction(value); break;
            default: throw new InvalidOperationException($"no check for {part}: a kind of member was added without it");
        }
    }

    private void Expression(JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Null)
        {
            Enter(node, CheckExpression);
        }
    }

    private void CheckExpression(JsonElement node)
    {
        SetPlace(node);
        if (Shape(node, "class", TreeShapes.Expressions, "an expression of kind") is not { } shape)
        {
            return;
        }

        var type = node.GetProperty("type").GetString()!;
        if (node.GetProperty("class").ValueEquals("OPERATOR") && !TreeShapes.Operators.Contains(type))
        {
            Refuse($"an operator of kind {type} is not allowed");
        }

        Members(node, shape);
    }

    private void Expressions(JsonElement list) => Each(list, Expression);

    // REPLACE (1 AS path) has the column's name beside the expression.
    private void ExpressionOrName(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Expression(value);
        }
    }

    private void Orders(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            Modifier(value);
            return;
        }

        Each(value, order =>
        {
            foreach (var member in order.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "expression": Expression(member.Value); break;
                    case "type" or "null_order": break;
                    default: Unreviewed("ORDER BY", member.Name); break;
                }
            }
        });
    }

    private void Modifier(JsonElement node)
    {
        if (Shape(node, "type", TreeShapes.Modifiers, "a clause of kind") is { } shape)
        {
            Members(node, shape);
        }
    }

    private void Table(JsonElement node)
    {
        SetPlace(node);
        if (Shape(node, "type", TreeShapes.Tables, "in FROM, something of kind") is not { } shape)
        {
            return;
        }

        // The members first: a schema makes of a name that is ours one that is not.
        Members(node, shape);
        if (node.GetProperty("type").ValueEquals("BASE_TABLE"))
        {
            TableName(node.GetProperty("table_name").GetString()!);
        }
    }

    private void TableName(string name)
    {
        if (_scope.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return;
        }

        if (tables.FirstOrDefault(table => table.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } own)
        {
            _used.Add(own);
            return;
        }

        Refuse($"there is no table '{name}' to ask{Nearest.Hint(name, tables)}; FROM takes {string.Join(", ", tables)}, WITH, subqueries, VALUES, {string.Join(", ", FunctionLists.Tables)}");
    }

    private void TableFunction(JsonElement call)
    {
        SetPlace(call);
        var name = call.TryGetProperty("function_name", out var given) ? given.GetString()! : "";
        if (!FunctionLists.Tables.Contains(name))
        {
            var why = FunctionLists.Refused.TryGetValue($"table:{name}", out var reason) ? $" ({reason})" : "";
            Refuse($"'{name}' cannot be called in FROM{why}; FROM takes the functions {string.Join(", ", FunctionLists.Tables)}");
            return;
        }

        // The name was just checked against its own list; everything else of the call is an expression's.
        foreach (var member in call.EnumerateObject().Where(member => !member.NameEquals("function_name")))
        {
            if (TreeShapes.Expressions["FUNCTION"].TryGetValue(member.Name, out var part))
            {
                Look(member, part);
            }
            else
            {
                Unreviewed("FUNCTION", member.Name);
            }
        }
    }

    private void Function(string name)
    {
        if (FunctionLists.Allowed.ContainsKey(name))
        {
            return;
        }

        Refuse(FunctionLists.Refused.TryGetValue(name, out var reason)
            ? $"function '{name}' is not allowed: {reason.TrimEnd('.')}"
            : $"function '{name}' is not among those that are allowed{Nearest.Hint(name, FunctionLists.Allowed.Keys)}; docs/api.md says where they are listed");
    }

    private void Plain(JsonProperty member)
    {
        if (HoldsNode(member.Value))
        {
            Unreviewed("a plain member", member.Name);
        }
    }

    // Expressions have a class; statements, tables and modifiers a type that is text, as only the details of a type to cast to have it too.
    private static bool HoldsNode(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.TryGetProperty("class", out _)
            || (value.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && !type.GetString()!.EndsWith("TYPE_INFO", StringComparison.Ordinal))
            || value.EnumerateObject().Any(member => HoldsNode(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().Any(HoldsNode),
        _ => false,
    };

    // The parser itself writes main before what [1] and {'a': 1} stand for; there are no functions in it but the engine's own.
    private void FunctionSchema(JsonProperty member)
    {
        if (!member.Value.ValueEquals("main"))
        {
            Empty(member);
        }
    }

    private void Empty(JsonProperty member)
    {
        if (member.Value.GetString() is { Length: > 0 } name)
        {
            Refuse($"'{name}.' before a name is not allowed: there are no schemas; write tables and functions by their name alone, upper(path) and not path.upper()");
        }
    }

    private void Absent(JsonProperty member)
    {
        if (member.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
        {
            Refuse(member.NameEquals("columns") || member.NameEquals("expr") ? "COLUMNS(…) is not allowed; name the columns" : $"'{member.Name}' is not allowed here");
        }
    }

    private FrozenDictionary<string, Part>? Shape(
        JsonElement node, string key, FrozenDictionary<string, FrozenDictionary<string, Part>> shapes, string what)
    {
        var kind = node.ValueKind == JsonValueKind.Object && node.TryGetProperty(key, out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "?";
        if (shapes.TryGetValue(kind, out var shape))
        {
            return shape;
        }

        Refuse($"{what} {kind} is not allowed; a statement is one SELECT over {string.Join(", ", tables)}");
        return null;
    }

    private void Each(JsonElement list, Action<JsonElement> check)
    {
        var values = list.ValueKind == JsonValueKind.Object ? list.EnumerateObject().Select(member => member.Value) : list.EnumerateArray().Select(value => value);
        foreach (var value in values)
        {
            if (_problem is not null)
            {
                return;
            }

            check(value);
        }
    }

    private void Enter(JsonElement node, Action<JsonElement> check)
    {
        if (++_depth > DepthMax)
        {
            Refuse($"it is nested deeper than {DepthMax}; write it flatter");
        }
        else if (_problem is null)
        {
            check(node);
        }

        _depth--;
    }

    private void SetPlace(JsonElement node)
    {
        // Nodes that the parser made up have the largest place that there is.
        if (_problem is null && node.ValueKind == JsonValueKind.Object && node.TryGetProperty("query_location", out var place) && place.TryGetInt64(out var bytes))
        {
            _place = bytes;
        }
    }

    private void Unreviewed(string kind, string member) =>
        Refuse($"'{member}' of {kind} was never reviewed: this release of the engine has something that the allow-list does not know");

    private void Refuse(string detail) => _problem ??= SqlVerdict.Refused($"cannot run the statement: {detail}");

    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 128 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
        && !EnginePrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
