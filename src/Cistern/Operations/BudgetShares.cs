namespace Cistern.Operations;

/// <summary>What a delivery holds of a <see cref="FairBudget"/>. Disposing gives it back.</summary>
internal sealed class BudgetClaim(FairBudget budget, string key, string stream) : IDisposable
{
    public string Key { get; } = key;

    public string Stream { get; } = stream;

    /// <summary>Bytes that it counts for; the budget's own.</summary>
    public long Charged { get; set; }

    /// <summary>The budget's own.</summary>
    public bool HasTurn { get; set; }

    /// <summary>Leaves the worker to others and keeps the bytes.</summary>
    public void EndTurn() => budget.EndTurn(this);

    /// <summary>Sets the bytes to what they turned out to be.</summary>
    public void Resize(long bytes) => budget.Resize(this, bytes);

    public void Dispose() => budget.Release(this);
}

/// <summary>A wish that waits to be granted.</summary>
internal sealed class BudgetWish(BudgetClaim claim, long charge, long since)
{
    public BudgetClaim Claim { get; } = claim;

    public long Charge { get; } = charge;

    public long Since { get; } = since;

    public StreamShare? Stream { get; set; }

    public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What a key holds, and how far its clock is.</summary>
internal sealed class KeyShare
{
    public long Clock { get; set; }

    /// <summary>Where a stream of this key starts that was silent.</summary>
    public long StreamClock { get; set; }

    public long Used { get; set; }

    public int Turns { get; set; }

    public long ActiveAt { get; set; }

    public Dictionary<string, StreamShare> Streams { get; } = [];
}

/// <summary>The wishes of a stream, in order, and how far its clock is within its key.</summary>
internal sealed class StreamShare(KeyShare key, string name)
{
    public static Comparison<StreamShare> Order { get; } = (one, other) =>
        one.Key.Clock != other.Key.Clock ? one.Key.Clock.CompareTo(other.Key.Clock)
        : one.Clock != other.Clock ? one.Clock.CompareTo(other.Clock)
        : one.Since.CompareTo(other.Since);

    public KeyShare Key { get; } = key;

    public string Name { get; } = name;

    public long Clock { get; set; }

    public LinkedList<BudgetWish> Wishes { get; } = [];

    private long Since => Wishes.First?.Value.Since ?? long.MaxValue;
}
