namespace Cistern.Ingest;

/// <summary>The deliveries being worked on, so that a stop can finish them and take no new ones.</summary>
internal sealed class InFlight : IDisposable
{
    private static readonly TimeSpan CommitMargin = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Set when the server stops: who waits for a turn need not wait any longer.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Set when the time to finish is over.</summary>
    public CancellationToken Aborting => _aborting.Token;

    /// <summary>Whether a delivery may begin. Each that did ends with <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            _count += _stopping.IsCancellationRequested ? 0 : 1;
            return !_stopping.IsCancellationRequested;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_count == 0 && _stopping.IsCancellationRequested)
            {
                _empty.TrySetResult();
            }
        }
    }

    /// <summary>Takes no more deliveries and waits for those that are in flight; those that are not done in time are refused.</summary>
    public async Task StopAsync(TimeSpan limit, TimeProvider time)
    {
        // Outside of the lock, because it runs the continuations of those who wait; TryEnter reads the token under the lock afterwards.
        await _stopping.CancelAsync();
        lock (_lock)
        {
            if (_count == 0)
            {
                _empty.TrySetResult();
            }
        }

        if (!await IsEmptyWithinAsync(limit, time))
        {
            await _aborting.CancelAsync();

            // What the store has begun it ends within its own limit, and it must not be closed before.
            await IsEmptyWithinAsync(DeliveryIngester.CommitLimit + CommitMargin, time);
        }
    }

    private async Task<bool> IsEmptyWithinAsync(TimeSpan limit, TimeProvider time)
    {
        try
        {
            await _empty.Task.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _aborting.Dispose();
    }
}
