using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.Copying;

/// <summary>How much is copied at a time.</summary>
/// <param name="Rows">About; a delivery stays together, so it may be more.</param>
/// <param name="Bytes">Of columns in memory; more only if so much arrived at one moment.</param>
internal sealed record CopyBounds(long Rows = 200_000, long Bytes = 256L << 20);

/// <summary>Copies an image: range by range, each noted before and after.</summary>
/// <param name="moved">Told of the rows of each range when it is stored: how many it holds, and how many of them the target lacked.</param>
internal sealed class ImageCopy(SourceImage image, CopyTarget target, CopyNotes notes, string source, CopyRecent recent, CopyBounds bounds, Action<TableSchema, long, long> moved)
{
    // Senders try a delivery again for so long: Firehose at most two hours.
    private const long RetryMicros = 4L * 3_600_000_000;

    private readonly RangeCopy _copy = new(image, target, source, recent);

    /// <summary>
    /// Deliveries come first: once they are there, a node takes none of them again. That one is not whole yet shows only in what the copy says.
    /// </summary>
    public static IReadOnlyList<TableSchema> Order { get; } = [Tables.Deliveries, .. Tables.Signals, Tables.Rejects, Tables.Events];

    /// <exception cref="ClickHouse.Http.ClickHouseException">The target refuses, or was away for too long; what is noted is copied.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        await target.LookAsync(image.End - RetryMicros, cancel);
        foreach (var table in Order)
        {
            await CopyAsync(table, cancel);
        }
    }

    /// <summary>Rows that are not copied.</summary>
    public long Left(TableSchema table) => image.Count(new CopyRange(table, notes.DoneUntil(table), long.MaxValue / 2));

    private async Task CopyAsync(TableSchema table, CancellationToken cancel)
    {
        var batch = new ColumnBatch(table);
        var rowsMax = bounds.Rows;
        if (notes.Begun(table) is { } begun)
        {
            await StoreAsync(begun, batch, long.MaxValue, cancel);
        }

        foreach (var (range, rows) in image.Ranges(table, notes.DoneUntil(table), image.End, () => rowsMax))
        {
            if (!await StoreAsync(range, batch, bounds.Bytes, cancel))
            {
                rowsMax = Math.Max(1, rows / 2);
                await CopyInPartsAsync(range, rowsMax, batch, cancel);
            }
        }
    }

    // Of larger rows fewer at a time; what arrived at one moment cannot be taken apart.
    private async Task CopyInPartsAsync(CopyRange range, long rowsMax, ColumnBatch batch, CancellationToken cancel)
    {
        var parts = image.Ranges(range.Table, range.From, range.To, () => rowsMax).ToArray();
        foreach (var (part, _) in parts)
        {
            if (!await StoreAsync(part, batch, parts.Length == 1 ? long.MaxValue : bounds.Bytes, cancel))
            {
                await CopyInPartsAsync(part, rowsMax / 2, batch, cancel);
            }
        }
    }

    // False if it has more bytes than wanted.
    private async Task<bool> StoreAsync(CopyRange range, ColumnBatch batch, long bytesMax, CancellationToken cancel)
    {
        if (!image.TryRead(range, batch, bytesMax))
        {
            return false;
        }

        await notes.BeginAsync(range, cancel);
        var stored = await _copy.StoreAsync(range, batch, cancel);
        await notes.EndAsync(range, batch.RowCount, cancel);
        moved(range.Table, batch.RowCount, stored);
        return true;
    }
}
