using System.Text.RegularExpressions;

namespace Cistern.Commands.Checking.Streams;

/// <summary>Which finding an error code of Firehose is, in its log and in error objects.</summary>
internal static partial class ErrorCodes
{
    /// <param name="message">Tells the status that the endpoint answered.</param>
    public static FindingKind Of(string code, string message) => code switch
    {
        "HttpEndpoint.DestinationException" or "HttpEndpoint.InvalidStatusCode" => OfStatus(message),
        "HttpEndpoint.InvalidResponseFromDestination" or "HttpEndpoint.ResponseTooLarge" or "HttpEndpoint.ResponseReasonPhraseExceededLimit"
            or "HttpEndpoint.IllegalResponseFailure" or "HttpEndpoint.IllegalMessageStart" => FindingKinds.FailedAnswer,
        "HttpEndpoint.RequestTimeout" => FindingKinds.FailedTimeout,
        "HttpEndpoint.ConnectionFailed" or "HttpEndpoint.ConnectionReset" => FindingKinds.FailedConnection,
        _ when code.StartsWith("HttpEndpoint.SSL", StringComparison.Ordinal) => FindingKinds.FailedTls,
        _ when code.StartsWith("HttpEndpoint.MakeRequestFailure", StringComparison.Ordinal) => FindingKinds.FailedConfiguration,
        _ when code.StartsWith("Lambda.", StringComparison.Ordinal) => OfFunction(code["Lambda.".Length..]),
        "S3.SlowDown" or "S3.InternalError" => FindingKinds.FailedBucketBusy,
        _ when code.StartsWith("S3.", StringComparison.Ordinal) => FindingKinds.FailedBucket,
        _ when code.Contains("Decompress", StringComparison.OrdinalIgnoreCase) => FindingKinds.FailedDecompression,
        _ => FindingKinds.FailedOther,
    };

    private static FindingKind OfStatus(string message) => Status().Match(message) is { Success: true } match ? match.Groups[1].Value switch
    {
        "401" or "403" => FindingKinds.FailedKey,
        "413" => FindingKinds.FailedLimit,
        "429" => FindingKinds.FailedRate,
        ['5', ..] => FindingKinds.FailedUnavailable,
        _ => FindingKinds.FailedStatus,
    } : FindingKinds.FailedStatus;

    private static FindingKind OfFunction(string code) => code switch
    {
        "AssumeRoleAccessDenied" or "InvokeAccessDenied" or "InvalidSecurityToken" => FindingKinds.FailedFunctionAccess,
        "ResourceNotFound" => FindingKinds.FailedFunctionMissing,
        "FunctionTimedOut" or "InvocationFailure" => FindingKinds.FailedFunctionTime,
        "FunctionError" or "InvalidZipFileException" => FindingKinds.FailedFunctionError,
        "MissingRecordId" or "DuplicatedRecordId" => FindingKinds.FailedFunctionRecords,
        "InvalidReturnFormat" or "JsonProcessingException" or "JsonMappingException" => FindingKinds.FailedFunctionAnswer,
        "ProcessingFailedStatus" => FindingKinds.FailedFunctionMarked,
        _ => FindingKinds.FailedFunctionBusy,
    };

    // The wording changed over the years: "… status code. 413: {", "… from the endpoint destination. 413: {".
    [GeneratedRegex(@"(?:status code|destination)\.?:? ?([1-5][0-9]{2})\b")]
    private static partial Regex Status();
}
