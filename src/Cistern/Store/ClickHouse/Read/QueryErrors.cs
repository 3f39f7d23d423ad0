using Cistern.Store.ClickHouse.Http;

namespace Cistern.Store.ClickHouse.Read;

/// <summary>What a ClickHouse said of a query, as a reason that a caller can act on.</summary>
internal static class QueryErrors
{
    public static StoreQueryException Translate(Exception error, QueryLimits limits, bool timedOut) => error switch
    {
        StoreQueryException translated => translated,
        OperationCanceledException when timedOut => TimedOut(limits, error),
        OperationCanceledException => new(StoreQueryFault.Canceled, "the query was canceled", error),
        ClickHouseException { Code: ClickHouseErrors.TimeoutExceeded or ClickHouseErrors.TooSlow } => TimedOut(limits, error),
        ClickHouseException { Code: ClickHouseErrors.MemoryLimitExceeded } => new(StoreQueryFault.OutOfMemory, "the query needs more memory than it may take; group by less, or ask for a shorter time", error),
        ClickHouseException { Code: ClickHouseErrors.TooManyRowsOrBytes } when error.Message.Contains("bytes", StringComparison.Ordinal) => new(StoreQueryFault.OutOfMemory, "the result is larger than one answer may be; ask for fewer columns or rows", error),
        ClickHouseException { Code: ClickHouseErrors.TooManyRowsOrBytes } => new(StoreQueryFault.TooManyRows, $"the result has more than {limits.Rows} rows; add a LIMIT or group further", error),
        ClickHouseException { Code: ClickHouseErrors.QueryWasCancelled } => new(StoreQueryFault.Canceled, "the query was canceled", error),
        ClickHouseException { Code: ClickHouseErrors.AllConnectionsFailed or ClickHouseErrors.NetworkError } => new(StoreQueryFault.Unavailable, $"a shard of ClickHouse is down, and an answer without it would be a part of one: {error.Message}", error),
        ClickHouseException { Code: ClickHouseErrors.UnknownUser or ClickHouseErrors.WrongPassword or ClickHouseErrors.RequiredPassword or ClickHouseErrors.AuthenticationFailed or ClickHouseErrors.TooManyQueries or ClickHouseErrors.Keeper or ClickHouseErrors.ReplicaIsNotInQuorum } =>
            new(StoreQueryFault.Unavailable, $"ClickHouse takes no queries now: {error.Message}", error),
        ClickHouseException { IsLost: true } => new(StoreQueryFault.Unavailable, error.Message, error),
        ClickHouseException => new(StoreQueryFault.Invalid, error.Message, error),
        _ => new(StoreQueryFault.Unavailable, $"the query failed: {error.Message}", error),
    };

    private static StoreQueryException TimedOut(QueryLimits limits, Exception error) =>
        new(StoreQueryFault.TimedOut, $"the query ran longer than {limits.Time.TotalSeconds:0.#} s; ask for less time or fewer columns", error);
}
