namespace Cistern.Ingest;

/// <summary>Why a request was refused. The name is a metric label and a stored value: append only, never rename.</summary>
public enum IngestFault
{
    AccessKeyMissing = 1,
    AccessKeyMalformed = 2,
    AccessKeyUnknown = 3,
    AccessKeyExpired = 4,
    AccessKeyRevoked = 5,
    ScopeMissing = 6,
    SignalNotAllowed = 7,
    StreamNotAllowed = 8,
    AddressUnknown = 9,
    MethodNotAllowed = 10,
    ContentTypeUnsupported = 11,
    ContentEncodingUnsupported = 12,
    ProtocolVersionUnknown = 13,
    RequestIdMissing = 14,
    RequestIdTooLong = 15,
    RepeatScopeUnknown = 16,
    RateExceeded = 17,
    BodyTooLarge = 18,
    BodyTooSlow = 19,
    BodyIncomplete = 20,
    GzipBroken = 21,
    EnvelopeMalformed = 22,
    RequestIdDiffers = 23,
    QueueFull = 24,
    StoreUnavailable = 25,
    ShuttingDown = 26,
    InternalError = 27,
}

/// <summary>What follows from a fault: the status, and the name under which it is counted.</summary>
internal static class IngestFaults
{
    public static IReadOnlyList<IngestFault> All { get; } = Enum.GetValues<IngestFault>();

    // The one place where a fault becomes a status. There is no default arm on purpose: a new fault does not compile until someone has
    // decided what the sender should do about it. Never 413: Firehose throws such a batch away, while all of these it retries and then backs up.
    public static int StatusOf(IngestFault fault) => fault switch
    {
        IngestFault.AccessKeyMissing or IngestFault.AccessKeyMalformed or IngestFault.AccessKeyUnknown
            or IngestFault.AccessKeyExpired or IngestFault.AccessKeyRevoked => StatusCodes.Status401Unauthorized,
        IngestFault.ScopeMissing or IngestFault.SignalNotAllowed or IngestFault.StreamNotAllowed => StatusCodes.Status403Forbidden,
        IngestFault.AddressUnknown => StatusCodes.Status404NotFound,
        IngestFault.MethodNotAllowed => StatusCodes.Status405MethodNotAllowed,
        IngestFault.BodyTooSlow => StatusCodes.Status408RequestTimeout,
        IngestFault.ContentTypeUnsupported or IngestFault.ContentEncodingUnsupported => StatusCodes.Status415UnsupportedMediaType,
        IngestFault.ProtocolVersionUnknown or IngestFault.RequestIdMissing or IngestFault.RequestIdTooLong or IngestFault.RepeatScopeUnknown
            or IngestFault.BodyIncomplete or IngestFault.GzipBroken or IngestFault.EnvelopeMalformed
            or IngestFault.RequestIdDiffers => StatusCodes.Status400BadRequest,
        IngestFault.RateExceeded => StatusCodes.Status429TooManyRequests,
        IngestFault.BodyTooLarge or IngestFault.QueueFull or IngestFault.StoreUnavailable
            or IngestFault.ShuttingDown => StatusCodes.Status503ServiceUnavailable,
        IngestFault.InternalError => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The stable name in metrics and in the table <c>events</c>.</summary>
    public static string NameOf(IngestFault fault) => fault switch
    {
        IngestFault.AccessKeyMissing => "access_key_missing",
        IngestFault.AccessKeyMalformed => "access_key_malformed",
        IngestFault.AccessKeyUnknown => "access_key_unknown",
        IngestFault.AccessKeyExpired => "access_key_expired",
        IngestFault.AccessKeyRevoked => "access_key_revoked",
        IngestFault.ScopeMissing => "scope_missing",
        IngestFault.SignalNotAllowed => "signal_not_allowed",
        IngestFault.StreamNotAllowed => "stream_not_allowed",
        IngestFault.AddressUnknown => "address_unknown",
        IngestFault.MethodNotAllowed => "method_not_allowed",
        IngestFault.ContentTypeUnsupported => "content_type_unsupported",
        IngestFault.ContentEncodingUnsupported => "content_encoding_unsupported",
        IngestFault.ProtocolVersionUnknown => "protocol_version_unknown",
        IngestFault.RequestIdMissing => "request_id_missing",
        IngestFault.RequestIdTooLong => "request_id_too_long",
        IngestFault.RepeatScopeUnknown => "repeat_scope_unknown",
        IngestFault.RateExceeded => "rate_exceeded",
        IngestFault.BodyTooLarge => "body_too_large",
        IngestFault.BodyTooSlow => "body_too_slow",
        IngestFault.BodyIncomplete => "body_incomplete",
        IngestFault.GzipBroken => "gzip_broken",
        IngestFault.EnvelopeMalformed => "envelope_malformed",
        IngestFault.RequestIdDiffers => "request_id_differs",
        IngestFault.QueueFull => "queue_full",
        IngestFault.StoreUnavailable => "store_unavailable",
        IngestFault.ShuttingDown => "shutting_down",
        IngestFault.InternalError => "internal_error",
    };
}
