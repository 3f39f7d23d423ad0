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
    private long _requestsTaken;
    private long _rejectsTaken;
    private long _bytesTaken;

    /// <summary>Called while decoding, between two rows, when the rows take more than <see cref="FullBytes"/>: it copies them, and they are forgotten here. Null holds all.</summary>
    public Action<DecodedDelivery>? Full { get; set; }

    /// <summary>About how many bytes <see cref="Full"/> gets at a time.</summary>
    public const long FullBytes = 4 << 20;

    public ColumnBatch Requests { get; } = new(Tables.Requests);

    /// <summary>Undecodable lines and records; <c>record_index</c>, <c>item_index</c>, <c>signal</c>, <c>reason</c>, <c>data</c> are set, the store adds the rest.</summary>
    public ColumnBatch Rejects { get; } = new(Tables.Rejects);

    /// <summary>Records of the envelope, or entries.</summary>
    public int Records { get; set; }

    /// <summary>The body's timestamp in milliseconds since 1970, if it has one.</summary>
    public long? SentAt { get; set; }

    /// <summary>Lines, entries or documents met: each is one row or one reject.</summary>
    public long Items { get; set; }

    /// <summary>Bytes of the body after decompression.</summary>
    public long InflatedBytes { get; set; }

    /// <summary>The version of the rules that classified the rows that are here; 0 if none did.</summary>
    public int Rules { get; set; }

    /// <summary>Rows of <c>requests</c>, those that were handed over too.</summary>
    public long RequestRows => _requestsTaken + Requests.RowCount;

    public long RejectRows => _rejectsTaken + Rejects.RowCount;

    /// <summary>Bytes of all rows, those that were handed over too.</summary>
    public long Bytes => _bytesTaken + HeldBytes;

    /// <summary>Bytes of the rows that are here.</summary>
    public long HeldBytes => Requests.Bytes + Rejects.Bytes;

    /// <summary>The most that were here at once.</summary>
    public long HeldBytesMax { get; private set; }

    /// <summary>Gives what is here to <see cref="Full"/>.</summary>
    public void HandOver()
    {
        if (Full is not { } take)
        {
            throw new InvalidOperationException("there is nobody to hand rows over to");
        }

        HeldBytesMax = Math.Max(HeldBytesMax, HeldBytes);
        take(this);
        (_requestsTaken, _rejectsTaken, _bytesTaken) = (RequestRows, RejectRows, Bytes);
        Requests.Clear();
        Rejects.Clear();
    }

    public void Clear()
    {
        Requests.Clear();
        Rejects.Clear();
        (_requestsTaken, _rejectsTaken, _bytesTaken, HeldBytesMax) = (0, 0, 0, 0);
        Full = null;
        Records = 0;
        Rules = 0;
        SentAt = null;
        Items = 0;
        InflatedBytes = 0;
    }
}
