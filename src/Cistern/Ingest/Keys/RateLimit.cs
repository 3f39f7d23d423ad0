namespace Cistern.Ingest.Keys;

/// <summary>What a key may send a second: deliveries, and bytes of bodies.</summary>
internal sealed class RateLimit(double? requestsPerSecond, double? mebibytesPerSecond, TimeProvider time)
{
    private readonly TokenBucket? _requests = requestsPerSecond is { } rate ? new TokenBucket(rate, time) : null;
    private readonly TokenBucket? _bytes = mebibytesPerSecond is { } rate ? new TokenBucket(rate * (1 << 20), time) : null;

    /// <summary>Takes a delivery off the rates, or says how long to wait.</summary>
    /// <param name="bytes">The length of its body, as far as it is known; the rest is charged by <see cref="Charge"/>.</param>
    public bool TryTake(long bytes, out TimeSpan wait)
    {
        // Both are asked before either is charged, so that a refused delivery costs nothing.
        wait = _requests?.Wait ?? TimeSpan.Zero;
        wait = _bytes is not null && _bytes.Wait > wait ? _bytes.Wait : wait;
        if (wait > TimeSpan.Zero)
        {
            return false;
        }

        _requests?.Take(1);
        Charge(bytes);
        return true;
    }

    /// <summary>Takes bytes that were not known before.</summary>
    public void Charge(long bytes) => _bytes?.Take(bytes);
}

/// <summary>A second's worth of tokens that fills at a rate and may be overdrawn.</summary>
/// <remarks>
/// One delivery may cost more than the bucket holds (a 64 MiB body at 1 MiB a second). So it passes while there is anything in the bucket, and what
/// it overdraws is waited for by the next: over time the rate holds.
/// </remarks>
internal sealed class TokenBucket(double perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly double _capacity = Math.Max(perSecond, 1);
    private double _tokens = Math.Max(perSecond, 1);
    private long _filled = time.GetTimestamp();

    /// <summary>How long until something may be taken; zero means now.</summary>
    public TimeSpan Wait
    {
        get
        {
            lock (_lock)
            {
                Fill();
                return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / perSecond);
            }
        }
    }

    public void Take(double tokens)
    {
        lock (_lock)
        {
            Fill();
            _tokens -= tokens;
        }
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(_capacity, _tokens + (time.GetElapsedTime(_filled, now).TotalSeconds * perSecond));
        _filled = now;
    }
}
