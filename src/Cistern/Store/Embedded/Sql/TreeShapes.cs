using System.Collections.Frozen;

namespace Cistern.Store.Embedded.Sql;

/// <summary>How a member of a node of the parse tree is looked at.</summary>
internal enum Part
{
    /// <summary>Nothing that runs: a flag, a place, a list of names. It may hold no node.</summary>
    Plain = 1,

    /// <summary>A value that the statement wrote, with its type.</summary>
    Value = 2,

    /// <summary>An expression, or null.</summary>
    Expression = 3,
    Expressions = 4,

    /// <summary>Lists of expressions: the rows of VALUES.</summary>
    ExpressionRows = 5,

    /// <summary>Objects whose members are expressions: the branches of CASE, pairs of key and value.</summary>
    ExpressionRecords = 6,

    /// <summary>Order terms, or the modifier that holds them.</summary>
    Orders = 7,

    /// <summary>A type to cast to.</summary>
    Type = 8,

    /// <summary>A statement in its wrapper.</summary>
    Query = 9,

    /// <summary>A statement's node without wrapper.</summary>
    Node = 10,

    /// <summary>What stands in FROM.</summary>
    Table = 11,
    Modifiers = 12,

    /// <summary>Common table expressions: looked at before everything else of their node.</summary>
    Ctes = 13,

    /// <summary>The name of a function.</summary>
    Function = 14,

    /// <summary>A schema or a catalogue: only the statement's own, which is none.</summary>
    MustBeEmpty = 15,

    /// <summary>A flag or node that may not be there.</summary>
    MustBeAbsent = 16,

    /// <summary>The name of a collation.</summary>
    Collation = 17,

    /// <summary>The call in FROM.</summary>
    TableFunction = 18,

    /// <summary>The schema of a function.</summary>
    FunctionSchema = 19,
}

/// <summary>Every kind of node that a statement may have, with every member that it may have.</summary>
/// <remarks>A kind or a member that is not here is refused: a later release of the engine may have put anything into it.</remarks>
internal static class TreeShapes
{
    private const string Common = "class type alias query_location";

    /// <summary>Expressions by <c>class</c>. PARAMETER, DEFAULT and whatever is bound are left out on purpose.</summary>
    public static FrozenDictionary<string, FrozenDictionary<string, Part>> Expressions { get; } = Shapes(
        ("CONSTANT", $"Plain: {Common}; Value: value"),
        ("COLUMN_REF", $"Plain: {Common} column_names"),
        ("POSITIONAL_REFERENCE", $"Plain: {Common} index"),
        ("FUNCTION", $"Plain: {Common} distinct is_operator; Function: function_name; FunctionSchema: schema; MustBeEmpty: catalog; Expressions: children; Expression: filter; Orders: order_bys; MustBeAbsent: export_state"),
        ("WINDOW", $"Plain: {Common} distinct ignore_nulls start end exclude_clause; Function: function_name; FunctionSchema: schema; MustBeEmpty: catalog; Expressions: children partitions; Orders: orders arg_orders; Expression: filter_expr start_expr end_expr offset_expr default_expr"),
        ("OPERATOR", $"Plain: {Common}; Expressions: children"),
        ("COMPARISON", $"Plain: {Common}; Expression: left right"),
        ("CONJUNCTION", $"Plain: {Common}; Expressions: children"),
        ("BETWEEN", $"Plain: {Common}; Expression: input lower upper"),
        ("CASE", $"Plain: {Common}; ExpressionRecords: case_checks; Expression: else_expr"),
        ("CAST", $"Plain: {Common} try_cast; Expression: child; Type: cast_type"),
        ("COLLATE", $"Plain: {Common}; Collation: collation; Expression: child"),
        ("LAMBDA", $"Plain: {Common}; Expression: lhs expr"),
        ("SUBQUERY", $"Plain: {Common} subquery_type comparison_type; Query: subquery; Expression: child"),
        ("STAR", $"Plain: {Common} relation_name exclude_list qualified_exclude_list rename_list; ExpressionRecords: replace_list; MustBeAbsent: columns expr"));

    /// <summary>Types of OPERATOR. OPERATOR_UNPACK, which comes with COLUMNS, is left out on purpose.</summary>
    public static FrozenSet<string> Operators { get; } = FrozenSet.Create(
        "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE", "OPERATOR_NULLIF", "OPERATOR_TRY", "COMPARE_IN", "COMPARE_NOT_IN",
        "ARRAY_EXTRACT", "ARRAY_SLICE", "ARRAY_CONSTRUCTOR", "STRUCT_EXTRACT", "GROUPING_FUNCTION");

    /// <summary>The statement's nodes by <c>type</c>.</summary>
    public static FrozenDictionary<string, FrozenDictionary<string, Part>> Nodes { get; } = Shapes(
        ("SELECT_NODE", "Plain: type group_sets aggregate_handling; Ctes: cte_map; Modifiers: modifiers; Expressions: select_list group_expressions; Expression: where_clause having qualify; Table: from_table; Value: sample"),
        ("SET_OPERATION_NODE", "Plain: type setop_type setop_all; Ctes: cte_map; Modifiers: modifiers; Node: left right"),
        ("RECURSIVE_CTE_NODE", "Plain: type cte_name aliases union_all; Ctes: cte_map; Modifiers: modifiers; Node: left right; Expressions: key_targets"));

    /// <summary>What may stand in FROM, by <c>type</c>. SHOW_REF (DESCRIBE, SUMMARIZE) and PIVOT are left out on purpose.</summary>
    public static FrozenDictionary<string, FrozenDictionary<string, Part>> Tables { get; } = Shapes(
        ("EMPTY", "Plain: type alias query_location; Value: sample"),
        ("BASE_TABLE", "Plain: type alias query_location table_name column_name_alias; Value: sample; MustBeEmpty: schema_name catalog_name; MustBeAbsent: at_clause"),
        ("SUBQUERY", "Plain: type alias query_location column_name_alias; Value: sample; Query: subquery"),
        ("JOIN", "Plain: type alias query_location join_type ref_type using_columns delim_flipped; Value: sample; Expression: condition; Expressions: duplicate_eliminated_columns; Table: left right"),
        ("EXPRESSION_LIST", "Plain: type alias query_location expected_names expected_types column_name_alias; Value: sample; ExpressionRows: values"),
        ("TABLE_FUNCTION", "Plain: type alias query_location column_name_alias with_ordinality; Value: sample; TableFunction: function"));

    public static FrozenDictionary<string, FrozenDictionary<string, Part>> Modifiers { get; } = Shapes(
        ("LIMIT_MODIFIER", "Plain: type; Expression: limit offset"),
        ("LIMIT_PERCENT_MODIFIER", "Plain: type; Expression: limit offset"),
        ("ORDER_MODIFIER", "Plain: type; Orders: orders"),
        ("DISTINCT_MODIFIER", "Plain: type; Expressions: distinct_on_targets"));

    /// <summary>Types that a statement may cast to, by the name that the parse tree gives.</summary>
    public static FrozenSet<string> Types { get; } = FrozenSet.ToFrozenSet(
        ("BOOLEAN BOOL TINYINT SMALLINT INTEGER INT BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT REAL DOUBLE DECIMAL NUMERIC VARCHAR TEXT STRING CHAR "
        + "BLOB DATE TIME TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS TIMESTAMPTZ INTERVAL UUID JSON LIST ARRAY STRUCT MAP").Split(' '), StringComparer.OrdinalIgnoreCase);

    public static FrozenSet<string> Collations { get; } = FrozenSet.ToFrozenSet(["nocase", "noaccent", "nfc", "binary"], StringComparer.OrdinalIgnoreCase);

    // "Plain: a b; Expression: c" is easier to read, and to review, than the same as code.
    private static FrozenDictionary<string, FrozenDictionary<string, Part>> Shapes(params (string Kind, string Members)[] shapes) =>
        shapes.ToFrozenDictionary(shape => shape.Kind, shape => Members(shape.Members), StringComparer.Ordinal);

    private static FrozenDictionary<string, Part> Members(string text) => text.Split("; ")
        .Select(group => group.Split(": "))
        .SelectMany(group => group[1].Split(' ').Select(member => KeyValuePair.Create(member, Enum.Parse<Part>(group[0]))))
        .ToFrozenDictionary(StringComparer.Ordinal);
}
