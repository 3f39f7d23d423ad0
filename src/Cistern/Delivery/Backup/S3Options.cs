namespace Cistern.Delivery.Backup;

/// <summary>How a service is reached that speaks S3.</summary>
internal sealed record S3Options
{
    public const string DefaultRegion = "us-east-1";

    /// <summary>The service's address; null is Amazon's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for; null is what the SDK finds (environment, profile), else us-east-1.</summary>
    public string? Region { get; init; }

    /// <summary>Without one the SDK looks where it always does: environment, profile, the machine's role.</summary>
    public string? AccessKey { get; init; }

    public string? SecretKey { get; init; }

    public string? SessionToken { get; init; }

    /// <summary>How long one request may take, the body included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Why they cannot be used, or null. Never shows a secret.</summary>
    public string? FindProblem() =>
        (AccessKey is { Length: > 0 }) != (SecretKey is { Length: > 0 }) ? "an access key for S3 needs its secret key, and the other way round"
        : Endpoint is { Scheme: not ("http" or "https") } ? $"cannot use {Endpoint} as an S3 service: its address begins with http:// or https://"
        : null;
}
