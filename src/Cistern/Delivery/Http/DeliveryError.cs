namespace Cistern.Delivery.Http;

/// <summary>Why an attempt to deliver failed, as Firehose names it. The text is stored in error objects: append only, never rename.</summary>
internal enum DeliveryError
{
    /// <summary>An answer with a status other than 200.</summary>
    DestinationException = 1,

    /// <summary>A 200 whose body or headers break the contract; the data counts as not delivered.</summary>
    InvalidResponseFromDestination = 2,

    /// <summary>No answer within three minutes.</summary>
    RequestTimeout = 3,

    ResponseTooLarge = 4,
    ResponseReasonPhraseExceededLimit = 5,

    /// <summary>A status outside 2xx, 4xx and 5xx.</summary>
    InvalidStatusCode = 6,

    /// <summary>Malformed or repeated headers.</summary>
    IllegalResponseFailure = 7,

    /// <summary>What came back is not HTTP.</summary>
    IllegalMessageStart = 8,

    ConnectionFailed = 9,
    ConnectionReset = 10,
    SslHandshakeFailure = 11,
    SslCertificatePathFailure = 12,
    IllegalCharacterInHeaderValue = 13,

    /// <summary>What no other covers: a fault of the sender.</summary>
    InternalError = 14,
}

internal static class DeliveryErrorCodes
{
    /// <summary>The <c>errorCode</c> of an error object.</summary>
    public static string Code(this DeliveryError error) => error switch
    {
        DeliveryError.DestinationException => "HttpEndpoint.DestinationException",
        DeliveryError.InvalidResponseFromDestination => "HttpEndpoint.InvalidResponseFromDestination",
        DeliveryError.RequestTimeout => "HttpEndpoint.RequestTimeout",
        DeliveryError.ResponseTooLarge => "HttpEndpoint.ResponseTooLarge",
        DeliveryError.ResponseReasonPhraseExceededLimit => "HttpEndpoint.ResponseReasonPhraseExceededLimit",
        DeliveryError.InvalidStatusCode => "HttpEndpoint.InvalidStatusCode",
        DeliveryError.IllegalResponseFailure => "HttpEndpoint.IllegalResponseFailure",
        DeliveryError.IllegalMessageStart => "HttpEndpoint.IllegalMessageStart",
        DeliveryError.ConnectionFailed => "HttpEndpoint.ConnectionFailed",
        DeliveryError.ConnectionReset => "HttpEndpoint.ConnectionReset",
        DeliveryError.SslHandshakeFailure => "HttpEndpoint.SSLHandshakeFailure",
        DeliveryError.SslCertificatePathFailure => "HttpEndpoint.SSLHandshakeCertificatePathFailure",
        DeliveryError.IllegalCharacterInHeaderValue => "HttpEndpoint.MakeRequestFailure.IllegalCharacterInHeaderValue",
        DeliveryError.InternalError => "InternalError",
    };
}
