using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>A connection: temporary views of its own, one statement at a time.</summary>
/// <remarks>Not safe to share between threads, except for <see cref="Interrupt"/>.</remarks>
public sealed class DuckDbConnection : IDisposable
{
    private readonly ConnectionHandle _handle;

    internal DuckDbConnection(ConnectionHandle handle) => _handle = handle;

    /// <summary>Runs one statement or several and drops their results.</summary>
    public void Execute(string sql)
    {
        RefuseNul(sql);
        using var result = new ResultHandle();
        if (Api.Query(_handle, sql, result) != NativeState.Success)
        {
            throw DuckDbResult.ErrorOf(result);
        }
    }

    /// <summary>Prepares exactly one statement.</summary>
    /// <remarks>Its tables and views are bound now, and may be bound again whenever it is executed.</remarks>
    public DuckDbStatement Prepare(string sql)
    {
        RefuseNul(sql);
        var count = Api.ExtractStatements(_handle, sql, out var statements);
        using (statements)
        {
            if (count != 1)
            {
                throw NotOneStatement(statements, count);
            }

            if (Api.PrepareExtracted(_handle, statements, 0, out var prepared) != NativeState.Success)
            {
                throw PrepareFailed(prepared);
            }

            return new DuckDbStatement(this, prepared);
        }
    }

    /// <summary>Stops the statement that runs, from any thread. Without one, or after <see cref="Dispose"/>, it does nothing.</summary>
    public void Interrupt()
    {
        try
        {
            Api.Interrupt(_handle);
        }
        catch (ObjectDisposedException)
        {
            // The end of the connection won the race: there is nothing left to stop.
        }
    }

    /// <summary>Registers a table function <c>functionName(handle BIGINT)</c> for all connections of the instance, until it is closed.</summary>
    /// <param name="functionName">The name in SQL.</param>
    /// <param name="resolve">
    /// Gives the source of a handle, or null where there is none, which fails the statement. Called whenever a statement is bound: when
    /// a view is created, when a statement is prepared and again when it runs, from any thread.
    /// </param>
    public void RegisterScan(string functionName, Func<long, IScanSource?> resolve)
    {
        // The library would keep the first function of a name and say nothing.
        using var statement = Prepare("SELECT 1 FROM duckdb_functions() WHERE lower(function_name) = lower($1) LIMIT 1");
        statement.Bind(1, functionName);
        using var same = statement.Execute();
        if (same.NextChunk())
        {
            throw new DuckDbException(DuckDbErrorKind.Catalog, $"cannot register table function '{functionName}': there is a function of that name");
        }

        ScanFunction.Register(_handle, functionName, resolve);
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>Ends a streaming statement that was left half-way: the library keeps its plan, and with it the scans, until the next one begins.</summary>
    internal void EndStatement()
    {
        if (!_handle.IsClosed)
        {
            Prepare("SELECT 1").Dispose();
        }
    }

    // The library reads text up to the first NUL. What stands behind it must not pass as if it had been read.
    private static void RefuseNul(string sql)
    {
        var place = sql.IndexOf('\0', StringComparison.Ordinal);
        if (place >= 0)
        {
            throw new DuckDbException(DuckDbErrorKind.Parser, $"the statement holds a NUL character at position {place}; remove it");
        }
    }

    private static DuckDbException NotOneStatement(ExtractedHandle statements, ulong count)
    {
        var error = Utf8.Read(Api.ExtractStatementsError(statements));
        return error.Length > 0
            ? DuckDbException.FromText(error)
            : new DuckDbException(DuckDbErrorKind.Parser, $"expected exactly one statement, found {count}");
    }

    private static DuckDbException PrepareFailed(PreparedHandle prepared)
    {
        using (prepared)
        {
            return DuckDbException.FromText(Utf8.Read(Api.PrepareError(prepared)));
        }
    }
}
