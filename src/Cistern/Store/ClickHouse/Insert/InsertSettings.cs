using System.Globalization;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>What every insert says, because none of ClickHouse's defaults keeps our promises.</summary>
internal static class InsertSettings
{
    // A replica that just died counts as alive until its session with Keeper ends; by default an insert would wait ten minutes for it, longer than any sender.
    private const int QuorumMilliseconds = 15_000;

    /// <summary>
    /// Synchronous; one block, however large, and however many days it has, so that the token names all rows of a delivery and table; the token, whatever the rows are now; in a cluster so many replicas have it before the answer.
    /// What is synced stands with the tables (<see cref="Schema.ClickHouseSchema"/>).
    /// </summary>
    /// <param name="quorum">How many replicas must have it; 0 for a server without replicas.</param>
    public static Dictionary<string, string> Of(string token, int quorum)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["async_insert"] = "0",
            ["insert_deduplicate"] = "1",
            ["insert_deduplication_token"] = token,
            ["input_format_parallel_parsing"] = "0",
            ["max_insert_block_size"] = "100000000",
            ["max_partitions_per_insert_block"] = "0",
            ["min_insert_block_size_rows"] = "100000000",
            ["min_insert_block_size_bytes"] = "4000000000",
        };
        if (quorum > 0)
        {
            settings["insert_quorum"] = quorum.ToString(CultureInfo.InvariantCulture);
            settings["insert_quorum_parallel"] = "1";
            settings["insert_quorum_timeout"] = QuorumMilliseconds.ToString(CultureInfo.InvariantCulture);
        }

        return settings;
    }

    /// <summary>
    /// For rows that were sent without an id: ClickHouse puts those of several nodes into one part, and answers when it is written. Only replicated tables keep the tokens of one such part apart; a server without replicas gets
    /// <see cref="Of"/>.
    /// </summary>
    public static Dictionary<string, string> Joined(string token, int quorum)
    {
        var settings = Of(token, quorum);
        settings["async_insert"] = "1";
        settings["wait_for_async_insert"] = "1";
        settings["async_insert_deduplicate"] = "1";
        return settings;
    }
}
