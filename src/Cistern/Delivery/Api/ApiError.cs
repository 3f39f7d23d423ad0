namespace Cistern.Delivery.Api;

/// <summary>An error answer.</summary>
/// <param name="Type">As SDKs know it; goes into the header and into <c>__type</c>.</param>
internal sealed record ApiError(string Type, string Message, int Status = 400);

/// <summary>Ends an operation with an error answer.</summary>
internal sealed class ApiException(ApiError error) : Exception(error.Message)
{
    public ApiError Error { get; } = error;
}

/// <summary>The errors of the Firehose API.</summary>
internal static class ApiErrors
{
    public const string ServiceUnavailable = "ServiceUnavailableException";
    public const string InternalFailure = "InternalFailure";

    /// <summary>What AWS says when a stream takes no more for the moment.</summary>
    public const string SlowDown = "Slow down.";

    public static ApiError Validation(string message) => new("ValidationException", message);

    public static ApiError Serialization(string message) => new("SerializationException", message);

    public static ApiError InvalidArgument(string message) => new("InvalidArgumentException", message);

    public static ApiError NotFound(string stream, string account) => new("ResourceNotFoundException", $"Firehose {stream} under account {account} not found.");

    public static ApiError InUse(string message) => new("ResourceInUseException", message);

    public static ApiError LimitExceeded(string message) => new("LimitExceededException", message);

    public static ApiError Stale(string message) => new("ConcurrentModificationException", message);

    /// <param name="isJson">Services of this protocol answer 400 to it, and 404 to what is not of their protocol at all.</param>
    public static ApiError UnknownOperation(string target, bool isJson) => new("UnknownOperationException", $"there is no operation '{target}'", isJson ? 400 : 404);

    public static ApiError Unavailable(string message) => new(ServiceUnavailable, message, 500);

    public static ApiError BodyTooLarge(long limit) => new("RequestEntityTooLargeException",
        $"the request is larger than {limit} bytes; send fewer records at a time", 413);

    public static ApiError Internal() => new(InternalFailure, "the request failed for a reason within the service; its log says more", 500);
}
