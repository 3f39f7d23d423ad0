namespace Cistern.Store;

/// <summary>Which of the store's engines runs a query: each has its own memory, threads and spill space.</summary>
public enum QueryPool
{
    /// <summary>Panels, rows, facets: SQL that we wrote.</summary>
    Panels = 1,

    /// <summary><c>/api/sql</c>: SQL that a user wrote and that passed the allow-list.</summary>
    Sql = 2,
}

/// <summary>A half-open range of <c>time</c>, in UTC.</summary>
public readonly record struct TimeRange(DateTimeOffset From, DateTimeOffset To);

/// <param name="Time">How long it may run.</param>
/// <param name="Rows">How many rows may be read from the result before <see cref="StoreQueryFault.TooManyRows"/>.</param>
public sealed record QueryLimits(TimeSpan Time, long Rows);

/// <summary>One SELECT in the store's SQL.</summary>
/// <param name="Sql">The statement. It names tables as in <c>docs/schema.md</c>; parameters are <c>$1</c>, <c>$2</c>, ….</param>
/// <param name="Parameters">Values of the parameters: null, bool, int, long, double, string, DateTimeOffset or byte[].</param>
/// <param name="Tables">The tables that the statement names.</param>
/// <param name="Range">If set, only rows with <c>time</c> in it matter and files outside it are not opened; the statement still has to filter.</param>
public sealed record StoreQuery(
    string Sql, IReadOnlyList<object?> Parameters, IReadOnlyList<string> Tables, TimeRange? Range, QueryPool Pool, QueryLimits Limits)
{
    /// <summary>If set, only rows with <c>received</c> at or after it matter and what holds only older ones is not opened; the statement still has to filter.</summary>
    public DateTimeOffset? ReceivedSince { get; init; }

    /// <summary>How long the texts may be that it reads; null if any length will do.</summary>
    public TextBound? Texts { get; init; }
}

/// <summary>What kind of value a column of a result holds, for writers of JSON, CSV and tables.</summary>
public enum ResultKind
{
    Boolean = 1,

    /// <summary><c>long</c>, or <c>System.Int128</c>/<c>BigInteger</c> for sums.</summary>
    Integer = 2,

    /// <summary><c>double</c>.</summary>
    Double = 3,

    /// <summary><c>decimal</c>.</summary>
    Decimal = 4,

    /// <summary><c>DateTimeOffset</c> in UTC.</summary>
    Time = 5,

    /// <summary><c>string</c>.</summary>
    Text = 6,

    /// <summary><c>byte[]</c>.</summary>
    Bytes = 7,

    /// <summary><c>IReadOnlyList&lt;object?&gt;</c>.</summary>
    List = 8,

    /// <summary><c>IReadOnlyList&lt;KeyValuePair&lt;string, object?&gt;&gt;</c>: a map or a struct.</summary>
    Map = 9,
}

public sealed record ResultColumn(string Name, ResultKind Kind);

/// <summary>Rows of a result, read forward once.</summary>
public interface IQueryResult : IDisposable
{
    IReadOnlyList<ResultColumn> Columns { get; }

    /// <summary>Rows of the tables that the snapshot held when the query began (not all of them were read).</summary>
    long SnapshotRows { get; }

    /// <summary>How many rows of <c>requests</c> in it were classified by the rules in force; none of none if the statement does not read that table.</summary>
    Classified Classified => default;

    /// <summary>Goes to the next row.</summary>
    /// <exception cref="StoreQueryException">A limit was hit, or the engine failed.</exception>
    bool Read();

    /// <summary>A value of the current row, as <see cref="ResultKind"/> says, or null.</summary>
    object? this[int column] { get; }
}

/// <summary>Results that are known to be small.</summary>
internal static class QueryResults
{
    /// <summary>All rows that were not read yet.</summary>
    /// <exception cref="StoreQueryException">A limit was hit, or the engine failed.</exception>
    public static List<object?[]> ReadRows(this IQueryResult result)
    {
        var rows = new List<object?[]>();
        while (result.Read())
        {
            rows.Add([.. Enumerable.Range(0, result.Columns.Count).Select(column => result[column])]);
        }

        return rows;
    }
}

/// <summary>Why a query did not give its result. The name is a metric label: append only.</summary>
public enum StoreQueryFault
{
    /// <summary>The statement is wrong; the message is the engine's.</summary>
    Invalid = 1,

    TimedOut = 2,

    OutOfMemory = 3,

    TooManyRows = 4,

    Canceled = 5,

    /// <summary>The store is starting, or its engine is being made anew.</summary>
    Unavailable = 6,
}

/// <summary>A query that failed, with a reason that a caller can act on.</summary>
public sealed class StoreQueryException(StoreQueryFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public StoreQueryFault Fault { get; } = fault;
}
