using System.Globalization;
using System.Text;
using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>Which rows one shard has stored lately, by their identity: a small table by the hour, looked up by its primary key.</summary>
/// <remarks>
/// A retry of a delivery must not take its own rows, which a first attempt stored, for repeats: so its own identities are left out. Two deliveries that hold the same row at the same moment may both store it; what is promised is the
/// window before.
/// </remarks>
internal sealed class StoredIdentities(ClickHouseClient client, TimeSpan window)
{
    // One statement may hold about so many numbers of 39 digits.
    private const int LookupRows = 5_000;

    private static readonly Dictionary<string, string> LookupSettings = new(StringComparer.Ordinal) { ["default_format"] = "RowBinaryWithNamesAndTypes", ["max_query_size"] = "1048576" };

    /// <summary>Which of these identities other deliveries stored within the window.</summary>
    /// <exception cref="ClickHouseException"/>
    public async Task<HashSet<UInt128>> FindAsync(TableSchema table, IReadOnlyList<UInt128> identities, DeliveryCommit delivery, CancellationToken cancel)
    {
        var found = new HashSet<UInt128>();
        if (window <= TimeSpan.Zero)
        {
            return found;
        }

        var parameters = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["since"] = ClickHouseValues.TextOf(delivery.Received - window),
            ["id"] = ClickHouseValues.TextOf(delivery.DeliveryId),
            ["stream"] = ClickHouseValues.TextOf(delivery.Stream),
        };
        foreach (var part in identities.Where(identity => identity != 0).Chunk(LookupRows))
        {
            var sql = $"SELECT DISTINCT identity FROM {ClickHouseSchema.Identities} WHERE of = {ClickHouseSchema.Literal(table.Name)} AND received >= {{since:DateTime64(6,'UTC')}} AND NOT (delivery_id = {{id:String}} AND stream = {{stream:String}}) AND identity IN ({Numbers(part)})";
            using var answer = await client.SelectAsync(sql, parameters, LookupSettings, cancel);
            using var result = await ClickHouseResult.OpenAsync(answer, LookupRows, 0, cancel);
            while (result.Read())
            {
                found.Add(result[0] is long small ? (UInt128)small : (UInt128)(System.Numerics.BigInteger)result[0]!);
            }
        }

        return found;
    }

    // Numbers of our own making, never text of anybody's.
    private static string Numbers(UInt128[] identities)
    {
        var text = new StringBuilder(identities.Length * 56);
        foreach (var identity in identities)
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"toUInt128('{identity}')");
        }

        return text.ToString();
    }
}
