namespace Cistern.Store.ClickHouse.Insert;

/// <summary>What was decided of a delivery before anything of it was stored. Whoever sends it again, to whichever node, stores it as decided: with the same arrival, so that its parts fall into the same partitions, and the same rows left out.</summary>
/// <param name="Received">Microseconds since 1970.</param>
/// <param name="Attempt">Who decided.</param>
/// <param name="Repeats">The rows that are left out, as <see cref="RowRuns"/>.</param>
/// <param name="IsDone">It is stored whole: kept for imports only, for ever.</param>
internal sealed record DeliveryPlan(long Received, ulong Attempt, string Repeats, bool IsDone);
