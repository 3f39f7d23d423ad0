using Cistern.DuckDb;

namespace Cistern.Store.Embedded.Engines;

/// <summary>What one running query holds, given back in reverse order when it ends, however it ends.</summary>
internal sealed class QueryRun : IDisposable
{
    private readonly Stack<Action> _ends = new();
    private readonly CancellationTokenSource _cancel;
    private readonly CancellationToken _caller;

    public QueryRun(QueryLimits limits, CancellationToken caller)
    {
        (Limits, _caller) = (limits, caller);
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _cancel.CancelAfter(limits.Time);
        OnEnd(_cancel.Dispose);
        Token = _cancel.Token;
    }

    public QueryLimits Limits { get; }

    public CancellationToken Token { get; }

    /// <summary>The process grew too much under it.</summary>
    public bool TookTooMuchMemory { get; private set; }

    public bool TimedOut => Token.IsCancellationRequested && !_caller.IsCancellationRequested;

    public T Keep<T>(T resource)
        where T : IDisposable
    {
        OnEnd(resource.Dispose);
        return resource;
    }

    public void OnEnd(Action end) => _ends.Push(end);

    public void EndForMemory()
    {
        TookTooMuchMemory = true;
        _cancel.Cancel();
    }

    public void InterruptOnCancel(DuckDbConnection connection)
    {
        var registration = Token.Register(connection.Interrupt);
        OnEnd(() => registration.Dispose());
    }

    public void Dispose()
    {
        while (_ends.TryPop(out var end))
        {
            end();
        }
    }
}
