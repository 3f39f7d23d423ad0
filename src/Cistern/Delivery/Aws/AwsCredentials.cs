namespace Cistern.Delivery.Aws;

/// <summary>What requests to AWS and its like are signed with.</summary>
internal sealed record AwsCredentials(string AccessKeyId, string SecretKey, string SessionToken = "")
{
    /// <summary>Without the secrets: a log or a message may hold this.</summary>
    public override string ToString() => $"access key {AccessKeyId}";
}
