using Cistern.Delivery.Backup;
using Cistern.Delivery.Metrics;
using Cistern.Delivery.Transform;
using Cistern.Journal;

namespace Cistern.Delivery.Pipeline;

/// <summary>What the streams of a service share.</summary>
internal sealed record DeliveryParts
{
    public required IDisk Disk { get; init; }

    public required TimeProvider Time { get; init; }

    public required IObjectStore Objects { get; init; }

    public required IFunctionService Functions { get; init; }

    /// <summary>Makes the connections to an endpoint; they neither follow redirects nor inflate answers.</summary>
    public required Func<Uri, HttpMessageInvoker> Connect { get; init; }

    public required StreamMetrics Metrics { get; init; }

    public required ILogger Logger { get; init; }

    public DeliverySettings Settings { get; init; } = new();
}
