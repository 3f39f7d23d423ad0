namespace Cistern.Delivery;

/// <summary>What became of records that were put.</summary>
/// <param name="Refusal">Why those at the end were not stored; <see cref="PutRefusal.None"/> if all were.</param>
/// <param name="RecordIds">Of the records that are durable: the first ones, in order.</param>
internal sealed record PutOutcome(PutRefusal Refusal, IReadOnlyList<string> RecordIds)
{
    public static PutOutcome Refused(PutRefusal refusal) => new(refusal, []);
}

/// <summary>Why records were not stored.</summary>
internal enum PutRefusal
{
    None = 1,

    /// <summary>The stream holds as much as it may. Later more may be taken.</summary>
    Throttled = 2,

    /// <summary>The disk is full, or nearly.</summary>
    StoreFull = 3,

    /// <summary>The disk refused to make them durable.</summary>
    Unavailable = 4,

    /// <summary>There is no such stream here.</summary>
    NoSuchStream = 5,
}
