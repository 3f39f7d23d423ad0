using Cistern.Formats.Deliveries;

namespace Cistern.Ingest;

/// <summary>A batch, and how much it ever held: its columns stay as large as they grew.</summary>
internal sealed class PooledDelivery
{
    public DecodedDelivery Rows { get; } = new();

    public long Grown { get; set; }

    public bool UsedLately { get; set; }
}

/// <summary>Batches that are free to use again, so that a delivery of a common size allocates no columns.</summary>
/// <remarks>
/// Large ones are kept too, within a limit, because columns of many MiB that are made and thrown away for each delivery outrun the collector. Who needs a batch gets the
/// smallest that is large enough.
/// </remarks>
internal sealed class DecodedDeliveries(long keptBytesMax)
{
    private readonly Lock _lock = new();
    private readonly List<PooledDelivery> _free = [];

    public PooledDelivery Rent(long estimate)
    {
        lock (_lock)
        {
            var best = _free.Where(batch => batch.Grown >= estimate).MinBy(batch => batch.Grown) ?? _free.MaxBy(batch => batch.Grown);
            if (best is not null)
            {
                _free.Remove(best);
            }

            return best ?? new PooledDelivery();
        }
    }

    public void Return(PooledDelivery batch)
    {
        batch.Grown = Math.Max(batch.Grown, Math.Max(batch.Rows.HeldBytes, batch.Rows.HeldBytesMax));
        batch.UsedLately = true;
        batch.Rows.Clear();
        lock (_lock)
        {
            if (_free.Sum(other => other.Grown) + batch.Grown <= keptBytesMax)
            {
                _free.Add(batch);
            }
        }
    }

    /// <summary>Lets go what nobody used since the last call.</summary>
    /// <returns>About how many bytes that were.</returns>
    public long Trim()
    {
        lock (_lock)
        {
            var idle = _free.Where(batch => !batch.UsedLately).Sum(batch => batch.Grown);
            _free.RemoveAll(batch => !batch.UsedLately);
            _free.ForEach(batch => batch.UsedLately = false);
            return idle;
        }
    }
}
