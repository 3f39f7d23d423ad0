using System.Text;
using Cistern.DuckDb;

namespace Cistern.Tests.DuckDb;

/// <summary>Databases and queries in one line, for tests.</summary>
internal static class Databases
{
    /// <summary>An empty database with two threads, and settings of the test's choice.</summary>
    public static DuckDbInstance Open(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string> { ["threads"] = "2", ["autoinstall_known_extensions"] = "false", ["autoload_known_extensions"] = "false" };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return DuckDbInstance.Open(all);
    }

    /// <summary>All rows of a query, boxed.</summary>
    public static List<object?[]> Rows(this DuckDbConnection connection, string sql, bool streaming = false)
    {
        using var statement = connection.Prepare(sql);
        using var result = statement.Execute(streaming);
        return result.Rows();
    }

    public static List<object?[]> Rows(this DuckDbResult result)
    {
        var rows = new List<object?[]>();
        while (result.NextChunk())
        {
            for (var row = 0; row < result.ChunkSize; row++)
            {
                rows.Add([.. Enumerable.Range(0, result.ColumnCount).Select(column => result.Vector(column).GetValue(row))]);
            }
        }

        return rows;
    }

    /// <summary>The one value of the one row of a query.</summary>
    public static object? Value(this DuckDbConnection connection, string sql) => Assert.Single(Assert.Single(connection.Rows(sql)));

    /// <summary>One line a row, for comparisons that are to be read.</summary>
    public static string Text(object? value) => value switch
    {
        null => "NULL",
        byte[] bytes => Convert.ToHexString(bytes),
        IReadOnlyList<KeyValuePair<string, object?>> pairs => $"{{{string.Join(", ", pairs.Select(pair => $"{pair.Key}={Text(pair.Value)}"))}}}",
        IReadOnlyList<object?> list => $"[{string.Join(", ", list.Select(Text))}]",
        DateTimeOffset time => time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
