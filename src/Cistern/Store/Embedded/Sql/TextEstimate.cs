using System.Text.Json;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Sql;

/// <summary>Estimates from above what the expressions of a statement hold in memory at once, for each row of a step.</summary>
/// <remarks>
/// The engine evaluates expressions for some two thousand rows at a time, does not count the texts and lists that they make, and cannot be
/// interrupted meanwhile. So this walks the tree as <see cref="TreeCheck"/> let it through and adds up, over every expression of the statement, the
/// largest value that it can make: constants have the length that is written, columns of our tables the length that the caller names,
/// results of functions a size by <see cref="FunctionSize"/>. An expression that the engine copies (a common table expression, an alias,
/// an argument of a macro) counts as often as it is copied. Where a name could stand for several things, it is the largest.
/// </remarks>
internal sealed partial class TextEstimate(Func<string, ColumnSpec, double> columnBytes)
{
    // A recursive query whose texts still grow after so many rounds makes them longer with every step.
    private const int RoundsMax = 4;
    private const double GuessBytes = 512;

    // A statement of 64 KiB has some 30,000 nodes; more steps come from recursion in recursion.
    private const int StepsMax = 200_000;

    private readonly List<(string Name, Relation Relation)> _ctes = [];
    private SizeScope _scope = new(outer: null);
    private double _cost;
    private int _steps;
    private bool _repeats;

    /// <summary>Bytes for each row of a step; infinity if there is no bound.</summary>
    public double BytesOf(JsonElement statement)
    {
        _repeats = Repeats(statement);
        var result = Query(statement);
        return result.Cost;
    }

    // Where a row can come out several times, a column that passes is as good as a copy of it.
    private static bool Repeats(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Array => node.EnumerateArray().Any(Repeats),
        JsonValueKind.Object => IsRepeating(node) || node.EnumerateObject().Any(member => Repeats(member.Value)),
        _ => false,
    };

    private static bool IsRepeating(JsonElement node) =>
        Is(node, "type", "JOIN") || Is(node, "class", "WINDOW") || Is(node, "class", "SUBQUERY") || Is(node, "function_name", "unnest") || Is(node, "function_name", "regexp_split_to_table");

    private static bool Is(JsonElement node, string member, string value) =>
        node.TryGetProperty(member, out var given) && given.ValueKind == JsonValueKind.String && value.Equals(given.GetString(), StringComparison.OrdinalIgnoreCase);

    private Relation Query(JsonElement wrapper) => Node(wrapper.GetProperty("node"));

    // The cost of a node is its own and that of everything in it.
    private Relation Node(JsonElement node)
    {
        var (outerCost, known) = (_cost, _ctes.Count);
        _cost = 0;
        Ctes(node);
        var relation = node.GetProperty("type").GetString() switch
        {
            "SELECT_NODE" => Select(node),
            "SET_OPERATION_NODE" => SetOperation(node),
            _ => throw new InvalidOperationException("a recursive query outside of WITH"),
        };
        _ctes.RemoveRange(known, _ctes.Count - known);
        relation.Cost = _cost;
        _cost = outerCost;
        return relation;
    }

    private void Ctes(JsonElement node)
    {
        if (node.TryGetProperty("cte_map", out var ctes))
        {
            foreach (var cte in ctes.GetProperty("map").EnumerateArray())
            {
                Cte(cte.GetProperty("key").GetString()!, cte.GetProperty("value"));
            }
        }
    }

    // A common table expression costs where it is used, each time.
    private void Cte(string name, JsonElement value)
    {
        var node = value.GetProperty("query").GetProperty("node");
        var relation = Is(node, "type", "RECURSIVE_CTE_NODE") ? Recursive(name, node) : Node(node);
        _ctes.Add((name, HasItems(value, "aliases") ? relation.WithoutNames() : relation));
    }

    private Relation Recursive(string name, JsonElement node)
    {
        var known = _ctes.Count;
        Ctes(node);
        var all = Grown(name, node, Node(node.GetProperty("left")).WithoutNames());
        Modifiers(node, new SizeScope(_scope), all);
        _ctes.RemoveRange(known, _ctes.Count - known);
        return all;
    }

    // Looks for a size that the next step does not exceed. Text that is cut at some length gets there at once, if the guess is longer.
    private Relation Grown(string name, JsonElement node, Relation all)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            _ctes.Add((name, all));
            var next = Node(node.GetProperty("right")).WithoutNames();
            _ctes.RemoveAt(_ctes.Count - 1);
            if (all.Holds(next))
            {
                all.Cost += next.Cost;
                return all;
            }

            all = Relation.Union(all, next);
            all.Widen(GuessBytes * Math.Pow(8, round));
        }

        all.Cost = double.PositiveInfinity;
        return all;
    }

    private Relation SetOperation(JsonElement node)
    {
        var union = Relation.Union(Node(node.GetProperty("left")), Node(node.GetProperty("right")));
        _cost += union.Cost;
        Modifiers(node, new SizeScope(_scope), union);
        return union;
    }

    private Relation Select(JsonElement node)
    {
        var outer = _scope;
        _scope = new SizeScope(outer);
        From(node.GetProperty("from_table"));
        var (result, taken) = (new Relation(), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var item in node.GetProperty("select_list").EnumerateArray())
        {
            Item(item, result, taken);
        }

        foreach (var clause in (ReadOnlySpan<string>)["where_clause", "having", "qualify"])
        {
            MeasureAll(node, clause);
        }

        foreach (var group in node.GetProperty("group_expressions").EnumerateArray())
        {
            Term(group);
        }

        Modifiers(node, _scope, result);
        _scope = outer;
        return result;
    }

    // One of the SELECT list: it is made, and copied into what the SELECT gives. The first copy of a column is not larger than what was read of the table.
    private void Item(JsonElement item, Relation result, HashSet<string> taken)
    {
        if (Is(item, "class", "STAR"))
        {
            Star(item, result, copied: _repeats || taken.Count > 0);
            taken.Add("*");
            return;
        }

        var before = _cost;
        var size = Measure(item);
        var column = Is(item, "class", "COLUMN_REF");
        var unnested = Is(item, "function_name", "unnest");
        _cost += column && !_repeats && !taken.Contains("*") && taken.Add(Names(item)[^1]) ? 0 : Held(size);
        var name = AliasOf(item) ?? (column ? Names(item)[^1] : null);
        result.Add(unnested ? null : name, size, unnested ? size.Columns : 1);
        if (name is not null && !(column && AliasOf(item) is null))
        {
            _scope.Alias(name, size, _cost - before);
        }
    }

    // Renamed columns are somewhere among those without a name.
    private void Star(JsonElement star, Relation result, bool copied)
    {
        var renamed = HasItems(star, "rename_list");
        _cost += copied ? _scope.Sources.Sum(source => source.Sum.Memory) : 0;
        foreach (var source in _scope.Sources)
        {
            result.AddAll(renamed ? source.WithoutNames() : source);
        }

        foreach (var replaced in star.GetProperty("replace_list").EnumerateArray())
        {
            var size = Measure(replaced.GetProperty("value"));
            _cost += size.Memory;
            result.Add(replaced.GetProperty("key").GetString(), size);
        }
    }

    private void From(JsonElement table)
    {
        switch (table.GetProperty("type").GetString())
        {
            case "EMPTY": break;
            case "BASE_TABLE": Add(table, Named(table.GetProperty("table_name").GetString()!)); break;
            case "SUBQUERY": Add(table, Query(table.GetProperty("subquery"))); break;
            case "JOIN": Join(table); break;
            case "EXPRESSION_LIST": Add(table, Values(table.GetProperty("values"))); break;
            case "TABLE_FUNCTION": Add(table, Called(table.GetProperty("function"))); break;
            default: throw new InvalidOperationException("in FROM there is what TreeCheck does not let through");
        }
    }

    private void Add(JsonElement table, Relation relation)
    {
        var alias = table.GetProperty("alias").GetString() is { Length: > 0 } given ? given : table.TryGetProperty("table_name", out var name) ? name.GetString()! : "";
        _scope.Add(alias, HasItems(table, "column_name_alias") || HasItems(table, "expected_names") ? relation.WithoutNames() : relation);
        _cost += relation.Cost;
    }

    private Relation Named(string name)
    {
        var place = _ctes.FindLastIndex(cte => cte.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return place >= 0 ? _ctes[place].Relation
            : Tables.All.FirstOrDefault(table => table.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } own ? Base(own)
            : new Relation { Cost = double.PositiveInfinity }; // A recursive query that names itself before it has begun.
    }

    private Relation Base(TableSchema table)
    {
        var relation = new Relation();
        foreach (var column in UserColumns.Of(table))
        {
            var bytes = columnBytes(table.Name, column);
            relation.Add(column.Name, column.Type switch
            {
                ColumnType.Text or ColumnType.Blob => new(bytes),
                ColumnType.TextMap or ColumnType.DoubleMap => new(bytes, bytes / 8),
                _ => ValueSize.Fixed,
            });
        }

        return relation;
    }

    private void Join(JsonElement join)
    {
        From(join.GetProperty("left"));
        From(join.GetProperty("right"));
        _cost += _scope.Sources.Sum(source => new ValueSize(0, source.Width).Memory);
        Measure(join.GetProperty("condition"));
    }

    private Relation Values(JsonElement rows)
    {
        var columns = new List<ValueSize>();
        foreach (var row in rows.EnumerateArray())
        {
            foreach (var (place, value) in row.EnumerateArray().Index())
            {
                columns.AddRange(Enumerable.Repeat(ValueSize.None, Math.Max(0, place + 1 - columns.Count)));
                columns[place] = ValueSize.Max(columns[place], MeasureOnce(value));
            }
        }

        var relation = new Relation();
        columns.ForEach(size => relation.Add(null, size));
        return relation;
    }

    private Relation Called(JsonElement call)
    {
        var relation = new Relation();
        var size = ValueSize.Sum(call.GetProperty("children").EnumerateArray().Select(Measure));
        relation.Add(null, Is(call, "function_name", "unnest") ? size : ValueSize.Fixed, size.Columns);
        relation.Add(null, ValueSize.Fixed); // WITH ORDINALITY
        return relation;
    }

    // A row is sorted by a key that is made of all terms.
    private void Modifiers(JsonElement node, SizeScope scope, Relation result)
    {
        var outer = _scope;
        _scope = new SizeScope(scope);
        _scope.Add("", result);
        foreach (var modifier in node.GetProperty("modifiers").EnumerateArray())
        {
            foreach (var member in (ReadOnlySpan<string>)["limit", "offset", "distinct_on_targets"])
            {
                MeasureAll(modifier, member);
            }

            Orders(modifier);
        }

        _scope = outer;
    }

    private void Orders(JsonElement holder)
    {
        if (holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty("orders", out var orders))
        {
            Orders(orders);
            return;
        }

        foreach (var order in holder.ValueKind == JsonValueKind.Array ? holder.EnumerateArray() : default)
        {
            _cost += 2 * Held(Term(order.GetProperty("expression")));
        }
    }

    // GROUP BY and ORDER BY by a name of the SELECT list take what was made there.
    private ValueSize Term(JsonElement term) => Is(term, "class", "COLUMN_REF") ? _scope.Find(Names(term)).Size : Measure(term);

    private static bool HasItems(JsonElement node, string member) =>
        node.TryGetProperty(member, out var items) && items.ValueKind == JsonValueKind.Array && items.GetArrayLength() > 0;

    private static string? AliasOf(JsonElement node) => node.TryGetProperty("alias", out var alias) && alias.GetString() is { Length: > 0 } name ? name : null;

    private static string[] Names(JsonElement column) => [.. column.GetProperty("column_names").EnumerateArray().Select(name => name.GetString()!)];
}
