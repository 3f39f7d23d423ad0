using System.Text.Json;

namespace Cistern.Store.Embedded.Sql;

/// <summary>How large the value of an expression can be, and what evaluating it holds meanwhile.</summary>
internal sealed partial class TextEstimate
{
    // A compiled pattern keeps its states, up to some mebibytes for each thread whatever the rows.
    private const double PatternBytes = 512;

    // A byte, and a place in the list of the rows for which it holds.
    private const double TruthBytes = 5;

    private static readonly string[] s_patternFunctions =
        ["regexp_extract", "regexp_extract_all", "regexp_full_match", "regexp_matches", "regexp_replace", "regexp_split_to_array", "regexp_split_to_table", "str_split_regex", "string_split_regex"];

    private ValueSize Measure(JsonElement node)
    {
        if (node.ValueKind == JsonValueKind.Null)
        {
            return ValueSize.None;
        }

        if (++_steps > StepsMax)
        {
            _cost = double.PositiveInfinity;
            return ValueSize.Fixed;
        }

        var kind = node.GetProperty("class").GetString();
        var size = kind switch
        {
            "CONSTANT" => TreeText.Constant(node),
            "COLUMN_REF" => Column(node),
            "POSITIONAL_REFERENCE" => _scope.Widest,
            "FUNCTION" => Call(node),
            "WINDOW" => Window(node),
            "OPERATOR" => Operator(node),
            "CASE" => Case(node),
            "CAST" => Cast(node),
            "COLLATE" => Collated(node),
            "LAMBDA" => Arrow(node),
            "SUBQUERY" => Subquery(node),
            "STAR" => ValueSize.Sum(_scope.Sources.Select(source => source.Sum)),
            "COMPARISON" or "CONJUNCTION" or "BETWEEN" => Truth(node),
            _ => throw new InvalidOperationException($"no size for an expression of kind {kind}"),
        };
        _cost += kind switch
        {
            "COLUMN_REF" => _repeats ? Held(size) : ValueSize.None.Memory,
            "COMPARISON" or "CONJUNCTION" or "BETWEEN" => TruthBytes,
            "CONSTANT" => ValueSize.None.Memory,
            _ => Held(size),
        };
        return size;
    }

    // A number is in its place; only as text it has a length.
    private static double Held(ValueSize size) => size == ValueSize.Fixed ? ValueSize.None.Memory : size.Memory;

    // A constant of VALUES or IN is stored once and no vector.
    private ValueSize MeasureOnce(JsonElement node) => Is(node, "class", "CONSTANT") ? TreeText.Constant(node) : Measure(node);

    private ValueSize Column(JsonElement node)
    {
        var (size, cost) = _scope.Find(Names(node));
        _cost += cost;
        return size;
    }

    private ValueSize Truth(JsonElement node)
    {
        foreach (var member in (ReadOnlySpan<string>)["left", "right", "input", "lower", "upper", "children"])
        {
            MeasureAll(node, member);
        }

        return ValueSize.Fixed;
    }

    private ValueSize Call(JsonElement node)
    {
        var name = node.GetProperty("function_name").GetString()!;
        var before = _cost;
        JsonElement[] children = [.. node.GetProperty("children").EnumerateArray()];
        var lambda = children.Length > 1 && children[0].ValueKind == JsonValueKind.Object && Is(children[1], "class", "LAMBDA") && IsFilter(name);
        var sizes = lambda ? Filtered(children) : [.. children.Select(Measure)];
        _cost = before + ((_cost - before) * FunctionSize.Copies(name));
        _cost += s_patternFunctions.Contains(name, StringComparer.OrdinalIgnoreCase) ? PatternBytes : 0;
        MeasureAll(node, "filter");
        Orders(node.GetProperty("order_bys"));

        var size = FunctionSize.Of(name, new Arguments(name, children, sizes));
        if (name.Equals("unnest", StringComparison.OrdinalIgnoreCase) && children.Length > 0)
        {
            return ElementOf(children[0], size);
        }

        if (name.StartsWith("split_part", StringComparison.OrdinalIgnoreCase))
        {
            _cost += new ValueSize(size.Text, size.Text).Memory; // It makes the list of all parts.
        }

        return size;
    }

    // What splits a text makes a list of texts, and no list of lists.
    private static ValueSize ElementOf(JsonElement list, ValueSize size) =>
        Is(list, "class", "FUNCTION") && FunctionLists.Allowed[list.GetProperty("function_name").GetString()!] is "split" ? new(size.Text) : size;

    private static bool IsFilter(string name) => name.EndsWith("filter", StringComparison.OrdinalIgnoreCase);

    // The names of a lambda stand for elements of the list; none is larger than the list.
    private ValueSize[] Filtered(JsonElement[] children)
    {
        var list = Measure(children[0]);
        var outer = _scope;
        _scope = new SizeScope(outer);
        var parameters = children[1].GetProperty("lhs");
        foreach (var parameter in Is(parameters, "class", "FUNCTION") ? parameters.GetProperty("children").EnumerateArray().ToArray() : [parameters])
        {
            if (Is(parameter, "class", "COLUMN_REF"))
            {
                _scope.Alias(Names(parameter)[^1], list, 0);
            }
        }

        Measure(children[1].GetProperty("expr"));
        _scope = outer;
        return [list];
    }

    // Outside of a function that filters, an arrow is JSON's.
    private ValueSize Arrow(JsonElement node)
    {
        JsonElement[] children = [node.GetProperty("lhs"), node.GetProperty("expr")];
        return FunctionSize.Of("->>", new Arguments("->>", children, [.. children.Select(Measure)]));
    }

    private ValueSize Window(JsonElement node)
    {
        var name = node.GetProperty("function_name").GetString()!;
        JsonElement[] children = [.. node.GetProperty("children").EnumerateArray()];
        ValueSize[] sizes = [.. children.Select(Measure)];
        foreach (var member in (ReadOnlySpan<string>)["filter_expr", "start_expr", "end_expr", "offset_expr"])
        {
            MeasureAll(node, member);
        }

        foreach (var partition in node.GetProperty("partitions").EnumerateArray())
        {
            _cost += 2 * Held(Measure(partition));
        }

        Orders(node.GetProperty("orders"));
        Orders(node.GetProperty("arg_orders"));
        var result = FunctionLists.Allowed.ContainsKey(name) ? FunctionSize.Of(name, new Arguments(name, children, sizes)) : ValueSize.Max(sizes);
        return ValueSize.Max(result, Measure(node.GetProperty("default_expr")));
    }

    private ValueSize Operator(JsonElement node)
    {
        JsonElement[] children = [.. node.GetProperty("children").EnumerateArray()];
        ValueSize[] sizes = [.. children.Select(MeasureOnce)];
        return node.GetProperty("type").GetString() switch
        {
            "ARRAY_EXTRACT" => ElementOf(children[0], sizes[0]),
            "ARRAY_CONSTRUCTOR" => FunctionSize.Of("list_value", new Arguments("list_value", children, sizes)),
            "ARRAY_SLICE" => FunctionSize.Of("substr", new Arguments("substr", children[..Math.Min(3, children.Length)], sizes)),
            "OPERATOR_COALESCE" or "OPERATOR_NULLIF" or "OPERATOR_TRY" or "STRUCT_EXTRACT" => ValueSize.Max(sizes),
            _ => ValueSize.Fixed,
        };
    }

    private ValueSize Case(JsonElement node)
    {
        var size = Measure(node.GetProperty("else_expr"));
        foreach (var check in node.GetProperty("case_checks").EnumerateArray())
        {
            Measure(check.GetProperty("when_expr"));
            size = ValueSize.Max(size, Measure(check.GetProperty("then_expr")));
        }

        return size;
    }

    // A text can become as many elements as it has characters, and each of them all fields of the type.
    private ValueSize Cast(JsonElement node)
    {
        var child = Measure(node.GetProperty("child"));
        var type = node.GetProperty("cast_type");
        switch (type.GetProperty("id").GetString())
        {
            case "VARCHAR" or "JSON" or "TEXT" or "STRING" or "CHAR":
                return new(child.AsText);
            case "BLOB":
                return new(4 * child.AsText); // Back to text each byte can become \x00.
            case "STRUCT" or "LIST" or "ARRAY" or "MAP" or "UNION" or "UNBOUND":
                var (places, names) = TreeText.Type(type);
                var values = child.Text + child.Slots + child.Fields + 1;
                return new((2 * child.AsText) + (values * names), values * places, places);
            default:
                return ValueSize.Fixed;
        }
    }

    private ValueSize Collated(JsonElement node)
    {
        var child = Measure(node.GetProperty("child"));
        _cost += 3 * child.Text;
        return child;
    }

    private ValueSize Subquery(JsonElement node)
    {
        var query = Query(node.GetProperty("subquery"));
        _cost += query.Cost;
        Measure(node.GetProperty("child"));
        return Is(node, "subquery_type", "SCALAR") ? query.Sum : ValueSize.Fixed;
    }

    private void MeasureAll(JsonElement node, string member)
    {
        if (!node.TryGetProperty(member, out var value))
        {
            return;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Measure(value);
            return;
        }

        foreach (var child in value.EnumerateArray())
        {
            Measure(child);
        }
    }
}
