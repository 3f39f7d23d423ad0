namespace Cistern.Delivery.Transform;

/// <summary>What is read of a function's ARN: <c>arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]</c>.</summary>
internal static class FunctionArn
{
    private const int RegionPart = 3;
    private const int NamePart = 6;
    private const string LatestVersion = "$LATEST";

    /// <summary>The function's name. Also of the short forms that Lambda takes, <c>NAME</c>, <c>NAME:QUALIFIER</c> and <c>ACCOUNT:function:NAME</c>.</summary>
    public static string NameOf(string arn)
    {
        var parts = arn.Split(':');
        if (parts[0] == "arn")
        {
            return parts.Length > NamePart ? parts[NamePart] : "";
        }

        var word = Array.IndexOf(parts, "function");
        return word >= 0 && word + 1 < parts.Length ? parts[word + 1] : parts[0];
    }

    /// <summary>The region; empty if the text is no whole ARN.</summary>
    public static string RegionOf(string arn)
    {
        var parts = arn.Split(':');
        return parts[0] == "arn" && parts.Length > NamePart ? parts[RegionPart] : "";
    }

    /// <summary>The ARN with a qualifier, as error objects name the function.</summary>
    public static string Qualified(string arn) =>
        arn.Split(':') is { Length: NamePart + 1 } parts && parts[0] == "arn" ? $"{arn}:{LatestVersion}" : arn;
}
