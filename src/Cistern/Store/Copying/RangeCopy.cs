using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.Copying;

/// <summary>Stores what the target lacks of a range of rows.</summary>
/// <remarks>
/// Twice is prevented twice. What is there already is asked for before, group by group, because an insert that was cut leaves whole groups: this holds however long ago that was. And the inserts carry tokens made of the range, because one
/// that was cut may still run in the server when the next comes.
/// </remarks>
/// <param name="source">The id of the store that is copied.</param>
/// <param name="recent">What nodes still look up.</param>
internal sealed class RangeCopy(SourceImage image, CopyTarget target, string source, CopyRecent recent)
{
    /// <param name="batch">The rows of the range.</param>
    /// <returns>How many were stored.</returns>
    public async Task<long> StoreAsync(CopyRange range, ColumnBatch batch, CancellationToken cancel)
    {
        var groups = GroupsOf(batch);
        var identities = IdentitiesOf(batch);
        var stored = 0L;
        for (var shard = 0; shard < target.Shards; shard++)
        {
            var there = await target.TotalsAsync(shard, range, cancel);
            var own = groups.Where(group => target.ShardOf(group.Key.Stream, group.Key.Id) == shard && !target.HasTaken(group.Key)).ToArray();
            var missing = own.Where(group => !there.ContainsKey(group.Key)).ToArray();
            var token = TokenOf(range, shard) + (missing.Length == own.Length ? "" : $"/{Fingerprint(missing.Select(group => group.Key))}");
            if (missing.Length > 0)
            {
                int[] rows = [.. missing.SelectMany(group => group.Value).Order()];
                await target.InsertAsync(shard, ClickHouseSchema.RowsOf(range.Table), new NativeBlock(batch, rows.Length == batch.RowCount ? null : rows, identities, common: null), token, cancel);
                stored += rows.Length;
            }

            await RememberAsync(range.Table, own, identities, shard, token, cancel);
        }

        return stored;
    }

    // What nodes look up of deliveries and rows that came lately; twice is harmless.
    private async Task RememberAsync(TableSchema table, KeyValuePair<CopyGroup, List<int>>[] groups, ReadOnlyMemory<UInt128> identities, int shard, string token, CancellationToken cancel)
    {
        if (table == Tables.Deliveries && groups.Where(group => group.Key.Received >= recent.Deliveries).Select(group => group.Key).ToArray() is { Length: > 0 } deliveries)
        {
            await target.InsertAsync(shard, ClickHouseSchema.Plans, new CopiedPlans(deliveries), $"{token}/plans", cancel);
        }

        if (identities.Length > 0 && KnownIdentities(groups, identities) is { Length: > 0 } known)
        {
            await target.InsertAsync(shard, ClickHouseSchema.Identities, new CopiedIdentities(known), $"{token}/identities", cancel);
        }
    }

    private (UInt128 Identity, CopyGroup Of)[] KnownIdentities(KeyValuePair<CopyGroup, List<int>>[] groups, ReadOnlyMemory<UInt128> identities) =>
        [.. groups.Where(group => group.Key.Received >= recent.Rows).SelectMany(group => group.Value, (group, row) => (identities.Span[row], group.Key)).Where(row => row.Item1 != 0)];

    /// <summary>Reads a range and stores what the target lacks of it.</summary>
    public Task<long> StoreAsync(CopyRange range, CancellationToken cancel)
    {
        var batch = new ColumnBatch(range.Table);
        image.TryRead(range, batch, long.MaxValue);
        return StoreAsync(range, batch, cancel);
    }

    private string TokenOf(CopyRange range, int shard) => string.Create(CultureInfo.InvariantCulture, $"copy/{source}/{range.Table.Name}/{range.From}-{range.To}/{shard}");

    private ReadOnlyMemory<UInt128> IdentitiesOf(ColumnBatch batch)
    {
        var signal = Tables.Signals.ToList().IndexOf(batch.Schema);
        if (signal < 0)
        {
            return default;
        }

        var identities = new List<UInt128>(batch.RowCount);
        target.Identity.Append(signal, batch, identities);
        return identities.ToArray();
    }

    private static Dictionary<CopyGroup, List<int>> GroupsOf(ColumnBatch batch)
    {
        var groups = new Dictionary<CopyGroup, List<int>>();
        var (arrivals, times) = (batch.Values<long>("received"), batch.Values<long>("time"));
        var (streams, ids) = (batch.Text("stream"), batch.Text(CopyMeasures.IdOf(batch.Schema).Trim('"')));
        var (stream, id) = ("", "");
        for (var row = 0; row < batch.RowCount; row++)
        {
            // The rows of a delivery stand behind each other.
            if (row == 0 || !streams[row].SequenceEqual(streams[row - 1]) || !ids[row].SequenceEqual(ids[row - 1]))
            {
                (stream, id) = (Encoding.UTF8.GetString(streams[row]), Encoding.UTF8.GetString(ids[row]));
            }

            var group = new CopyGroup(arrivals[row] ?? 0, stream, id, DayOf(times[row] ?? 0));
            if (!groups.TryGetValue(group, out var rows))
            {
                groups[group] = rows = [];
            }

            rows.Add(row);
        }

        return groups;
    }

    private static long DayOf(long micros) => (micros - (micros < 0 ? Embedded.Micros.PerDay - 1 : 0)) / Embedded.Micros.PerDay;

    // The same rows of a range, whoever asks, and other rows are others.
    private static string Fingerprint(IEnumerable<CopyGroup> groups)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in groups.Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Received}\0{group.Stream}\0{group.Id}\0{group.Day}\n")).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()[..8]);
    }
}
