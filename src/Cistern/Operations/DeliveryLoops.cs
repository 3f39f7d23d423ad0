using System.Collections.Concurrent;
using Cistern.Delivery;
using Cistern.Delivery.Buffer;
using Cistern.Delivery.Pipeline;

namespace Cistern.Operations;

/// <summary>Calls the steps of a Firehose: a thread for each lane, because a sync blocks, and a task for each stream.</summary>
internal sealed partial class DeliveryLoops : IAsyncDisposable
{
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _restAfterFault = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly KinesisFeed? _kinesis;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<LaneThread> _lanes;
    private readonly ConcurrentDictionary<StreamWorker, Task> _streams = [];

    /// <summary>Begins to call the steps of a service, also of the streams that it starts later.</summary>
    /// <param name="kinesis">Feeds streams that read a data stream.</param>
    public DeliveryLoops(DeliveryService service, KinesisFeed? kinesis, TimeProvider time, ILogger logger)
    {
        (_kinesis, _time, _logger) = (kinesis, time, logger);
        _lanes = [.. service.Lanes.Select((lane, number) => new LaneThread(lane, number))];
        service.Started = Begin;
        service.Ended = EndAsync;
        foreach (var stream in service.Streams)
        {
            Begin(stream);
        }
    }

    /// <summary>Ends after the steps that run now.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_streams.Values);
        _lanes.ForEach(lane => lane.Dispose());
    }

    private void Begin(StreamWorker stream) => _streams[stream] = Task.Run(() => Task.WhenAll(RunAsync(stream), FeedAsync(stream)));

    private async Task EndAsync(StreamWorker stream)
    {
        stream.WakeUp();
        if (_streams.TryRemove(stream, out var task))
        {
            await task;
        }
    }

    private async Task RunAsync(StreamWorker stream)
    {
        using var wake = new SemaphoreSlim(0);
        stream.Wake = () => Release(wake);
        while (!_stop.IsCancellationRequested && !stream.IsClosed)
        {
            var due = Step(stream);
            var wait = due is { } time ? time - _time.GetUtcNow() : _longest;
            if (wait > TimeSpan.Zero && !stream.IsClosed)
            {
                await WaitAsync(wake, wait < _longest ? wait : _longest);
            }
        }

        stream.Wake = static () => { };
    }

    private async Task FeedAsync(StreamWorker stream)
    {
        if (_kinesis is not null)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, stream.Stopping);
            await _kinesis.RunAsync(stream, stop.Token);
        }
    }

    // One signal is enough, however many ask for a step.
    private static void Release(SemaphoreSlim wake)
    {
        try
        {
            if (wake.CurrentCount == 0)
            {
                wake.Release();
            }
        }
        catch (ObjectDisposedException)
        {
            // The stream ended meanwhile.
        }
    }

    private async Task WaitAsync(SemaphoreSlim wake, TimeSpan wait)
    {
        try
        {
            await wake.WaitAsync(wait, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }

    private DateTimeOffset? Step(StreamWorker stream)
    {
        try
        {
            return stream.Step();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Log.StepFailed(_logger, stream.Plan.Name, exception);
            return _time.GetUtcNow() + _restAfterFault;
        }
    }

    private sealed class LaneThread : IDisposable
    {
        private readonly BufferLane _lane;
        private readonly Thread _thread;
        private readonly AutoResetEvent _wake = new(false);
        private volatile bool _stopping;

        public LaneThread(BufferLane lane, int number)
        {
            _lane = lane;
            lane.Added = () => _wake.Set();
            _thread = new Thread(Run) { IsBackground = true, Name = $"cistern lane {number}" };
            _thread.Start();
        }

        public void Dispose()
        {
            _stopping = true;
            _wake.Set();
            _thread.Join();
            _lane.Added = null;
            _wake.Dispose();
        }

        private void Run()
        {
            while (!_stopping)
            {
                if (!_lane.Step())
                {
                    _wake.WaitOne();
                }
            }

            while (_lane.Step())
            {
                // What was queued last is answered, too.
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3201, LogLevel.Error, "A step of stream {Stream} failed; it is tried again")]
        public static partial void StepFailed(ILogger logger, string stream, Exception exception);
    }
}
