namespace Cistern.Store.ClickHouse;

/// <summary>Calls what is due of the ClickHouse store: looks each second whether it answers, writes events, and measures it now and then.</summary>
internal sealed partial class ClickHouseLoop(StoreWatch watch, Func<bool, CancellationToken, Task> flushEvents, TimeProvider time, ILogger logger) : IDisposable
{
    private const int MeasureBeats = 15;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private string? _told;

    /// <summary>Looks once, then goes on by itself.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        await watch.CheckAsync(cancel);
        await watch.MeasureAsync(cancel);
        _running = RunAsync();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Beat, time);
        try
        {
            for (var beat = 1; await timer.WaitForNextTickAsync(_stop.Token); beat++)
            {
                await watch.CheckAsync(_stop.Token);
                Tell();
                await flushEvents(false, _stop.Token);
                if (beat % MeasureBeats == 0)
                {
                    await watch.MeasureAsync(_stop.Token);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException || _stop.IsCancellationRequested)
        {
        }
    }

    // Once for each change, not each second.
    private void Tell()
    {
        if (watch.Readiness.Reason == _told)
        {
            return;
        }

        _told = watch.Readiness.Reason;
        if (_told is { } reason)
        {
            Log.Away(logger, reason);
        }
        else
        {
            Log.Back(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4502, LogLevel.Warning, "Deliveries are refused and come again: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(4503, LogLevel.Information, "ClickHouse answers again")]
        public static partial void Back(ILogger logger);
    }
}
