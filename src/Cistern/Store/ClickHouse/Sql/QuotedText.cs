namespace Cistern.Store.ClickHouse.Sql;

/// <summary>Looks at what a tree does not show, in a statement as ClickHouse itself has written it: without comments, texts in <c>'…'</c>, names in <c>`…`</c>, a backslash before what would end them.</summary>
internal static class QuotedText
{
    /// <summary>What in it must not be; null if nothing is.</summary>
    public static string? Problem(string sql)
    {
        for (var place = 0; place < sql.Length; place++)
        {
            switch (sql[place])
            {
                case '\'':
                case '`':
                    var end = End(sql, place);
                    if (end < 0)
                    {
                        return "a text in it does not end";
                    }

                    // The tree writes names as they are, so that one with a line break would look like other lines of it.
                    if (sql[place] == '`' && sql.AsSpan(place, end - place).ContainsAny('\\', '\n', '\r'))
                    {
                        return "a name in it has a backslash or a character that cannot be printed; use others";
                    }

                    place = end;
                    break;
                case ';': return "exactly one SELECT is allowed; send them one by one";
                case '{': return "parameters are not allowed: there is nothing to fill them with; write the value";
                case '"' or '$' or < ' ': return $"it has a character '{sql[place]}' outside of a text";

                // A table can be named by its number too, which the tree does not show.
                case 'U' or 'u' when IsUuid(sql, place): return "a table cannot be named by its UUID";
            }
        }

        return null;
    }

    private static int End(string sql, int begin)
    {
        for (var place = begin + 1; place < sql.Length; place++)
        {
            if (sql[place] == '\\')
            {
                place++;
            }
            else if (sql[place] == sql[begin])
            {
                return place;
            }
        }

        return -1;
    }

    private static bool IsUuid(string sql, int place) =>
        string.Compare(sql, place, "UUID", 0, 4, StringComparison.OrdinalIgnoreCase) == 0
        && (place == 0 || !char.IsAsciiLetterOrDigit(sql[place - 1]))
        && sql.AsSpan(Math.Min(sql.Length, place + 4)).TrimStart().StartsWith("'");
}
