using System.Globalization;
using System.Text.Json;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse.Read;

/// <summary>Runs queries on a ClickHouse, within their limits; one whose caller left is killed there too.</summary>
/// <param name="sqlMemory">Bytes that a user's statement may hold; 0 leaves it to the server.</param>
internal sealed class QueryRuns(ClickHouseClient client, long sqlMemory = 0)
{
    // The server has the limit too and says it better; this is for one that hangs.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    /// <exception cref="StoreQueryException">It failed.</exception>
    public async Task<IQueryResult> RunAsync(StoreQuery query, CancellationToken cancel)
    {
        var statement = ClickHouseQuery.Of(query, sqlMemory);
        var id = $"cistern-{Guid.NewGuid():N}";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(query.Limits.Time + Grace);
        HttpResponseMessage? answer = null;
        try
        {
            answer = await client.SelectAsync(statement.Sql, statement.Parameters, new Dictionary<string, string>(statement.Settings) { ["query_id"] = id }, limit.Token);
            return await ClickHouseResult.OpenAsync(answer, query.Limits.Rows, RowsReadOf(answer), limit.Token);
        }
        catch (Exception error)
        {
            answer?.Dispose();
            if (error is OperationCanceledException)
            {
                await KillAsync(id);
            }

            throw QueryErrors.Translate(error, query.Limits, timedOut: !cancel.IsCancellationRequested);
        }
    }

    // ClickHouse goes on with a statement whose connection was closed until it next writes to it.
    private async Task KillAsync(string id)
    {
        using var limit = new CancellationTokenSource(KillTime);
        try
        {
            await client.RunAsync($"KILL QUERY WHERE query_id = {ClickHouseSchema.Literal(id)} ASYNC", ClickHouseValues.None, limit.Token);
        }
        catch (Exception error) when (error is ClickHouseException or OperationCanceledException)
        {
            // It ends by its own limit of time.
        }
    }

    private static long RowsReadOf(HttpResponseMessage answer)
    {
        if (!answer.Headers.TryGetValues("X-ClickHouse-Summary", out var values))
        {
            return 0;
        }

        try
        {
            using var summary = JsonDocument.Parse(values.First());
            return summary.RootElement.TryGetProperty("read_rows", out var rows) && long.TryParse(rows.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : 0;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return 0;
        }
    }
}
