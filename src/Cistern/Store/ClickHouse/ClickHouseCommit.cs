using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.Embedded;

namespace Cistern.Store.ClickHouse;

/// <summary>Stores a delivery in one shard: one synchronous insert a table, each with a token of its own, and <c>deliveries</c> last.</summary>
/// <remarks>
/// What fails in between is tried again by the sender, under the same id: the tokens of what was inserted before keep it from being stored twice, and only when the row of <c>deliveries</c> is there the delivery is whole.
/// </remarks>
internal sealed class ClickHouseCommit(ClickHouseClient client, RowIdentity identity, TimeSpan window, bool replicated)
{
    private static readonly Dictionary<string, string> SelectSettings = new(StringComparer.Ordinal) { ["default_format"] = "RowBinaryWithNamesAndTypes" };

    private readonly StoredIdentities _stored = new(client, window);

    /// <exception cref="ClickHouseException">Nothing is promised then; the delivery can be sent again.</exception>
    public async Task<CommitResult> RunAsync(DeliveryCommit delivery, CancellationToken cancel)
    {
        if (delivery.Repeats != RepeatScope.None && await IsStoredAsync(delivery, cancel))
        {
            return new CommitResult(CommitStatus.Repeated, 0, 0, 0, null);
        }

        var common = new CommonValues(delivery.Received.ToUnixTimeMilliseconds() * 1000, delivery.DeliveryId, delivery.Stream, delivery.Route, delivery.Attributes);
        var repeats = 0L;
        foreach (var (signal, batch) in delivery.Rows.Signals.ToArray().Index())
        {
            repeats += batch.RowCount == 0 ? 0 : await InsertSignalAsync(delivery, signal, batch, common, cancel);
        }

        if (delivery.Rows.Rejects.RowCount > 0)
        {
            await InsertAsync(Tables.Rejects, new NativeBlock(delivery.Rows.Rejects, null, default, common), delivery, cancel);
        }

        var row = new ColumnBatch(Tables.Deliveries);
        new DeliveryRow(delivery.Route, delivery.Key, delivery.SourceAddress, delivery.Attributes, repeats, delivery.Body.Length, delivery.Duration.TotalSeconds, null).Write(row, delivery.Rows);
        await InsertAsync(Tables.Deliveries, new NativeBlock(row, null, default, common), delivery, cancel);
        return new CommitResult(CommitStatus.Stored, delivery.Rows.Rows - repeats, delivery.Rows.RejectRows, repeats, null);
    }

    // How many of its rows were stored before.
    private async Task<long> InsertSignalAsync(DeliveryCommit delivery, int signal, ColumnBatch batch, CommonValues common, CancellationToken cancel)
    {
        var identities = new List<UInt128>(batch.RowCount);
        identity.Append(signal, batch, identities);
        var stored = delivery.Repeats == RepeatScope.None ? [] : await _stored.FindAsync(batch.Schema, identities, delivery, cancel);
        var kept = new List<int>(batch.RowCount);
        for (var place = 0; place < identities.Count; place++)
        {
            // A row may also stand twice in one delivery.
            if (identities[place] == 0 || delivery.Repeats == RepeatScope.None || stored.Add(identities[place]))
            {
                kept.Add(place);
            }
        }

        if (kept.Count > 0)
        {
            await InsertAsync(batch.Schema, new NativeBlock(batch, kept.Count == batch.RowCount ? null : [.. kept], identities.ToArray(), common), delivery, cancel);
            UInt128[] known = [.. kept.Select(place => identities[place]).Where(one => one != 0)];
            if (known.Length > 0)
            {
                await InsertAsync(ClickHouseSchema.Identities, $"identities of {batch.Schema.Name}", new IdentityBlock(batch.Schema.Name, known, common), delivery, cancel);
            }
        }

        return batch.RowCount - kept.Count;
    }

    private async Task<bool> IsStoredAsync(DeliveryCommit delivery, CancellationToken cancel)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["id"] = ClickHouseValues.TextOf(delivery.DeliveryId),
            ["stream"] = ClickHouseValues.TextOf(delivery.Stream),
            ["since"] = ClickHouseValues.TextOf(delivery.Repeats == RepeatScope.Import ? DateTimeOffset.UnixEpoch : delivery.Received.AddDays(-1)),
        };
        using var answer = await client.SelectAsync($"SELECT count() FROM {ClickHouseSchema.RowsOf(Tables.Deliveries)} WHERE time >= {{since:DateTime64(6,'UTC')}} AND stream = {{stream:String}} AND delivery_id = {{id:String}}", parameters, SelectSettings, cancel);
        using var result = await ClickHouseResult.OpenAsync(answer, 1, 0, cancel);
        return result.Read() && (long)result[0]! > 0;
    }

    private Task InsertAsync(TableSchema table, INativeBlock block, DeliveryCommit delivery, CancellationToken cancel) => InsertAsync(ClickHouseSchema.RowsOf(table), table.Name, block, delivery, cancel);

    private Task InsertAsync(string into, string what, INativeBlock block, DeliveryCommit delivery, CancellationToken cancel) =>
        client.InsertAsync($"INSERT INTO {into} FORMAT Native", new BlockContent(block), InsertSettings.Of($"{delivery.Stream}/{delivery.DeliveryId}/{what}", replicated), cancel);
}
