namespace Cistern.Delivery.Transform;

/// <summary>Codes and texts of what can go wrong with a function, as Firehose writes them into error objects. People search for them.</summary>
internal static class TransformErrors
{
    public const string MissingRecordId = "Lambda.MissingRecordId";
    public const string DuplicatedRecordId = "Lambda.DuplicatedRecordId";
    public const string FunctionError = "Lambda.FunctionError";
    public const string FunctionTimedOut = "Lambda.FunctionTimedOut";
    public const string ProcessingFailedStatus = "Lambda.ProcessingFailedStatus";
    public const string InvalidReturnFormat = "Lambda.InvalidReturnFormat";
    public const string JsonMappingException = "Lambda.JsonMappingException";
    public const string InvocationFailure = "Lambda.InvocationFailure";
    public const string InvokeLimitExceeded = "Lambda.InvokeLimitExceeded";
    public const string InvokeAccessDenied = "Lambda.InvokeAccessDenied";
    public const string InvalidSecurityToken = "Lambda.InvalidSecurityToken";
    public const string ResourceNotFound = "Lambda.ResourceNotFound";
    public const string FunctionRequestTimedOut = "Lambda.FunctionRequestTimedOut";
    public const string TargetServerFailedToRespond = "Lambda.TargetServerFailedToRespond";
    public const string InternalServerError = "Lambda.InternalServerError";
    public const string ServiceUnavailable = "Lambda.ServiceUnavailable";

    public const string MissingRecordIdText = "One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.";
    public const string DuplicatedRecordIdText = "Multiple records were returned with the same record Id. Ensure that the Lambda function returns unique record Ids for each record.";
    public const string FunctionErrorText = "The Lambda function was successfully invoked but it returned an error result.";
    public const string ProcessingFailedText = "ProcessingFailed status set for record";
    public const string NoDataText = "The data field cannot be null if the result is Ok";
    public const string UnknownResultText = "The result field must be Ok, Dropped or ProcessingFailed";
    public const string NotBase64Text = "The data field is not base64";

    private const int DetailCharactersMax = 1000;

    /// <summary>The answer of a function that failed; the detail is cut, because it stands in the error object of every record.</summary>
    public static FunctionAnswer Failed(string code, string text, string detail = "")
    {
        var cut = detail.Length <= DetailCharactersMax ? detail : detail[..DetailCharactersMax] + "…";
        return new FunctionAnswer(code, default, cut.Length == 0 ? text : $"{text} {cut}");
    }

    public static FunctionAnswer FunctionFailed(string detail) => Failed(FunctionError, FunctionErrorText, detail);
}
