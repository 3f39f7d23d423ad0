using System.Globalization;
using System.Numerics;
using System.Text;
using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse.Insert;

/// <summary>Which rows are stored already, by their identity.</summary>
/// <remarks>
/// Of a Firehose delivery: rows of deliveries that are whole, within the window, in a small table by the hour that is looked up by its primary key. An identity of a delivery that is not whole says nothing, because its row may not
/// have been stored; if it is sent again at the same time, both store the row. Of an import: every row that is there.
/// </remarks>
internal sealed class StoredIdentities(TimeSpan window, bool isCluster)
{
    private const int LookupRows = 100_000;

    /// <summary>Which of these identities other deliveries stored within the window.</summary>
    /// <exception cref="ClickHouseException"/>
    public async Task<HashSet<UInt128>> FindRecentAsync(ShardConnection shard, CommitWork work, CancellationToken cancel)
    {
        var found = new HashSet<UInt128>();
        if (window <= TimeSpan.Zero)
        {
            return found;
        }

        var parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["since"] = ClickHouseValues.TextOf(work.Delivery.Received - window) };
        foreach (var part in work.Identities.Where(identity => identity != 0).Chunk(LookupRows))
        {
            var sql = $"SELECT received, stream, delivery_id, groupUniqArray(identity) FROM {ClickHouseSchema.Identities} WHERE received >= {{since:DateTime64(6,'UTC')}} AND identity IN ({Numbers(part)}) GROUP BY received, stream, delivery_id";
            var deliveries = await shard.SelectAsync(sql, parameters, cancel);
            var whole = await FindWholeAsync(shard, deliveries, cancel);
            foreach (var delivery in deliveries.Where(delivery => whole.Contains(NameOf(delivery))))
            {
                found.UnionWith(((IReadOnlyList<object?>)delivery[3]!).Select(Identity));
            }
        }

        return found;
    }

    /// <summary>Which of the rows of an import any shard holds, over their time range.</summary>
    /// <exception cref="ClickHouseException"/>
    public async Task<HashSet<UInt128>> FindEverAsync(ShardConnection shard, CommitWork work, CancellationToken cancel)
    {
        var found = new HashSet<UInt128>();
        var first = 0;
        foreach (var batch in work.Delivery.Rows.Signals.ToArray())
        {
            var known = work.Identities.AsSpan(first, batch.RowCount).ToArray().Where(identity => identity != 0).ToArray();
            first += batch.RowCount;
            if (known.Length > 0)
            {
                await FindEverAsync(shard, batch, known, found, cancel);
            }
        }

        return found;
    }

    private async Task FindEverAsync(ShardConnection shard, ColumnBatch batch, UInt128[] identities, HashSet<UInt128> found, CancellationToken cancel)
    {
        var (from, to) = RangeOf(batch);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["from"] = from.ToString(CultureInfo.InvariantCulture), ["to"] = to.ToString(CultureInfo.InvariantCulture) };
        foreach (var part in identities.Chunk(LookupRows))
        {
            var sql = $"SELECT DISTINCT {ClickHouseColumn.Identity} FROM {ClickHouseSchema.ReadOf(batch.Schema, isCluster)} WHERE time >= fromUnixTimestamp64Micro({{from:Int64}}, 'UTC') AND time <= fromUnixTimestamp64Micro({{to:Int64}}, 'UTC') AND {ClickHouseColumn.Identity} IN ({Numbers(part)})";
            found.UnionWith((await shard.ScanAsync(sql, parameters, cancel)).Select(row => Identity(row[0])));
        }
    }

    // The arrival of a delivery is the beginning of the primary key of `deliveries`.
    private static async Task<HashSet<(DateTimeOffset, string, string)>> FindWholeAsync(ShardConnection shard, List<object?[]> deliveries, CancellationToken cancel)
    {
        if (deliveries.Count == 0)
        {
            return [];
        }

        var times = string.Join(',', deliveries.Select(delivery => ((DateTimeOffset)delivery[0]! - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).Distinct());
        var sql = $"SELECT DISTINCT time, stream, delivery_id FROM {ClickHouseSchema.RowsOf(Formats.Tables.Deliveries)} WHERE time IN (SELECT fromUnixTimestamp64Micro(toInt64(arrayJoin(splitByChar(',', '{times}'))), 'UTC'))";
        return [.. (await shard.SelectAsync(sql, ClickHouseValues.None, cancel)).Select(NameOf)];
    }

    private static (DateTimeOffset, string, string) NameOf(object?[] row) => ((DateTimeOffset)row[0]!, (string)row[1]!, (string)row[2]!);

    private static UInt128 Identity(object? value) => value is long small ? (UInt128)small : (UInt128)(BigInteger)value!;

    // Numbers of our own making, never text of anybody's; one text, because the parser takes long for as many numbers.
    private static string Numbers(UInt128[] identities)
    {
        var text = new StringBuilder(identities.Length * 33);
        Span<byte> bytes = stackalloc byte[16];
        foreach (var identity in identities)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, identity);
            text.Append(text.Length == 0 ? "" : ",").Append(Convert.ToHexStringLower(bytes));
        }

        return $"SELECT reinterpretAsUInt128(unhex(arrayJoin(splitByChar(',', '{text}'))))";
    }

    private static (long From, long To) RangeOf(ColumnBatch batch)
    {
        var (from, to) = (long.MaxValue, long.MinValue);
        foreach (var time in batch.Values<long>("time").Values)
        {
            (from, to) = (Math.Min(from, time), Math.Max(to, time));
        }

        return (from, to);
    }
}
