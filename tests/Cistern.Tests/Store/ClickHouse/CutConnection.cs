using Cistern.Store.ClickHouse.Http;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>A connection that sees every statement, and breaks at the first insert into one table: before it was sent or after it was done.</summary>
internal sealed class CutConnection(string? table = null, bool done = false) : DelegatingHandler(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)))
{
    private readonly Lock _lock = new();
    private readonly List<Dictionary<string, string>> _inserts = [];
    private bool _cut;

    /// <summary>The parameters of each insert, in the order in which they were sent.</summary>
    public IReadOnlyList<Dictionary<string, string>> Inserts => _inserts;

    public int Selects { get; private set; }

    /// <summary>Rows that ClickHouse says to have read for SELECTs.</summary>
    public long RowsRead { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var query = request.RequestUri!.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[1]));
        if (!query.TryGetValue("query", out var sql) || !sql.StartsWith("INSERT", StringComparison.Ordinal))
        {
            var answer = await base.SendAsync(request, cancellationToken);
            lock (_lock)
            {
                Selects++;
                RowsRead += answer.Headers.TryGetValues("X-ClickHouse-Summary", out var summary) ? long.Parse(System.Text.Json.JsonDocument.Parse(summary.First()).RootElement.GetProperty("read_rows").GetString()!, System.Globalization.CultureInfo.InvariantCulture) : 0;
            }

            return answer;
        }

        bool cut;
        lock (_lock)
        {
            _inserts.Add(query);
            cut = !_cut && table is not null && sql.Contains($" {table} ", StringComparison.Ordinal);
            _cut |= cut;
        }

        if (cut && done)
        {
            (await base.SendAsync(request, cancellationToken)).Dispose();
        }

        return cut ? throw new HttpRequestException("cut") : await base.SendAsync(request, cancellationToken);
    }
}
