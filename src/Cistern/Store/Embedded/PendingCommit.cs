using System.Buffers;
using Cistern.Operations;

namespace Cistern.Store.Embedded;

/// <summary>A delivery on its way through the committer.</summary>
/// <param name="delivery">What shall be stored.</param>
/// <param name="identities">The identity of each row, table by table in the order of <c>Tables.Signals</c>; zero for a row that has none. Rows are numbered so everywhere.</param>
/// <param name="storedRows">Rows that an import found in the store already, ascending; empty otherwise.</param>
internal sealed class PendingCommit(DeliveryCommit delivery, UInt128[] identities, int[] storedRows)
{
    /// <summary>How often a group went by that had no room for it.</summary>
    public int Overtaken { get; set; }

    /// <summary>The room in memory that its rows get; null if it did not ask for any.</summary>
    public BudgetClaim? Claim { get; init; }

    /// <summary>What is ready of a large delivery; null for others.</summary>
    public LargeParts? Large { get; init; }

    /// <summary>The body as the journal's entry holds it.</summary>
    public ReadOnlySequence<byte> JournalBody => Large is null ? Delivery.Body : default;

    private readonly TaskCompletionSource<CommitResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DeliveryCommit Delivery { get; } = delivery;

    public UInt128[] Identities { get; } = identities;

    public int[] StoredRows { get; } = storedRows;

    /// <summary>The journal entry's sequence; zero for a repeat, which has none.</summary>
    public long Sequence { get; set; }

    /// <summary>Rows to store, in order; empty means all if there are no <see cref="Repeats"/>, else none.</summary>
    public int[] Kept { get; set; } = [];

    public int Repeats { get; set; }

    public Task<CommitResult> Done => _done.Task;

    public void Complete(CommitResult result) => _done.TrySetResult(result);
}
