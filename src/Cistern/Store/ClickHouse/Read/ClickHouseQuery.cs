using System.Globalization;
using System.Text.RegularExpressions;
using Cistern.Store.ClickHouse.Http;

namespace Cistern.Store.ClickHouse.Read;

/// <summary>A statement of ours as ClickHouse takes it: the types of the parameters stand in it, their values beside it, and its limits are settings.</summary>
internal sealed partial record ClickHouseQuery(string Sql, IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, string> Settings)
{
    public static ClickHouseQuery Of(StoreQuery query)
    {
        var sql = Placeholder().Replace(query.Sql, match =>
        {
            var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return $"{{p{number}:{ClickHouseValues.TypeOf(query.Parameters[number - 1])}}}";
        });
        var parameters = query.Parameters.Index().ToDictionary(one => $"p{one.Index + 1}", one => ClickHouseValues.TextOf(one.Item), StringComparer.Ordinal);
        return new ClickHouseQuery(sql, parameters, SettingsOf(query.Limits));
    }

    private static Dictionary<string, string> SettingsOf(QueryLimits limits) => new(StringComparer.Ordinal)
    {
        ["default_format"] = "RowBinaryWithNamesAndTypes",
        ["max_execution_time"] = limits.Time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture),
        ["join_use_nulls"] = "1",
        ["readonly"] = "2",
        ["skip_unavailable_shards"] = "0", // Whatever the user's profile says: an answer is never a part of one.
    };

    // The value of a parameter never holds one: it travels beside the statement.
    [GeneratedRegex(@"\{p(\d+):\}")]
    private static partial Regex Placeholder();
}
