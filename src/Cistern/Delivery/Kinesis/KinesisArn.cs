using System.Diagnostics.CodeAnalysis;

namespace Cistern.Delivery.Kinesis;

/// <summary>The ARN of a data stream: <c>arn:aws:kinesis:REGION:ACCOUNT:stream/NAME</c>.</summary>
internal sealed record KinesisArn(string Text, string Region, string Name)
{
    private const int Parts = 6;
    private const string ResourceHead = "stream/";

    public static bool TryParse(string text, [NotNullWhen(true)] out KinesisArn? arn)
    {
        var parts = text.Split(':', Parts);
        arn = parts.Length == Parts && parts[0] == "arn" && parts[2] == "kinesis" && parts[5].StartsWith(ResourceHead, StringComparison.Ordinal)
            ? new KinesisArn(text, parts[3], parts[5][ResourceHead.Length..])
            : null;
        return arn is { Name.Length: > 0, Region.Length: > 0 };
    }
}
