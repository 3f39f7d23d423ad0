using Cistern.Formats.Columns;

namespace Cistern.Formats.Deliveries;

/// <summary>Why a body is not a delivery. The name is a metric label and a stored value: append only, never rename.</summary>
public enum DeliveryFault
{
    /// <summary>Not gzip although the header says so, or cut, or a wrong check sum.</summary>
    GzipBroken = 1,

    /// <summary>The inflated body is over the limit.</summary>
    TooLarge = 2,

    /// <summary>Not JSON, or not the members that the protocol demands.</summary>
    EnvelopeMalformed = 3,

    /// <summary>The id in the body is not the one in the header.</summary>
    RequestIdDiffers = 4,
}

/// <summary>What a delivery's body holds: rows by table, and what could not be decoded. Pooled; one user at a time.</summary>
/// <remarks>Of a large body it need not hold everything at once: see <see cref="Full"/>.</remarks>
public sealed class DecodedDelivery
{
    private readonly ColumnBatch[] _signals = [.. Tables.Signals.Select(table => new ColumnBatch(table))];
    private readonly long[] _taken = new long[Tables.Signals.Count];
    private long _rejectsTaken;
    private long _bytesTaken;

    /// <summary>Called while decoding, between two rows, when the rows take more than <see cref="FullBytes"/>: it copies them, and they are forgotten here. Null holds all.</summary>
    public Action<DecodedDelivery>? Full { get; set; }

    /// <summary>About how many bytes <see cref="Full"/> gets at a time.</summary>
    public const long FullBytes = 4 << 20;

    /// <summary>The rows by table, in the order of <see cref="Tables.Signals"/>.</summary>
    public ReadOnlySpan<ColumnBatch> Signals => _signals;

    public ColumnBatch Requests => _signals[0];

    public ColumnBatch Logs => _signals[1];

    public ColumnBatch Metrics => _signals[2];

    /// <summary>Undecodable lines and records; <c>record_index</c>, <c>item_index</c>, <c>signal</c>, <c>reason</c>, <c>data</c> are set, the store adds the rest.</summary>
    public ColumnBatch Rejects { get; } = new(Tables.Rejects);

    /// <summary>Records of the envelope, or entries.</summary>
    public int Records { get; set; }

    /// <summary>The body's timestamp in milliseconds since 1970, if it has one.</summary>
    public long? SentAt { get; set; }

    /// <summary>Lines, entries or documents met: each is one row, one reject, or one of <see cref="Controls"/>.</summary>
    public long Items { get; set; }

    /// <summary>Control messages: CloudWatch Logs asks with them whether the destination can be reached. They leave no row.</summary>
    public long Controls { get; set; }

    /// <summary>Bytes of the body after decompression.</summary>
    public long InflatedBytes { get; set; }

    /// <summary>The version of the rules that classified the rows that are here; 0 if none did.</summary>
    public int Rules { get; set; }

    /// <summary>Rows of all signals, those that were handed over too.</summary>
    public long Rows
    {
        get
        {
            var rows = 0L;
            for (var signal = 0; signal < _signals.Length; signal++)
            {
                rows += RowsOf(signal);
            }

            return rows;
        }
    }

    public long RejectRows => _rejectsTaken + Rejects.RowCount;

    /// <summary>Bytes of all rows, those that were handed over too.</summary>
    public long Bytes => _bytesTaken + HeldBytes;

    /// <summary>Bytes of the rows that are here.</summary>
    public long HeldBytes
    {
        get
        {
            var bytes = Rejects.Bytes;
            foreach (var batch in _signals)
            {
                bytes += batch.RowCount == 0 ? 0 : batch.Bytes;
            }

            return bytes;
        }
    }

    /// <summary>The most that were here at once.</summary>
    public long HeldBytesMax { get; private set; }

    /// <summary>Rows of a signal, those that were handed over too.</summary>
    /// <param name="signal">Its place in <see cref="Tables.Signals"/>.</param>
    public long RowsOf(int signal) => _taken[signal] + _signals[signal].RowCount;

    /// <summary>Gives what is here to <see cref="Full"/>.</summary>
    public void HandOver()
    {
        if (Full is not { } take)
        {
            throw new InvalidOperationException("there is nobody to hand rows over to");
        }

        HeldBytesMax = Math.Max(HeldBytesMax, HeldBytes);
        take(this);
        (_rejectsTaken, _bytesTaken) = (RejectRows, Bytes);
        for (var signal = 0; signal < _signals.Length; signal++)
        {
            _taken[signal] = RowsOf(signal);
        }

        ClearRows();
    }

    public void Clear()
    {
        ClearRows();
        Array.Clear(_taken);
        (_rejectsTaken, _bytesTaken, HeldBytesMax) = (0, 0, 0);
        Full = null;
        Records = 0;
        Rules = 0;
        SentAt = null;
        Items = 0;
        Controls = 0;
        InflatedBytes = 0;
    }

    private void ClearRows()
    {
        foreach (var batch in _signals)
        {
            batch.Clear();
        }

        Rejects.Clear();
    }
}
