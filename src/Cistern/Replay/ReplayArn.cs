using Cistern.Delivery.Backup;

namespace Cistern.Replay;

/// <summary>Whose records an object holds. Error lines do not say it: the name stands in the key, region and account at best in the ARN of a function.</summary>
/// <param name="Arn">What was said for all objects; null if nothing was.</param>
internal sealed record ReplayArn(string? Arn, string? Region, string? Account)
{
    private const string UnknownName = "cistern-replay";
    private const string UnknownRegion = "local";
    private const string UnknownAccount = "000000000000";

    public string Of(ReplayObject source, string lambdaArn)
    {
        if (Arn is not null)
        {
            return Arn;
        }

        // arn:aws:lambda:REGION:ACCOUNT:function:NAME
        var parts = lambdaArn.Split(':');
        var (region, account) = parts.Length > 5 && parts[0] == "arn" && IsWord(parts[3]) && IsWord(parts[4]) ? (parts[3], parts[4]) : (UnknownRegion, UnknownAccount);
        return $"arn:aws:firehose:{Region ?? region}:{Account ?? account}:deliverystream/{ObjectKey.StreamNameIn(source.Key) ?? UnknownName}";
    }

    private static bool IsWord(string text) => text.Length is > 0 and < 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
