using System.Text.Json;

namespace Cistern.Commands.Aws;

/// <summary>What the AWS CLI answered.</summary>
/// <param name="Json">The answer, if <paramref name="ErrorCode"/> is null; an empty object of an operation that answers nothing.</param>
/// <param name="ErrorCode">AWS's own code, such as <c>AccessDenied</c> or <c>ResourceNotFoundException</c>; <c>NoCredentials</c> or <c>Failed</c> if the CLI came to no answer.</param>
/// <param name="Error">The sentence that belongs to it.</param>
internal readonly record struct AwsCliAnswer(JsonElement Json, string? ErrorCode, string Error)
{
    public bool Refused => ErrorCode is not null;
}
