namespace Cistern.Tests.Delivery.Simulation;

/// <summary>Waiting on a simulated clock. Unlike <see cref="Task.Delay(TimeSpan)"/>, which ends on another thread when it is cancelled, what waits goes on at once.</summary>
internal static class SimulatedWait
{
    public static async Task Async(TimeSpan length, TimeProvider time, CancellationToken cancel)
    {
        var ended = new TaskCompletionSource();
        await using var timer = time.CreateTimer(_ => ended.TrySetResult(), state: null, length, Timeout.InfiniteTimeSpan);
        await using var stop = cancel.Register(() => ended.TrySetCanceled(cancel));
        await ended.Task;
    }
}
