using Cistern.Formats.Deliveries;
using Cistern.Ingest.Keys;
using Cistern.Store;

namespace Cistern.Ingest;

/// <summary>A request that may be a delivery: its key is accepted and its headers are read, its body is not.</summary>
internal sealed record IncomingDelivery
{
    public required HttpRequest Request { get; init; }

    public required ActiveKey Key { get; init; }

    /// <summary>The path of the address, as documented.</summary>
    public required string Route { get; init; }

    /// <summary>The id that the delivery is stored under.</summary>
    public required string DeliveryId { get; init; }

    public required string Stream { get; init; }

    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    public required DeliveryContext Context { get; init; }

    public required RepeatScope Repeats { get; init; }

    public required DateTimeOffset Received { get; init; }

    /// <summary>The monotonic clock at its arrival.</summary>
    public required long Started { get; init; }

    /// <summary>Whether its body was read to the end, so that the connection can carry another request.</summary>
    public bool BodyRead { get; set; }

    public string KeyName => Key.Key.Name;
}
