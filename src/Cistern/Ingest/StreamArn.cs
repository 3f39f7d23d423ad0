namespace Cistern.Ingest;

/// <summary>The ARN of a delivery stream: <c>arn:aws:firehose:eu-central-1:111122223333:deliverystream/name</c>.</summary>
internal static class StreamArn
{
    private const int Region = 3;
    private const int PartsOfArn = 6;

    /// <summary>The region; empty if the text is no ARN.</summary>
    public static string RegionOf(string stream)
    {
        var parts = stream.Split(':', PartsOfArn);
        return parts.Length == PartsOfArn && parts[0] == "arn" ? parts[Region] : "";
    }
}
