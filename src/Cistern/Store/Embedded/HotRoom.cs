using Cistern.Operations;

namespace Cistern.Store.Embedded;

/// <summary>Room for rows in memory, shared by keys: who sends more than is sealed waits for itself, and other keys find room.</summary>
/// <remarks>
/// A delivery claims the most that its rows can take before they are copied. When they are shown the claim joins those of its key, it goes with them into a seal, and is free again when
/// that has ended. <see cref="StoreTables"/> calls the steps under its lock, so that a claim and its rows are always in the same seal.
/// </remarks>
internal sealed class HotRoom(long bytes, TimeProvider time)
{
    private readonly FairBudget _budget = new(bytes, int.MaxValue, int.MaxValue, time);
    private Dictionary<string, BudgetClaim> _active = [];
    private Dictionary<string, BudgetClaim> _frozen = [];
    private volatile bool _hasRefused;

    /// <summary>Called when a delivery has to wait: only a seal makes room.</summary>
    public Action? Wanted { get; set; }

    /// <summary>Why the last seal failed; null if it did not. Until one succeeds it is of no use to wait.</summary>
    public string? Failure
    {
        get;
        set => (field, _hasRefused) = (value, _hasRefused && value is not null);
    }

    /// <summary>Since the seal failed a delivery has found no room: as long as none succeeds, others will find none.</summary>
    public bool IsRefusing => _hasRefused && Failure is not null;

    public bool IsWanted => _budget.Waiting > 0;

    /// <summary>A claim for a delivery; it holds something once <see cref="FillAsync"/> has said so. The caller disposes it.</summary>
    public BudgetClaim Open(string key, string stream) => _budget.Open(key, stream);

    /// <summary>Waits for room. False if there was none in time.</summary>
    public async ValueTask<bool> FillAsync(BudgetClaim claim, long bytes, TimeSpan limit, CancellationToken cancel)
    {
        var answer = _budget.GrowAsync(claim, bytes, new Patience(Failure is null ? limit : TimeSpan.Zero), cancel);
        if (!answer.IsCompleted)
        {
            Wanted?.Invoke();
        }

        var isGranted = await answer == BudgetAnswer.Granted;
        _hasRefused |= !isGranted && Failure is not null;
        return isGranted;
    }

    /// <summary>Rows that are there without having asked: what a start reads back.</summary>
    public void Hold(long bytes)
    {
        using var claim = _budget.Open("", "");
        Show(claim, bytes);
    }

    /// <summary>The rows of a claim are shown.</summary>
    /// <param name="bytes">What they take: less than the claim where values are the same, as in most logs.</param>
    public void Show(BudgetClaim claim, long bytes)
    {
        claim.Resize(bytes);
        if (!_active.TryGetValue(claim.Key, out var shown))
        {
            _active[claim.Key] = shown = _budget.Open(claim.Key, "");
        }

        _budget.Move(claim, shown);
    }

    /// <summary>A seal takes all rows that are shown.</summary>
    public void Freeze() => (_active, _frozen) = ([], _active);

    /// <summary>The seal has ended.</summary>
    public void Sealed()
    {
        foreach (var claim in _frozen.Values)
        {
            claim.Dispose();
        }

        _frozen = [];
    }
}
