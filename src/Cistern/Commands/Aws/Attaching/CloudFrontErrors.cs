namespace Cistern.Commands.Aws.Attaching;

/// <summary>What CloudFront refused, with what to do about it.</summary>
internal static class CloudFrontErrors
{
    /// <summary>Somebody changed the distribution after it was read.</summary>
    public static bool IsStale(AwsCliAnswer answer) => answer.ErrorCode is "PreconditionFailed" or "InvalidIfMatchVersion";

    /// <summary>Nobody knows whether the call was carried out.</summary>
    public static bool IsUnclear(AwsCliAnswer answer) => answer.ErrorCode is "Failed";

    /// <param name="permission">The permission that the call needs.</param>
    /// <param name="resource">What it was about.</param>
    public static CommandFailedException Of(AwsCliAnswer answer, string permission, string resource) => new(answer.ErrorCode switch
    {
        "NoSuchDistribution" => $"there is no distribution '{resource}' in this account; 'aws cloudfront list-distributions' lists them",
        "AccessDenied" or "AccessDeniedException" => $"AWS does not allow {permission} on '{resource}': {answer.Error}; docs/attach.md has the policy that allows it",
        "Throttling" or "ThrottlingException" or "TooManyRequestsException" or "RequestLimitExceeded" => $"AWS takes no more calls at the moment ({answer.Error}); try again in a minute",
        "NoCredentials" => answer.Error,
        _ => $"AWS refused {permission} on '{resource}': {answer.ErrorCode}: {answer.Error}",
    });
}
