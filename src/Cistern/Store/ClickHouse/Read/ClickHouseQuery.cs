using System.Globalization;
using System.Text.RegularExpressions;
using Cistern.Store.ClickHouse.Http;

namespace Cistern.Store.ClickHouse.Read;

/// <summary>A statement of ours as ClickHouse takes it: the types of the parameters stand in it, their values beside it, and its limits are settings.</summary>
internal sealed partial record ClickHouseQuery(string Sql, IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, string> Settings)
{
    // Of values as ClickHouse holds them: about an answer of the largest size that is sent.
    private const long ResultBytesMax = 128L << 20;

    /// <param name="sqlMemory">Bytes that a user's statement may hold; 0 leaves it to the server.</param>
    public static ClickHouseQuery Of(StoreQuery query, long sqlMemory = 0)
    {
        // A statement without parameters is a user's, or ours without any value: a text in it that looks like a place for one is a text.
        var sql = query.Parameters.Count == 0 ? query.Sql : Placeholder().Replace(query.Sql, match =>
        {
            var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return $"{{p{number}:{ClickHouseValues.TypeOf(query.Parameters[number - 1])}}}";
        });
        var parameters = query.Parameters.Index().ToDictionary(one => $"p{one.Index + 1}", one => ClickHouseValues.TextOf(one.Item), StringComparer.Ordinal);
        return new ClickHouseQuery(sql, parameters, SettingsOf(query, sqlMemory));
    }

    private static Dictionary<string, string> SettingsOf(StoreQuery query, long sqlMemory)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["default_format"] = "RowBinaryWithNamesAndTypes",
            ["max_execution_time"] = query.Limits.Time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture),
            ["cancel_http_readonly_queries_on_client_close"] = "1",
            ["join_use_nulls"] = "1",
            ["skip_unavailable_shards"] = "0", // Whatever the user's profile says: an answer is never a part of one.
        };
        if (query.Pool == QueryPool.Sql)
        {
            AddUserLimits(settings, query.Limits.Rows, sqlMemory);
        }

        // Last: nothing can be set once it holds.
        settings["readonly"] = query.Pool == QueryPool.Sql ? "1" : "2";
        return settings;
    }

    // The server keeps an answer until it is whole, so it has to know how large one may become.
    private static void AddUserLimits(Dictionary<string, string> settings, long rows, long memory)
    {
        settings["max_result_rows"] = rows.ToString(CultureInfo.InvariantCulture);
        settings["max_result_bytes"] = ResultBytesMax.ToString(CultureInfo.InvariantCulture);
        settings["result_overflow_mode"] = "throw";
        if (memory > 0)
        {
            settings["max_memory_usage"] = memory.ToString(CultureInfo.InvariantCulture);
            settings["max_bytes_before_external_group_by"] = settings["max_bytes_before_external_sort"] = (memory / 2).ToString(CultureInfo.InvariantCulture);
        }
    }

    // The value of a parameter never holds one: it travels beside the statement.
    [GeneratedRegex(@"\{p(\d+):\}")]
    private static partial Regex Placeholder();
}
