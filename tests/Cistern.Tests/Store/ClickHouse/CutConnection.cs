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

    /// <summary>The text of each other statement, and its parameters.</summary>
    public List<(string Sql, Dictionary<string, string> Query)> Selects { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var query = request.RequestUri!.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[1]));
        if (!query.TryGetValue("query", out var sql) || !sql.StartsWith("INSERT", StringComparison.Ordinal))
        {
            var text = await request.Content!.ReadAsStringAsync(cancellationToken);
            lock (_lock)
            {
                Selects.Add((text, query));
            }

            return await base.SendAsync(request, cancellationToken);
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
