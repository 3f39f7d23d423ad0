using System.Text.Json;
using System.Text.Json.Serialization;
using Cistern.Formats.Deliveries;
using Cistern.Ingest;

namespace Cistern.Store.Embedded;

/// <summary>What the journal keeps of a delivery beside its body: all that is needed to store it again as it was stored.</summary>
/// <remarks>JSON, so that a person can read a journal and a later release can add members. Short names: each small delivery pays for them.</remarks>
internal sealed record JournalHeader
{
    [JsonPropertyName("id")]
    public required string DeliveryId { get; init; }

    [JsonPropertyName("stream")]
    public required string Stream { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    [JsonPropertyName("received")]
    public required long Received { get; init; }

    [JsonPropertyName("route")]
    public required string Route { get; init; }

    [JsonPropertyName("key")]
    public required string Key { get; init; }

    [JsonPropertyName("from")]
    public required string SourceAddress { get; init; }

    [JsonPropertyName("attributes")]
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    [JsonPropertyName("scope")]
    public required RepeatScope Repeats { get; init; }

    /// <summary>Microseconds from arrival to hand-over.</summary>
    [JsonPropertyName("took")]
    public required long Duration { get; init; }

    [JsonPropertyName("decode")]
    public required DeliveryRoute DecodeRoute { get; init; }

    [JsonPropertyName("framing")]
    public required DeliveryFraming Framing { get; init; }

    [JsonPropertyName("gzip")]
    public bool Gzip { get; init; }

    [JsonPropertyName("bodyId")]
    public string? RequestId { get; init; }

    [JsonPropertyName("fields")]
    public string? CloudFrontFields { get; init; }

    [JsonPropertyName("weight")]
    public double Weight { get; init; } = 1;

    [JsonPropertyName("cookies")]
    public PrivacyAction Cookies { get; init; }

    [JsonPropertyName("address")]
    public PrivacyAction ClientAddress { get; init; }

    [JsonPropertyName("query")]
    public PrivacyAction Query { get; init; }

    [JsonPropertyName("hashKey")]
    public byte[]? HashKey { get; init; }

    [JsonPropertyName("maxInflated")]
    public long MaxInflatedBytes { get; init; }

    /// <summary>Rows that were stored before and so were left out, numbered table by table in the order of <c>Tables.Signals</c>: runs as in <c>0-99 120</c>.</summary>
    [JsonPropertyName("repeats")]
    public string? RepeatedRows { get; init; }

    /// <summary>Where the body is if the entry does not hold it.</summary>
    [JsonPropertyName("body")]
    public BodyFile? Body { get; init; }

    public static JournalHeader Of(DeliveryCommit delivery, string? repeatedRows) => new()
    {
        DeliveryId = delivery.DeliveryId,
        Stream = delivery.Stream,
        Received = delivery.Received.ToUnixTimeMilliseconds(),
        Route = delivery.Route,
        Key = delivery.Key,
        SourceAddress = delivery.SourceAddress,
        Attributes = delivery.Attributes.Count == 0 ? null : delivery.Attributes,
        Repeats = delivery.Repeats,
        Duration = (long)delivery.Duration.TotalMicroseconds,
        DecodeRoute = delivery.Context.Route,
        Framing = delivery.Context.Framing,
        Gzip = delivery.Context.Gzip,
        RequestId = delivery.Context.RequestId,
        CloudFrontFields = delivery.Context.CloudFrontFields is "" ? null : delivery.Context.CloudFrontFields,
        Weight = delivery.Context.Weight,
        Cookies = delivery.Context.Privacy.Cookies,
        ClientAddress = delivery.Context.Privacy.ClientAddress,
        Query = delivery.Context.Privacy.Query,
        HashKey = delivery.Context.Privacy.HashKey.IsEmpty ? null : delivery.Context.Privacy.HashKey.ToArray(),
        MaxInflatedBytes = delivery.Context.MaxInflatedBytes,
        RepeatedRows = repeatedRows,
    };

    public DeliveryContext ToContext() => new()
    {
        Route = DecodeRoute,
        Framing = Framing,
        Gzip = Gzip,
        RequestId = RequestId,
        CloudFrontFields = CloudFrontFields ?? "",
        Weight = Weight,
        Received = Received,
        Region = StreamArn.RegionOf(Stream),
        Privacy = new PrivacyRules(Cookies, ClientAddress, Query, HashKey),
        MaxInflatedBytes = MaxInflatedBytes,
    };

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, StoreJson.Compact.JournalHeader);

    /// <exception cref="JsonException">The header is not one: the journal's check sum has held, so this is a mistake in our code.</exception>
    public static JournalHeader Read(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, StoreJson.Compact.JournalHeader) ?? throw new JsonException("journal entry without a header");
}
