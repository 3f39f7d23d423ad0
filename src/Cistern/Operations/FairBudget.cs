namespace Cistern.Operations;

/// <summary>What became of the wish for more bytes.</summary>
internal enum BudgetAnswer
{
    Granted = 1,

    /// <summary>Too many wait already.</summary>
    Crowded = 2,

    /// <summary>It waited as long as it may.</summary>
    TimedOut = 3,
}

/// <summary>Bytes (and turns at a few workers) that deliveries share, in flight and as rows in memory: each waits until what it needs is free, and those of all keys fairly.</summary>
/// <remarks>
/// <para>Who is next: every key has a clock that advances by the bytes granted to it, and the waiting key whose clock is furthest behind is served first; inside a key
/// the same holds for its streams, and a stream is served in order. A key that was silent starts at the clock of the last one served, so that it neither
/// saves up nor owes. This is start-time fair queueing.</para>
/// <para>What does not fit is passed over, so that small deliveries go by while a large one waits. Three rules keep that fair: a key never holds more than three
/// quarters of the bytes, so that another always finds some; a claim never counts for more than that, so that even the largest is served while others work; and who
/// waited longer than five seconds is kept free for.</para>
/// <para>Turns: while other keys are active, a key leaves one worker to them.</para>
/// </remarks>
internal sealed class FairBudget(long capacity, int turns, int maxWaiting, TimeProvider time)
{
    // What a delivery costs besides its bytes, so that a flood of tiny ones is not free.
    private const long BaseCost = 16 << 10;

    private static readonly TimeSpan ReserveAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ActiveFor = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeyShare> _keys = [];
    private readonly List<StreamShare> _backlog = [];
    private readonly long _shareMax = capacity / 4 * 3;
    private long _clock;
    private long _used;
    private int _turnsUsed;
    private int _waiting;
    private long _prunedAt = time.GetTimestamp();

    public long Used => Interlocked.Read(ref _used);

    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>A claim of nothing yet, for a delivery of a key's stream.</summary>
    public BudgetClaim Open(string key, string stream) => new(this, key, stream);

    /// <summary>Makes a claim as large as <paramref name="bytes"/>, when they are free; the first time it also takes a turn.</summary>
    /// <param name="patience">What is left of the delivery's waiting time; the wait is taken off.</param>
    /// <exception cref="OperationCanceledException">The claim stays as it was.</exception>
    public async ValueTask<BudgetAnswer> GrowAsync(BudgetClaim claim, long bytes, Patience patience, CancellationToken cancel)
    {
        var wish = new BudgetWish(claim, Math.Max(0, Math.Min(bytes, _shareMax) - claim.Charged), time.GetTimestamp());
        lock (_lock)
        {
            if (_waiting >= maxWaiting)
            {
                return BudgetAnswer.Crowded;
            }

            Enqueue(wish);
            Serve();
        }

        return wish.Granted.Task.IsCompleted || await WaitAsync(wish, patience, cancel) ? BudgetAnswer.Granted : BudgetAnswer.TimedOut;
    }

    /// <summary>Sets a claim to what it turned out to take. Never waits: who comes next does.</summary>
    public void Resize(BudgetClaim claim, long bytes)
    {
        lock (_lock)
        {
            Charge(claim, Math.Min(bytes, _shareMax) - claim.Charged);
            Serve();
        }
    }

    /// <summary>Makes one claim of two of the same key.</summary>
    public void Move(BudgetClaim from, BudgetClaim to)
    {
        lock (_lock)
        {
            GiveTurn(from);
            to.Charged += from.Charged;
            from.Charged = 0;
        }
    }

    public void EndTurn(BudgetClaim claim)
    {
        lock (_lock)
        {
            GiveTurn(claim);
            Serve();
        }
    }

    public void Release(BudgetClaim claim)
    {
        lock (_lock)
        {
            GiveTurn(claim);
            Charge(claim, -claim.Charged);
            Serve();
        }
    }

    private async Task<bool> WaitAsync(BudgetWish wish, Patience patience, CancellationToken cancel)
    {
        try
        {
            await wish.Granted.Task.WaitAsync(patience.Left, time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return !Withdraw(wish);
        }
        catch (OperationCanceledException)
        {
            // If it was granted at the same moment, whoever opened the claim releases it.
            Withdraw(wish);
            throw;
        }
        finally
        {
            patience.Spend(time.GetElapsedTime(wish.Since));
        }
    }

    private bool Withdraw(BudgetWish wish)
    {
        lock (_lock)
        {
            var stream = wish.Stream!;
            if (!stream.Wishes.Remove(wish))
            {
                return false;
            }

            _waiting--;
            DropIfServed(stream);
            Serve();
            return true;
        }
    }

    private void Enqueue(BudgetWish wish)
    {
        var stream = StreamOf(wish.Claim);
        stream.Key.ActiveAt = wish.Since;
        if (stream.Wishes.Count == 0)
        {
            if (!_backlog.Exists(other => other.Key == stream.Key))
            {
                stream.Key.Clock = Math.Max(stream.Key.Clock, _clock);
            }

            stream.Clock = Math.Max(stream.Clock, stream.Key.StreamClock);
            _backlog.Add(stream);
        }

        wish.Stream = stream;
        stream.Wishes.AddLast(wish);
        _waiting++;
    }

    private void Serve()
    {
        while (_backlog.Count > 0 && Next() is { } stream)
        {
            Grant(stream);
        }
    }

    // The stream to serve next, or null if nothing that waits fits.
    private StreamShare? Next()
    {
        _backlog.Sort(StreamShare.Order);
        var keptFree = 0L;
        var turnsOfKey = turns > 1 && OthersActive() ? turns - 1 : turns;
        foreach (var stream in _backlog)
        {
            var wish = stream.Wishes.First!.Value;
            var hasTurn = wish.Claim.HasTurn || (_turnsUsed < turns && stream.Key.Turns < turnsOfKey);
            var hasShare = stream.Key.Used + wish.Charge <= _shareMax;
            if (hasTurn && hasShare && _used + keptFree + wish.Charge <= capacity)
            {
                return stream;
            }

            keptFree += hasShare && time.GetElapsedTime(wish.Since) >= ReserveAfter ? wish.Charge : 0;
        }

        return null;
    }

    private void Grant(StreamShare stream)
    {
        var wish = stream.Wishes.First!.Value;
        stream.Wishes.RemoveFirst();
        _waiting--;
        _clock = Math.Max(_clock, stream.Key.Clock);
        stream.Key.StreamClock = Math.Max(stream.Key.StreamClock, stream.Clock);
        stream.Key.Clock += wish.Charge + BaseCost;
        stream.Clock += wish.Charge + BaseCost;
        TakeTurn(wish.Claim);
        Charge(wish.Claim, wish.Charge);
        DropIfServed(stream);
        wish.Granted.SetResult();
    }

    private void TakeTurn(BudgetClaim claim)
    {
        if (!claim.HasTurn)
        {
            claim.HasTurn = true;
            _turnsUsed++;
            KeyOf(claim).Turns++;
        }
    }

    private void GiveTurn(BudgetClaim claim)
    {
        if (claim.HasTurn)
        {
            claim.HasTurn = false;
            _turnsUsed--;
            KeyOf(claim).Turns--;
        }
    }

    private void Charge(BudgetClaim claim, long bytes)
    {
        var key = KeyOf(claim);
        claim.Charged += bytes;
        key.Used += bytes;
        key.ActiveAt = time.GetTimestamp();
        Interlocked.Add(ref _used, bytes);
    }

    private void DropIfServed(StreamShare stream)
    {
        if (stream.Wishes.Count == 0)
        {
            _backlog.Remove(stream);
            stream.Key.Streams.Remove(stream.Name);
        }
    }

    private StreamShare StreamOf(BudgetClaim claim)
    {
        var key = KeyOf(claim);
        if (!key.Streams.TryGetValue(claim.Stream, out var stream))
        {
            key.Streams[claim.Stream] = stream = new StreamShare(key, claim.Stream);
        }

        return stream;
    }

    private KeyShare KeyOf(BudgetClaim claim)
    {
        if (!_keys.TryGetValue(claim.Key, out var key))
        {
            _keys[claim.Key] = key = new KeyShare { ActiveAt = time.GetTimestamp() };
        }

        return key;
    }

    private bool OthersActive()
    {
        if (time.GetElapsedTime(_prunedAt) >= TimeSpan.FromSeconds(1))
        {
            _prunedAt = time.GetTimestamp();
            foreach (var (name, key) in _keys)
            {
                if (key is { Used: 0, Turns: 0, Streams.Count: 0 } && time.GetElapsedTime(key.ActiveAt) >= ActiveFor)
                {
                    _keys.Remove(name);
                }
            }
        }

        return _keys.Count > 1;
    }
}

/// <summary>How long a delivery may still wait, over all the places where it waits.</summary>
internal sealed class Patience(TimeSpan limit)
{
    public TimeSpan Left { get; private set; } = limit;

    public void Spend(TimeSpan waited) => Left = waited < Left ? Left - waited : TimeSpan.Zero;
}
