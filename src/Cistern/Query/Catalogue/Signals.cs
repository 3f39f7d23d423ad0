using Cistern.Operations;

namespace Cistern.Query.Catalogue;

/// <summary>Every signal that can be asked.</summary>
internal static class Signals
{
    public static IReadOnlyList<Signal> All { get; } = [RequestSignal.Signal, LogSignal.Signal, MetricSignal.Signal, DeliverySignals.Deliveries, DeliverySignals.Rejects, DeliverySignals.Events];

    public static IEnumerable<string> Names => All.Select(signal => signal.Name);

    /// <summary>Finds a signal; none named means requests.</summary>
    public static QueryProblem? Find(string? name, out Signal signal)
    {
        signal = All.FirstOrDefault(candidate => candidate.Name == (name ?? RequestSignal.Signal.Name))!;
        return signal is not null
            ? null
            : new(QueryFault.NameUnknown, $"cannot ask signal '{name}': there is none of that name{Nearest.Hint(name!, Names, $"; use {string.Join(", ", Names)}")}");
    }
}
