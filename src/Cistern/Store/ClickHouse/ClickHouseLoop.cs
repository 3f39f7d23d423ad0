namespace Cistern.Store.ClickHouse;

/// <summary>Calls what is due of the ClickHouse store: looks each second whether what was in trouble is well again, and now and then at every server, writes events, and measures it now and then.</summary>
internal sealed partial class ClickHouseLoop(StoreWatch watch, Func<bool, CancellationToken, Task> flushEvents, TimeProvider time, ILogger logger) : IDisposable
{
    private const int CheckBeats = 5;
    private const int MeasureBeats = 15;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private string? _told;

    /// <summary>Looks once, then goes on by itself.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        await watch.CheckAsync(all: true, cancel);
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
                await watch.CheckAsync(all: beat % CheckBeats == 0, _stop.Token);
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
        var trouble = watch.Troubles.Count == 0 ? null : string.Join("; ", watch.Troubles);
        if (trouble == _told)
        {
            return;
        }

        _told = trouble;
        if (trouble is null)
        {
            Log.Back(logger);
        }
        else if (watch.Readiness is { CanStore: true, CanQuery: true })
        {
            Log.Limping(logger, trouble);
        }
        else
        {
            Log.Away(logger, trouble);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4505, LogLevel.Warning, "A server of ClickHouse is down, and others do its work: {Reason}")]
        public static partial void Limping(ILogger logger, string reason);

        [LoggerMessage(4502, LogLevel.Warning, "Deliveries or queries are refused: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(4503, LogLevel.Information, "ClickHouse answers again")]
        public static partial void Back(ILogger logger);
    }
}
