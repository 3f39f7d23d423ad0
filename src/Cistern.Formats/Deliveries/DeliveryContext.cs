namespace Cistern.Formats.Deliveries;

/// <summary>Which address a delivery came in at, and so what it may hold. The numbers are stored in the journal: append only.</summary>
public enum DeliveryRoute
{
    /// <summary><c>/firehose</c>: any format, recognised record by record.</summary>
    Any = 1,

    /// <summary><c>/v1/logs/aws_data_firehose_cloudfront</c>: CloudFront requests.</summary>
    CloudFront = 2,

    /// <summary><c>/ingester/kinesis/logs</c>: CloudWatch Logs.</summary>
    Logs = 3,

    /// <summary><c>/ingester/kinesis/metrics</c>: metric streams.</summary>
    Metrics = 4,
}

/// <summary>How the body is framed. The numbers are stored in the journal: append only.</summary>
public enum DeliveryFraming
{
    /// <summary>Firehose's JSON envelope with base64 records.</summary>
    Envelope = 1,

    /// <summary>No envelope: one JSON entry, an array of entries, or NDJSON, as a Lambda function sends it.</summary>
    Entries = 2,
}

/// <summary>What becomes of a value that may identify a person. The numbers are stored in the journal: append only.</summary>
public enum PrivacyAction
{
    Keep = 1,

    /// <summary>Addresses: IPv4 to /24, IPv6 to /48. Queries: names stay, values go.</summary>
    Truncate = 2,

    /// <summary>Replaced by a keyed hash, the same for the same value.</summary>
    Hash = 3,

    /// <summary>Left out.</summary>
    Drop = 4,
}

/// <summary>What is kept of cookies, client addresses and queries; applied when rows are made.</summary>
/// <param name="HashKey">The key of <see cref="PrivacyAction.Hash"/>, 16 bytes; empty if nothing is hashed.</param>
public sealed record PrivacyRules(PrivacyAction Cookies, PrivacyAction ClientAddress, PrivacyAction Query, ReadOnlyMemory<byte> HashKey)
{
    public static PrivacyRules Default { get; } = new(PrivacyAction.Drop, PrivacyAction.Keep, PrivacyAction.Keep, default);
}

/// <summary>What a decoder must know of a delivery besides its body.</summary>
/// <remarks>It is kept in the journal beside the body, so that decoding again after a restart gives the same rows whatever the settings are then.</remarks>
public sealed record DeliveryContext
{
    public required DeliveryRoute Route { get; init; }

    public required DeliveryFraming Framing { get; init; }

    /// <summary>The body came with <c>Content-Encoding: gzip</c>.</summary>
    public bool Gzip { get; init; }

    /// <summary>The id from the header; the body's must be equal. Null for entries without an envelope.</summary>
    public string? RequestId { get; init; }

    /// <summary>The configured field list of CloudFront lines, as written (<c>1-46,70</c> or names); empty if there is none.</summary>
    public string CloudFrontFields { get; init; } = "";

    /// <summary>How many requests a row stands for: 100 / sampling percentage.</summary>
    public double Weight { get; init; } = 1;

    public PrivacyRules Privacy { get; init; } = PrivacyRules.Default;

    /// <summary>When the delivery arrived, in milliseconds since 1970: the time of what brings none.</summary>
    public long Received { get; init; }

    /// <summary>The region in the delivery stream's ARN: the region of what names none. Empty if it is unknown.</summary>
    public string Region { get; init; } = "";

    /// <summary>The largest body after decompression, in bytes.</summary>
    public long MaxInflatedBytes { get; init; } = 128L << 20;
}
