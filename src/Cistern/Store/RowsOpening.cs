using Cistern.Formats.Deliveries;

namespace Cistern.Store;

/// <summary>A delivery that will be decoded next.</summary>
public sealed record RowsOpening
{
    public required string DeliveryId { get; init; }

    public required string Stream { get; init; }

    public required DateTimeOffset Received { get; init; }

    public required string Route { get; init; }

    public required string Key { get; init; }

    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    public required RepeatScope Repeats { get; init; }

    public required long BodyBytes { get; init; }

    /// <summary>About how much its rows will take.</summary>
    public required long RowBytes { get; init; }
}

/// <summary>Takes the rows of a large delivery while it is decoded, so that they are never in memory twice. Disposing it forgets what was not committed.</summary>
public interface IRowSink : IDisposable
{
    /// <summary>Copies rows.</summary>
    void Take(DecodedDelivery rows);
}

/// <param name="Sink">Null if the rows of this delivery shall come with the commit.</param>
/// <param name="Refusal">Why the delivery cannot be stored now; null if it can.</param>
public readonly record struct RowsOpened(IRowSink? Sink, string? Refusal);
