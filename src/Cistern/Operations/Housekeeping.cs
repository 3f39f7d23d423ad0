using Cistern.Dashboard;
using Cistern.Enrich.Rules;
using Cistern.Ingest;
using Cistern.Ingest.Keys;

namespace Cistern.Operations;

/// <summary>The server's own timer: it calls what is due in the rooms, once a second.</summary>
internal sealed partial class Housekeeping(
    AccessKeys keys, Sessions sessions, DeliveryIngester ingester, RuleStore rules, InFlight flight, TimeProvider time, ILogger<Housekeeping> logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TrimInterval = TimeSpan.FromMinutes(1);

    private const long WorthCollecting = 8 << 20;

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private long _trimmedAt = time.GetTimestamp();

    public void Start() => _loop = RunAsync(_stop.Token);

    /// <summary>Ends the loop and writes down what it would have written later.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        Write("when keys were used", keys.Uses.Write);
    }

    public void Dispose() => _stop.Dispose();

    /// <summary>What is due now.</summary>
    public void Step()
    {
        Write("when keys were used", keys.Uses.WriteIfDue);
        Write("who is signed in", sessions.RemoveExpiredIfDue);
        rules.ReloadIfChanged();
        if (time.GetElapsedTime(_trimmedAt) >= TrimInterval)
        {
            _trimmedAt = time.GetTimestamp();
            GiveBack(ingester.Trim());
        }
    }

    // A server that has nothing to do has no reason to collect, so that a burst's memory would stay with it.
    private void GiveBack(long trimmed)
    {
        if (trimmed >= WorthCollecting && flight.Count == 0)
        {
            SpareMemory.Return();
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                Step();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // What is written here can be late: a full disk must not stop the loop.
    private void Write(string what, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.NotWritten(logger, what, error.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2010, LogLevel.Warning, "Cannot write down {What}: {Problem}")]
        public static partial void NotWritten(ILogger logger, string what, string problem);
    }
}
