namespace Cistern.Delivery.Api.CloudWatch;

/// <summary>The errors of CloudWatch: one name in its query protocol, another in those that came after it.</summary>
internal static class CloudWatchErrors
{
    // Error types by their names in the query protocol, with the status there.
    private static readonly Dictionary<string, (string Code, int Status)> QueryCodes = new(StringComparer.Ordinal)
    {
        ["InvalidParameterValueException"] = ("InvalidParameterValue", 400),
        ["InvalidParameterCombinationException"] = ("InvalidParameterCombination", 400),
        ["MissingRequiredParameterException"] = ("MissingParameter", 400),
        ["ValidationException"] = ("ValidationError", 400),
        ["SerializationException"] = ("MalformedQueryString", 400),
        ["UnknownOperationException"] = ("InvalidAction", 400),
        ["UnrecognizedClientException"] = ("InvalidClientTokenId", 403),
        ["InvalidSignatureException"] = ("SignatureDoesNotMatch", 403),
        ["MissingAuthenticationTokenException"] = ("MissingAuthenticationToken", 403),
        ["IncompleteSignatureException"] = ("IncompleteSignature", 400),
    };

    public static ApiException InvalidValue(string message) => new(new ApiError("InvalidParameterValueException", message));

    public static ApiException InvalidCombination(string message) => new(new ApiError("InvalidParameterCombinationException", message));

    public static ApiException Missing(string message) => new(new ApiError("MissingRequiredParameterException", message));

    public static ApiException InvalidToken() => new(new ApiError("InvalidNextToken", "the NextToken is not one that this service gave"));

    public static ApiException UnknownOperation(string operation) => new(new ApiError("UnknownOperationException", $"Could not find operation {operation} for version 2010-08-01"));

    /// <summary>The code and status in the query protocol, which the others name in a header.</summary>
    public static (string Code, int Status) QueryCodeOf(ApiError error) => QueryCodes.GetValueOrDefault(error.Type, (error.Type, error.Status));
}
