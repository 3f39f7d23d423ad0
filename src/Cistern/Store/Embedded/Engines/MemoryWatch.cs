namespace Cistern.Store.Embedded.Engines;

/// <summary>Ends statements under which the process grows too much.</summary>
/// <remarks>
/// DuckDB counts what its operators hold, but not the texts and lists that one expression makes for itself, so its memory limit alone lets
/// a statement take gigabytes. The watch looks at the whole process a few times a second while such statements run; it cannot tell
/// whose memory it is, so the allowance leaves room for everything else that may grow meanwhile.
/// </remarks>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly List<(QueryRun Run, long Limit)> _watched = [];
    private readonly Func<long> _processBytes;
    private readonly long _allowance;
    private readonly Timer _timer;

    /// <param name="allowance">How much the process may grow while a statement runs.</param>
    /// <param name="processBytes">The memory of the process; by default its resident memory.</param>
    public MemoryWatch(long allowance, Func<long>? processBytes = null)
    {
        (_allowance, _processBytes) = (allowance, processBytes ?? (static () => Environment.WorkingSet));
        _timer = new Timer(_ => Look());
    }

    public void Watch(QueryRun run)
    {
        lock (_lock)
        {
            _watched.Add((run, _processBytes() + _allowance));
            _timer.Change(s_interval, s_interval);
        }

        run.OnEnd(() => Forget(run));
    }

    /// <summary>What the timer does.</summary>
    public void Look()
    {
        lock (_lock)
        {
            var bytes = _processBytes();
            foreach (var (run, limit) in _watched)
            {
                if (bytes > limit)
                {
                    run.EndForMemory();
                }
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Forget(QueryRun run)
    {
        lock (_lock)
        {
            _watched.RemoveAll(watched => watched.Run == run);
            if (_watched.Count == 0)
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
