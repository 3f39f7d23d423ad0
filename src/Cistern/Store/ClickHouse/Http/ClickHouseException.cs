namespace Cistern.Store.ClickHouse.Http;

/// <summary>What a ClickHouse refused, or why none answered.</summary>
/// <param name="code">ClickHouse's number (<c>ErrorCodes.cpp</c>); 0 if it gave none: no connection, a cut answer, a proxy.</param>
/// <param name="message">ClickHouse's words, without the version at their end; safe to show.</param>
internal sealed class ClickHouseException(int code, string message, Exception? inner = null) : Exception(message, inner)
{
    public int Code { get; } = code;

    /// <summary>Whether it is not known if the statement was run: an insert may have been done.</summary>
    public bool IsLost => Code == 0;
}

/// <summary>The numbers of ClickHouse's errors that mean something to us.</summary>
internal static class ClickHouseErrors
{
    public const int UnknownFunction = 46;
    public const int UnknownTable = 60;
    public const int SyntaxError = 62;
    public const int ReadOnlyUser = 164;
    public const int UnknownUser = 192;
    public const int WrongPassword = 193;
    public const int RequiredPassword = 194;
    public const int TooManyQueries = 202;
    public const int NetworkError = 210;
    public const int NotEnoughSpace = 243;
    public const int TooManyParts = 252;
    public const int AllConnectionsFailed = 279;
    public const int TooFewLiveReplicas = 285;
    public const int UnsatisfiedQuorum = 286;
    public const int UnknownStatusOfInsert = 319;
    public const int AccessDenied = 497;
    public const int ClusterDoesNotExist = 170;
    public const int AuthenticationFailed = 516;
    public const int Keeper = 999;
    public const int UnknownDatabase = 81;
    public const int TimeoutExceeded = 159;
    public const int TooSlow = 160;
    public const int TableIsReadOnly = 242;
    public const int ReplicaIsNotInQuorum = 289;
    public const int MemoryLimitExceeded = 241;
    public const int TooManyRowsOrBytes = 396;
    public const int QueryWasCancelled = 394;
}
