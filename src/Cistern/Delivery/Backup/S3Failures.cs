using Amazon.Runtime;

namespace Cistern.Delivery.Backup;

/// <summary>What went wrong with a request to S3, as Firehose names it.</summary>
internal static class S3Failures
{
    private const string Internal = "S3.InternalError";

    /// <summary>The failure that an exception of the SDK is; null if it is none of a request (a cancellation, a bug).</summary>
    public static ObjectFailure? Of(Exception exception, Uri? endpoint, TimeSpan timeout) => exception switch
    {
        AmazonServiceException { StatusCode: not 0 } refused => new(CodeOf(refused.ErrorCode ?? "", (int)refused.StatusCode), Text(refused)),
        AmazonServiceException or HttpRequestException or IOException => new(Internal, $"cannot reach {Name(endpoint)}: {exception.GetBaseException().Message}"),
        AmazonClientException => new("S3.AccessDenied", $"cannot ask {Name(endpoint)}: {exception.GetBaseException().Message}"),
        OperationCanceledException or TimeoutException => new(Internal, $"{Name(endpoint)} did not answer within {timeout.TotalSeconds:0.###} s"),
        _ => null,
    };

    private static string CodeOf(string code, int status) => code switch
    {
        "AccessDenied" or "SignatureDoesNotMatch" or "InvalidAccessKeyId" or "ExpiredToken" or "InvalidToken" or "RequestTimeTooSkewed" or "AllAccessDisabled" or "AccountProblem" => "S3.AccessDenied",
        "NoSuchBucket" => "S3.NoSuchBucket",
        "NoSuchKey" => "S3.NoSuchKey",
        "SlowDown" or "ServiceUnavailable" or "Throttling" or "RequestLimitExceeded" => "S3.SlowDown",
        "KeyTooLongError" or "InvalidURI" => "S3.InvalidPrefixConfigurationException",
        _ when code.StartsWith("KMS.", StringComparison.Ordinal) => $"S3.{code}",
        _ => CodeOf(status),
    };

    // What stands before a service (a proxy) answers without a code that is known.
    private static string CodeOf(int status) => status switch
    {
        401 or 403 => "S3.AccessDenied",
        429 or 503 => "S3.SlowDown",
        _ => Internal,
    };

    private static string Text(AmazonServiceException refused) =>
        $"{(int)refused.StatusCode} {refused.ErrorCode}: {(string.IsNullOrWhiteSpace(refused.Message) ? "no reason given" : refused.Message)}";

    private static string Name(Uri? endpoint) => endpoint is null ? "Amazon S3" : endpoint.GetLeftPart(UriPartial.Authority);
}
