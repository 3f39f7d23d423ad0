using System.Globalization;
using Cistern.Formats;
using Cistern.Query;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Dashboard;

/// <summary>What keys brought; null in place of a number means that it cannot be known now.</summary>
internal sealed class KeyFigures(IReadOnlyDictionary<string, (long Deliveries, long Rows)>? byKey)
{
    public static KeyFigures Unknown { get; } = new(null);

    public static KeyFigures None { get; } = new(new Dictionary<string, (long, long)>());

    public long? DeliveriesOf(string key) => byKey is null ? null : byKey.GetValueOrDefault(key).Deliveries;

    public long? RowsOf(string key) => byKey is null ? null : byKey.GetValueOrDefault(key).Rows;
}

/// <summary>Asks the table of deliveries what each key brought today.</summary>
internal sealed class KeyTraffic(IStore store, QuestionLimits limits, TimeProvider time)
{
    // One row a key that delivered today.
    private const int KeysMax = 1_000_000;

    private string Sql => $"""SELECT "key", count(*), CAST(coalesce(sum("rows"), 0) AS BIGINT) FROM deliveries WHERE time >= {store.Dialect.Parameter(1)} GROUP BY "key" """;

    /// <summary>Since midnight in a time zone. Keys are administered also while the store cannot be asked: then nothing is known.</summary>
    public async Task<KeyFigures> TodayAsync(TimeZoneInfo zone, CancellationToken cancel)
    {
        if (!store.Readiness.CanQuery)
        {
            return KeyFigures.Unknown;
        }

        var now = time.GetUtcNow();
        var midnight = Zones.ToUtc(zone, TimeZoneInfo.ConvertTime(now, zone).Date);
        try
        {
            // To tomorrow, so that a clock that was put back hides nothing.
            var query = new StoreQuery(Sql, [midnight], [Tables.Deliveries.Name], new TimeRange(midnight, now.AddDays(1)), QueryPool.Panels, new QueryLimits(limits.PanelTime, KeysMax));
            using var result = await store.QueryAsync(query, cancel);
            return new KeyFigures(Read(result));
        }
        catch (StoreQueryException)
        {
            return KeyFigures.Unknown;
        }
    }

    private static Dictionary<string, (long Deliveries, long Rows)> Read(IQueryResult result)
    {
        var byKey = new Dictionary<string, (long, long)>();
        while (result.Read())
        {
            byKey[(string)result[0]!] = (Convert.ToInt64(result[1], CultureInfo.InvariantCulture), Convert.ToInt64(result[2], CultureInfo.InvariantCulture));
        }

        return byKey;
    }
}
