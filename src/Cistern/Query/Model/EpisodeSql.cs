using Cistern.Query.Catalogue;
using Cistern.Store;

namespace Cistern.Query.Model;

/// <summary>Marks the rows at which read episodes begin: what a measure that counts episodes reads instead of the table.</summary>
/// <remarks>
/// An episode is a burst of requests that an operator's agents make at a host because somebody asked: a gap of more than ten seconds ends it. Addresses do not tell them apart,
/// because one question is often read from several. Only the rows of these classes are sorted; all others stand beside them, so that other measures of the question count them.
/// <code>
/// SELECT *, FALSE AS episode_begins, … FROM requests WHERE … AND NOT (class is one of them)
/// UNION ALL
/// SELECT *, (no row within ten seconds before) AS episode_begins, … FROM requests WHERE … AND (class is one of them)
/// </code>
/// </remarks>
internal static class EpisodeSql
{
    /// <summary>Of a row: an episode begins with it.</summary>
    public const string Begins = "episode_begins";

    /// <summary>Of a row: its episode holds a request of /robots.txt.</summary>
    public const string Checks = "episode_checks";

    /// <summary>Classes that read because a person asked.</summary>
    public const string IsAsked = "class IN ('user-fetch', 'agent')";

    private const long GapMicroseconds = 10_000_000;
    private const string Number = "episode_number";

    // What asks at the same time has an order too, so that the same question has the same answer.
    private const string Sequence = "PARTITION BY operator, host ORDER BY time, path, user_agent";

    /// <param name="where">The condition for all rows, which decides also what an episode is made of.</param>
    public static string Marked(SqlDialect dialect, string table, string where, RowMarks marks)
    {
        var time = dialect.Microseconds("time");
        var begins = $"SELECT *, coalesce({time} - {dialect.Previous(time, Sequence)} > {GapMicroseconds}, TRUE) AS {Begins} FROM {table} WHERE {where} AND {IsAsked}";
        return marks == RowMarks.Episodes
            ? $"SELECT *, FALSE AS {Begins} FROM {table} WHERE {where} AND NOT {IsAsked} UNION ALL {begins}"
            : $"SELECT *, FALSE AS {Begins}, 0 AS {Number}, FALSE AS {Checks} FROM {table} WHERE {where} AND NOT {IsAsked} UNION ALL {WithChecks(begins)}";
    }

    private static string WithChecks(string begins)
    {
        var numbered = $"SELECT *, sum(CASE WHEN {Begins} THEN 1 ELSE 0 END) OVER ({Sequence} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS {Number} FROM ({begins}) AS beginnings";
        return $"SELECT *, max(CASE WHEN path = '/robots.txt' THEN 1 ELSE 0 END) OVER (PARTITION BY operator, host, {Number}) = 1 AS {Checks} FROM ({numbered}) AS numbered";
    }
}
