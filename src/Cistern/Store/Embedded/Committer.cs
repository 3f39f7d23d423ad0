using System.Collections.Concurrent;
using Cistern.Journal;
using Cistern.Store.Embedded.Identity;

namespace Cistern.Store.Embedded;

/// <summary>The one writer of the journal and of the rows in memory.</summary>
/// <remarks>
/// Deliveries that wait together form a group. For each: (1) was it stored before, (2) which of its rows were, (3) append it to the
/// journal with that decision; then (4) one sync for the group, (5) show the rows, (6) answer. Because one thread decides in order, a
/// row that is left out as a repeat can only repeat a row that is durable or that fails together with it. If step 4 fails, every
/// decision of the group is withdrawn and nothing of it was stored.
/// </remarks>
internal sealed partial class Committer : IDisposable
{
    private const int GroupDeliveries = 256;

    // Large deliveries bring their body in a file, so that a group of more is one that the next delivery would wait for.
    private const long GroupBytes = 4L << 20;
    private const int OvertakenMax = 16;
    private const int JournalRetryMilliseconds = 1_000;

    private readonly BlockingCollection<PendingCommit> _queue = [];
    private readonly List<PendingCommit> _waiting = [];
    private readonly List<PendingCommit> _group = [];
    private readonly Stack<UInt128> _idsAdded = new();
    private readonly List<UInt128> _importsAdded = [];
    private readonly List<int> _kept = [];
    private readonly List<int> _repeats = [];
    private readonly JournalLog _journal;
    private readonly DeliveryIds _ids;
    private readonly ImportIds _imports;
    private readonly BodyFiles _bodies;
    private readonly IdentityWindow _identities;
    private readonly Publisher _publisher;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private int _identitiesAdded;

    public Committer(
        JournalLog journal, BodyFiles bodies, StoreTables tables, DeliveryIds ids, ImportIds imports, IdentityWindow identities, ILogger logger)
    {
        (_journal, _bodies, _ids, _imports, _identities, _logger) = (journal, bodies, ids, imports, identities, logger);
        _publisher = new Publisher(tables);
        _thread = new Thread(Run) { IsBackground = true, Name = "cistern commit" };
    }

    /// <summary>Why nothing can be stored until the program is started again; null if it can.</summary>
    public string? Broken { get; set; }

    /// <summary>The disk is nearly full; null if it is not.</summary>
    public string? NoSpace { get; set; }

    /// <summary>Why nothing can be stored now; null if it can.</summary>
    public string? Refusal => Broken ?? NoSpace;

    /// <summary>How far back rows are recognised as repeats now.</summary>
    public TimeSpan RepeatWindow { get; private set; }

    /// <summary>Called on the writer's thread after rows were shown.</summary>
    public Action? Published { get; set; }

    public void Start() => _thread.Start();

    public Task<CommitResult> CommitAsync(PendingCommit pending)
    {
        try
        {
            _queue.Add(pending);
        }
        catch (InvalidOperationException)
        {
            pending.Complete(CommitResult.Unavailable("the server is shutting down; send the delivery again"));
        }

        return pending.Done;
    }

    /// <summary>Takes no further deliveries, commits those that wait, and ends.</summary>
    public void Stop()
    {
        _queue.CompleteAdding();
        if ((_thread.ThreadState & ThreadState.Unstarted) == 0)
        {
            _thread.Join();
        }
    }

    public void Dispose()
    {
        Stop();
        _queue.Dispose();
    }

    /// <summary>Commits one group. False if none waits (within the time), or none will come.</summary>
    public bool Step(int wait = 0)
    {
        if (!TakeGroup(wait))
        {
            return false;
        }

        CommitGroup();
        _group.Clear();
        return true;
    }

    // A journal that failed is tried again also when nothing comes: as long as it counts as broken, a load balancer sends nothing.
    private void Run()
    {
        while (!_queue.IsCompleted || _waiting.Count > 0)
        {
            if (!Step(_journal.Failure is null ? Timeout.Infinite : JournalRetryMilliseconds) && _journal.Failure is not null)
            {
                TryJournalAgain();
            }
        }
    }

    private void TryJournalAgain()
    {
        try
        {
            _journal.Sync();
        }
        catch (IOException)
        {
            // Reported when it failed first, and as long as it lasts in the readiness of the store.
        }
    }

    // The smallest first, because they cost those that wait behind them the least; but none is overtaken for ever.
    private bool TakeGroup(int wait)
    {
        if (_waiting.Count == 0 && _queue.TryTake(out var first, wait))
        {
            _waiting.Add(first);
        }

        while (_queue.TryTake(out var next))
        {
            _waiting.Add(next);
        }

        long bytes = 0;
        foreach (var pending in _waiting.OrderBy(pending => pending.Overtaken >= OvertakenMax ? -1 : pending.JournalBody.Length))
        {
            bytes += pending.JournalBody.Length;
            if (_group.Count == GroupDeliveries || (bytes > GroupBytes && _group.Count > 0))
            {
                break;
            }

            _group.Add(pending);
        }

        _waiting.RemoveAll(_group.Contains);
        _waiting.ForEach(pending => pending.Overtaken++);
        return _group.Count > 0;
    }

    private void CommitGroup()
    {
        if (Refusal is { } refusal)
        {
            DiscardBodies();
            Refuse(refusal);
            return;
        }

        _identitiesAdded = 0;
        _idsAdded.Clear();
        _importsAdded.Clear();
        try
        {
            foreach (var pending in _group)
            {
                Prepare(pending);
            }

            _journal.Sync();
        }
        catch (IOException error)
        {
            _journal.Withdraw();
            while (_idsAdded.TryPop(out var id))
            {
                _ids.Withdraw(id, RepeatScope.Delivery);
            }

            _importsAdded.ForEach(_imports.Remove);
            _identities.Withdraw(_identitiesAdded);
            WithdrawBodies();
            Log.JournalFailed(_logger, error.Message);
            Refuse(error.Message);
            return;
        }

        ShowAndAnswer();
    }

    // Steps 1 to 3.
    private void Prepare(PendingCommit pending)
    {
        var delivery = pending.Delivery;
        var received = delivery.Received.ToUnixTimeMilliseconds();
        if (!TryAddId(delivery, received))
        {
            return;
        }

        var runs = FindRepeats(pending, received);
        var header = JournalHeader.Of(delivery, runs) with { Body = pending.Large?.Body };
        pending.Sequence = _journal.Append(header.Write(), pending.JournalBody);
    }

    private bool TryAddId(DeliveryCommit delivery, long received)
    {
        switch (delivery.Repeats)
        {
            case RepeatScope.Delivery when _ids.Identify(delivery.Stream, delivery.DeliveryId) is var id && _ids.TryAdd(id, RepeatScope.Delivery, received):
                _idsAdded.Push(id);
                return true;
            case RepeatScope.Import when ImportIds.IdOf(delivery.Stream, delivery.DeliveryId) is var id && _imports.TryAdd(id):
                _importsAdded.Add(id);
                return true;
            default:
                return delivery.Repeats == RepeatScope.None;
        }
    }

    private string? FindRepeats(PendingCommit pending, long received)
    {
        if (pending.Delivery.Repeats == RepeatScope.None)
        {
            return null;
        }

        _kept.Clear();
        _repeats.Clear();
        var stored = pending.StoredRows.AsSpan();
        for (var row = 0; row < pending.Identities.Length; row++)
        {
            if (row % IdentityWindow.PrefetchMax == 0)
            {
                _identities.Prefetch(pending.Identities.AsSpan(row));
            }

            var inStore = !stored.IsEmpty && stored[0] == row;
            stored = inStore ? stored[1..] : stored;
            (inStore || IsRepeat(pending.Identities[row], received) ? _repeats : _kept).Add(row);
        }

        pending.Repeats = _repeats.Count;
        pending.Kept = _repeats.Count == 0 ? [] : [.. _kept];
        return _repeats.Count == 0 ? null : RowRuns.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_repeats));
    }

    private bool IsRepeat(UInt128 identity, long received)
    {
        if (identity == UInt128.Zero)
        {
            return false;
        }

        if (!_identities.TryAdd(identity, received))
        {
            return true;
        }

        _identitiesAdded++;
        return false;
    }

    // Steps 5 and 6. The journal holds the group: from here on it is stored, whatever happens.
    private void ShowAndAnswer()
    {
        KeepBodies();
        foreach (var pending in _group.Where(pending => pending.Sequence > 0))
        {
            _publisher.Publish(pending);
        }

        foreach (var pending in _group)
        {
            pending.Complete(ResultOf(pending));
        }

        RepeatWindow = _identities.Reach(_group[^1].Delivery.Received.ToUnixTimeMilliseconds());
        Published?.Invoke();
    }

    private static CommitResult ResultOf(PendingCommit pending)
    {
        var rows = pending.Delivery.Rows;
        return pending.Sequence == 0
            ? new CommitResult(CommitStatus.Repeated, 0, 0, rows.Rows, null)
            : new CommitResult(CommitStatus.Stored, rows.Rows - pending.Repeats, rows.RejectRows, pending.Repeats, null);
    }

    // The bodies of the group are named by durable entries from here on; those of repeats by none.
    private void KeepBodies()
    {
        _bodies.DropWithdrawn();
        foreach (var pending in _group.Where(pending => pending.Large is not null))
        {
            if (pending.Sequence > 0)
            {
                _bodies.Keep(pending.Sequence, pending.Large!.Body);
            }
            else
            {
                _bodies.Discard(pending.Large!.Body);
            }
        }
    }

    private void WithdrawBodies() => ForEachBody(_bodies.Withdraw);

    private void DiscardBodies() => ForEachBody(_bodies.Discard);

    private void ForEachBody(Action<BodyFile> act)
    {
        foreach (var pending in _group.Where(pending => pending.Large is not null))
        {
            act(pending.Large!.Body);
        }
    }

    private void Refuse(string reason)
    {
        foreach (var pending in _group)
        {
            pending.Complete(CommitResult.Unavailable(reason));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Error, "The journal cannot be written; deliveries are answered 503 until it can: {Error}")]
        public static partial void JournalFailed(ILogger logger, string error);
    }
}
