namespace Cistern.Store.ClickHouse.Insert;

/// <summary>What every insert says, because none of ClickHouse's defaults keeps our promises.</summary>
internal static class InsertSettings
{
    /// <summary>
    /// Synchronous; one block, however large, so that the token names all rows of a delivery and table; the token, whatever the rows are now; in a cluster two replicas have it before the answer.
    /// What is synced stands with the tables (<see cref="Schema.ClickHouseSchema"/>).
    /// </summary>
    public static Dictionary<string, string> Of(string token, bool replicated)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["async_insert"] = "0",
            ["insert_deduplicate"] = "1",
            ["insert_deduplication_token"] = token,
            ["input_format_parallel_parsing"] = "0",
            ["max_insert_block_size"] = "100000000",
            ["min_insert_block_size_rows"] = "100000000",
            ["min_insert_block_size_bytes"] = "4000000000",
        };
        if (replicated)
        {
            settings["insert_quorum"] = "2";
            settings["insert_quorum_parallel"] = "1";
        }

        return settings;
    }
}
