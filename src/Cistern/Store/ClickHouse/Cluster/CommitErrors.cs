using Cistern.Store.ClickHouse.Http;

namespace Cistern.Store.ClickHouse.Cluster;

/// <summary>What kept a server from storing, in a sentence that its operator can act on.</summary>
internal static class CommitErrors
{
    private const int WordsMax = 300;

    public static string Describe(Uri host, ClickHouseException error, int quorum) => error.Code switch
    {
        0 => Words(error),
        ClickHouseErrors.TableIsReadOnly => $"{host.Authority} has its tables read-only, because it lost its Keeper: look whether Keeper runs, and at system.replicas",
        ClickHouseErrors.Keeper => $"{host.Authority} cannot use its Keeper ({Words(error)})",
        ClickHouseErrors.TooFewLiveReplicas or ClickHouseErrors.UnsatisfiedQuorum => $"{host.Authority} finds fewer than {quorum} replicas of its shard alive: start the others, or put quorum=1 into the store's address to go on with one copy of what arrives",
        ClickHouseErrors.UnknownStatusOfInsert => $"{host.Authority} cannot say whether {quorum} replicas have the delivery ({Words(error)})",
        ClickHouseErrors.TooManyParts => $"{host.Authority} merges more slowly than deliveries come: let streams buffer longer (more MiB or seconds each), or add a shard ({Words(error)})",
        ClickHouseErrors.MemoryLimitExceeded => $"{host.Authority} has no memory for the delivery: give it more, or let queries take less ({Words(error)})",
        ClickHouseErrors.TooManyQueries => $"{host.Authority} runs as many statements as it may: raise its max_concurrent_queries, or ask it less ({Words(error)})",
        ClickHouseErrors.NotEnoughSpace => $"the disk of {host.Authority} is full ({Words(error)})",
        ClickHouseErrors.UnknownUser or ClickHouseErrors.WrongPassword or ClickHouseErrors.RequiredPassword or ClickHouseErrors.AuthenticationFailed => $"{host.Authority} refuses the user or the password of the store's address",
        ClickHouseErrors.AccessDenied or ClickHouseErrors.ReadOnlyUser => $"{host.Authority} does not let the user of the store's address write: {Words(error)}",
        ClickHouseErrors.UnknownTable or ClickHouseErrors.UnknownDatabase => $"{host.Authority} lacks a table ({Words(error)}); Cistern makes its tables when it starts",
        ClickHouseErrors.TimeoutExceeded => $"{host.Authority} took too long: {Words(error)}",
        _ => $"{host.Authority} refuses: {Words(error)} (code {error.Code})",
    };

    /// <summary>What the next delivery had better know of the server; null for what passes by itself, as that it is busy.</summary>
    public static ReplicaState? StateAfter(ClickHouseException error, string trouble) => error.Code switch
    {
        0 or ClickHouseErrors.UnknownUser or ClickHouseErrors.WrongPassword or ClickHouseErrors.RequiredPassword or ClickHouseErrors.AuthenticationFailed => ReplicaState.Away(trouble),
        ClickHouseErrors.TableIsReadOnly or ClickHouseErrors.Keeper or ClickHouseErrors.NotEnoughSpace or ClickHouseErrors.AccessDenied or ClickHouseErrors.ReadOnlyUser
            or ClickHouseErrors.UnknownTable or ClickHouseErrors.UnknownDatabase => ReplicaState.ReadOnly(trouble),
        _ => null,
    };

    // One line, of a length that fits into an answer: a proxy may have sent a page.
    private static string Words(ClickHouseException error)
    {
        var line = string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= WordsMax ? line : line[..WordsMax] + "…";
    }
}
