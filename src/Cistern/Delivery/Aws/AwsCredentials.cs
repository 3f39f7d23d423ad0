using System.Collections;

namespace Cistern.Delivery.Aws;

/// <summary>What requests to AWS and its like are signed with.</summary>
internal sealed record AwsCredentials(string AccessKeyId, string SecretKey, string SessionToken = "")
{
    /// <summary>As the AWS CLI has them; null if the environment has none.</summary>
    public static AwsCredentials? Of(IDictionary environment) =>
        environment["AWS_ACCESS_KEY_ID"] is string { Length: > 0 } id && environment["AWS_SECRET_ACCESS_KEY"] is string { Length: > 0 } secret
            ? new AwsCredentials(id, secret, environment["AWS_SESSION_TOKEN"] as string ?? "")
            : null;

    /// <summary>Without the secrets: a log or a message may hold this.</summary>
    public override string ToString() => $"access key {AccessKeyId}";
}
