namespace Cistern.DuckDb;

/// <summary>Text as part of a statement, for the places where DuckDB takes no parameter (<c>COPY … TO</c>, views, settings).</summary>
public static class DuckDbSql
{
    /// <summary>A text literal; DuckDB knows no other escape than the doubled quote.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A quoted name.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A list of text literals, also as the value of a setting.</summary>
    public static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Literal))}]";
}
