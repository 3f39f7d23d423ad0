using System.Text.Json.Nodes;

namespace Cistern.Delivery.Api.Catalogue;

/// <summary>Server-side encryption as the API shows it. Records are stored as they are; the states and rules are the service's.</summary>
internal sealed record StreamEncryption
{
    public static readonly StreamEncryption Off = new();

    public bool Enabled { get; init; }

    public string? KeyType { get; init; }

    public string? KeyArn { get; init; }

    /// <summary>Until then the change to this state is still going on.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>When it was started or stopped during the last day.</summary>
    public IReadOnlyList<DateTimeOffset> Calls { get; init; } = [];

    public bool IsChanging(DateTimeOffset now) => now < ChangedAt;

    public string Status(DateTimeOffset now) => (Enabled, IsChanging(now)) switch
    {
        (true, true) => "ENABLING",
        (true, false) => "ENABLED",
        (false, true) => "DISABLING",
        (false, false) => "DISABLED",
    };

    public JsonObject Describe(DateTimeOffset now)
    {
        var description = new JsonObject();
        if (Enabled && KeyArn is not null)
        {
            description["KeyARN"] = KeyArn;
        }

        if (Enabled)
        {
            description["KeyType"] = KeyType;
        }

        description["Status"] = Status(now);
        return description;
    }

    public static StreamEncryption FromDescription(JsonObject? description, IReadOnlyList<DateTimeOffset> calls) => new()
    {
        Enabled = (string?)description?["Status"] is "ENABLED" or "ENABLING",
        KeyType = (string?)description?["KeyType"],
        KeyArn = (string?)description?["KeyARN"],
        Calls = calls,
    };
}
