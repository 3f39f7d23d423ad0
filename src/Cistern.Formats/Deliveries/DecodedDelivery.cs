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
public sealed class DecodedDelivery
{
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

    public long Bytes => Requests.Bytes + Rejects.Bytes;

    public void Clear()
    {
        Requests.Clear();
        Rejects.Clear();
        Records = 0;
        SentAt = null;
        Items = 0;
        InflatedBytes = 0;
    }
}
