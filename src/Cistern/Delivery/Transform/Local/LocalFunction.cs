namespace Cistern.Delivery.Transform.Local;

/// <summary>A function of this machine and its processes: started when they are needed, used again, ended when they were idle for long.</summary>
internal sealed partial class LocalFunction(FunctionCommand command, LocalSettings settings, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turns = new(settings.ProcessesMax, settings.ProcessesMax);
    private readonly Lock _gate = new();

    // The one that worked last is first, so that what is not needed stays idle.
    private readonly Stack<FunctionProcess> _idle = new();
    private readonly HashSet<FunctionProcess> _all = [];
    private bool _isClosed;

    /// <summary>Processes that run.</summary>
    public int ProcessCount
    {
        get
        {
            lock (_gate)
            {
                return _all.Count;
            }
        }
    }

    public async Task<FunctionAnswer> InvokeAsync(string functionArn, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        await _turns.WaitAsync(cancel);
        try
        {
            var (answer, isTaken) = await TryInvokeAsync(TakeIdle(), functionArn, payload, cancel);

            // One that had ended while it was idle has not seen the event.
            return isTaken ? answer : (await TryInvokeAsync(process: null, functionArn, payload, cancel)).Answer;
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Ends the processes that were idle for longer than the limit.</summary>
    public async Task EndIdleAsync()
    {
        foreach (var process in TakeIdle(settings.IdleLimit))
        {
            await EndAsync(process, atOnce: false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        FunctionProcess[] left;
        lock (_gate)
        {
            _isClosed = true;
            left = [.. _all];
            _idle.Clear();
        }

        await Task.WhenAll(left.Select(process => EndAsync(process, atOnce: false)));
    }

    /// <param name="process">An idle one; null to start another.</param>
    private async Task<(FunctionAnswer Answer, bool IsTaken)> TryInvokeAsync(FunctionProcess? process, string functionArn, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        var wasIdle = process is not null;
        var invocation = new Invocation(functionArn, payload, time.GetUtcNow() + settings.Timeout);
        using var timeout = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            process ??= await StartAsync(functionArn);
            var answer = await process.InvokeAsync(invocation, either.Token);
            await ReturnAsync(process);
            return (answer, invocation.IsTaken || !wasIdle);
        }
        catch (FunctionStartException exception)
        {
            Log.NotStarted(logger, command.Name, exception.Message);
            return (TransformErrors.FunctionFailed($"The function {command.Name} {exception.Message}."), true);
        }
        catch (OperationCanceledException)
        {
            // What it does with the event nobody will know; it must not answer for the next one.
            await EndAsync(process!, atOnce: true);
            cancel.ThrowIfCancellationRequested();
            Log.TimedOut(logger, command.Name, settings.Timeout.TotalSeconds);
            return (TransformErrors.Failed(TransformErrors.FunctionTimedOut, $"Task timed out after {settings.Timeout.TotalSeconds:0.00} seconds"), true);
        }
    }

    private async Task<FunctionProcess> StartAsync(string functionArn)
    {
        var region = FunctionArn.RegionOf(functionArn) is { Length: > 0 } named ? named : settings.Region;
        var process = await FunctionProcess.StartAsync(command, region, settings, line => Log.Printed(logger, command.Name, line));
        bool isClosed;
        lock (_gate)
        {
            _all.Add(process);
            isClosed = _isClosed;
        }

        Log.Started(logger, command.Name, process.Id);
        if (isClosed)
        {
            await EndAsync(process, atOnce: true);
            throw new FunctionStartException("is not started any more, because the service is stopping");
        }

        return process;
    }

    private FunctionProcess? TakeIdle()
    {
        lock (_gate)
        {
            return _idle.TryPop(out var process) ? process : null;
        }
    }

    private List<FunctionProcess> TakeIdle(TimeSpan limit)
    {
        lock (_gate)
        {
            var all = _idle.Reverse().ToArray();
            var ending = all.Where(process => process.HasEnded || time.GetElapsedTime(process.IdleSince) >= limit).ToList();
            _idle.Clear();
            foreach (var process in all.Except(ending))
            {
                _idle.Push(process);
            }

            return ending;
        }
    }

    private async Task ReturnAsync(FunctionProcess process)
    {
        process.IdleSince = time.GetTimestamp();
        if (!process.HasEnded)
        {
            lock (_gate)
            {
                if (!_isClosed)
                {
                    _idle.Push(process);
                    return;
                }
            }
        }

        await EndAsync(process, atOnce: false);
    }

    private async Task EndAsync(FunctionProcess process, bool atOnce)
    {
        await process.EndAsync(atOnce);
        lock (_gate)
        {
            _all.Remove(process);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7101, LogLevel.Information, "Function {Name} began, process {Process}")]
        public static partial void Started(ILogger logger, string name, int process);

        [LoggerMessage(7102, LogLevel.Information, "Function {Name}: {Line}")]
        public static partial void Printed(ILogger logger, string name, string line);

        [LoggerMessage(7103, LogLevel.Warning, "Function {Name} {Error}")]
        public static partial void NotStarted(ILogger logger, string name, string error);

        [LoggerMessage(7104, LogLevel.Warning, "Function {Name} did not answer within {Seconds:0.##} s; its process was killed")]
        public static partial void TimedOut(ILogger logger, string name, double seconds);
    }
}
