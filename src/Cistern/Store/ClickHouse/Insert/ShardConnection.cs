using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>Statements of a commit to one server of a shard, each with a limit of time: one that hangs is one that is down.</summary>
/// <param name="quorum">How many replicas must have an insert; 0 for a server without replicas.</param>
/// <param name="limits">How long a statement may take.</param>
/// <param name="joins">It may put inserts of several nodes together: see <see cref="InsertSettings.Joined"/>.</param>
internal sealed class ShardConnection(ClickHouseClient client, StatementLimits? limits = null, int quorum = 0, bool joins = false)
{
    private const int RowsMax = 10_000_000;

    // ClickHouse refuses statements over 256 KiB if it is not told that they come.
    private const int StatementRoom = 64 << 10;

    private readonly StatementLimits _limits = limits ?? new StatementLimits();

    /// <summary>How many replicas must have an insert; 0 for a server without replicas.</summary>
    public int Quorum => quorum;

    /// <summary>Runs a SELECT whose answer is small, and reads it whole.</summary>
    /// <exception cref="ClickHouseException"/>
    public Task<List<object?[]>> SelectAsync(string sql, IReadOnlyDictionary<string, string> parameters, CancellationToken cancel) => WithinAsync(_limits.Select, limit => ReadAsync(sql, parameters, limit), cancel);

    /// <summary>The same with the time of an insert: for what looks at many rows.</summary>
    /// <exception cref="ClickHouseException"/>
    public Task<List<object?[]>> ScanAsync(string sql, IReadOnlyDictionary<string, string> parameters, CancellationToken cancel) => WithinAsync(_limits.Insert, limit => ReadAsync(sql, parameters, limit), cancel);

    /// <exception cref="ClickHouseException">It may have been done all the same.</exception>
    public Task InsertAsync(string into, INativeBlock block, string token, bool mayJoin, CancellationToken cancel)
    {
        var settings = joins && mayJoin ? InsertSettings.Joined(token, quorum) : InsertSettings.Of(token, quorum);
        return WithinAsync(
            _limits.Insert,
            async limit =>
            {
                await client.InsertAsync($"INSERT INTO {into} FORMAT Native", new BlockContent(block), settings, limit);
                return true;
            },
            cancel);
    }

    private async Task<List<object?[]>> ReadAsync(string sql, IReadOnlyDictionary<string, string> parameters, CancellationToken cancel)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["default_format"] = "RowBinaryWithNamesAndTypes",
            ["max_query_size"] = (sql.Length + StatementRoom).ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        using var answer = await client.SelectAsync(sql, parameters, settings, cancel);
        try
        {
            // Whole before it is read, because a reader cannot be told to stop in the middle of a value.
            await answer.Content.LoadIntoBufferAsync(cancel);
            using var result = await ClickHouseResult.OpenAsync(answer, RowsMax, 0, cancel);
            return result.ReadRows();
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidDataException or StoreQueryException)
        {
            throw Strange(error);
        }
    }

    /// <summary>For an answer that no ClickHouse gives: of a proxy, or cut.</summary>
    public ClickHouseException Strange(Exception? inner = null) => new(0, $"{client.Host.Authority} gave an answer that is cut or none of ClickHouse's{(inner is null ? "" : $": {inner.Message}")}", inner);

    private async Task<T> WithinAsync<T>(TimeSpan time, Func<CancellationToken, Task<T>> run, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(time);
        try
        {
            return await run(limit.Token);
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new ClickHouseException(0, $"{client.Host.Authority} did not answer within {time.TotalSeconds:0} s", error);
        }
    }
}

/// <summary>How long a statement may take, a hanging server included: two of them fit into what a delivery may take, also if the first hangs.</summary>
internal sealed record StatementLimits
{
    public TimeSpan Select { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Insert { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>For a server behind which no other is tried: it may be slow.</summary>
    public StatementLimits OfLast => this with { Insert = Insert * 2 };
}
