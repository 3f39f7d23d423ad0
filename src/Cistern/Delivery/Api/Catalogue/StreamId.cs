namespace Cistern.Delivery.Api.Catalogue;

/// <summary>Which stream: a name is unique within an account and a region.</summary>
internal sealed record StreamId(string Region, string Account, string Name)
{
    public string Arn { get; } = $"arn:aws:firehose:{Region}:{Account}:deliverystream/{Name}";

    /// <summary>Takes an ARN apart.</summary>
    public static bool TryParse(string arn, out StreamId id)
    {
        var parts = arn.Split(':');
        var known = parts is ["arn", _, "firehose", { Length: > 0 }, { Length: 12 }, ['d', ..]] && parts[5].StartsWith("deliverystream/", StringComparison.Ordinal);
        id = known ? new StreamId(parts[3], parts[4], parts[5]["deliverystream/".Length..]) : new StreamId("", "", "");
        return known;
    }
}

/// <summary>Who calls, as far as the request says.</summary>
internal sealed record Caller(string Region, string Account)
{
    public StreamId Stream(string name) => new(Region, Account, name);
}
