using System.Collections.Concurrent;
using Cistern.Delivery.Api;
using Cistern.Delivery.Backup;
using Cistern.Replay;

namespace Cistern.Delivery.Watching;

/// <summary>What the streams have in their buckets, and the replays of it: one at a time a stream. Until it is disposed.</summary>
/// <param name="source">Null if the buckets cannot be read.</param>
internal sealed partial class Backups(FirehoseFolder folder, IObjectSource? source, Func<Uri, HttpMessageInvoker> connect, TimeProvider time, ILogger<Backups> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, BackupSurvey> _surveys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReplayJob> _jobs = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <exception cref="ApiException">The buckets cannot be read here.</exception>
    public Task<BackupFindings> LookAsync(StreamPlan plan, CancellationToken cancel)
    {
        var list = List();
        return _surveys.GetOrAdd(plan.Arn, _ => new BackupSurvey(list, time)).AskAsync(plan, () => ReplayState.Read(folder.Replayed(plan.Arn), plan.Arn), cancel);
    }

    /// <summary>The last replay of a stream, or null.</summary>
    public ReplayJob? LastReplay(string arn)
    {
        lock (_gate)
        {
            return _jobs.GetValueOrDefault(arn);
        }
    }

    /// <summary>Begins to replay what a stream has in its bucket.</summary>
    /// <exception cref="ApiException">It is being replayed, or has nowhere to go.</exception>
    public ReplayJob Replay(StreamPlan plan)
    {
        if (plan.Http is null)
        {
            throw new ApiException(ApiErrors.InvalidArgument($"Firehose {plan.Name} delivers to no HTTP endpoint, so there is nowhere to replay its records to"));
        }

        lock (_gate)
        {
            if (_jobs.TryGetValue(plan.Arn, out var last) && last.State == ReplayJobState.Running)
            {
                throw new ApiException(ApiErrors.InUse($"Firehose {plan.Name} is being replayed since {StreamsAnswer.Text(last.Started)}"));
            }

            _stop.Token.ThrowIfCancellationRequested();
            var job = _jobs[plan.Arn] = new ReplayJob(plan, List(), folder.Replayed(plan.Arn), connect, time);
            _running = Task.WhenAll(_running, Task.Run(() => RunAsync(job, plan)));
            return job;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_gate)
        {
            _stop.Cancel();
            running = _running;
        }

        await running;
        foreach (var survey in _surveys.Values)
        {
            survey.Dispose();
        }

        _stop.Dispose();
    }

    private BackupList List() => new(source ?? throw new ApiException(ApiErrors.Unavailable("the buckets of this Firehose cannot be read")));

    private async Task RunAsync(ReplayJob job, StreamPlan plan)
    {
        Log.Begun(logger, plan.Name);
        await job.RunAsync(_stop.Token);
        if (_surveys.TryGetValue(plan.Arn, out var survey))
        {
            survey.Forget();
        }

        Log.Ended(logger, plan.Name, job.State, job.Records, job.Objects, job.Note ?? "");
    }

    private static partial class Log
    {
        [LoggerMessage(2251, LogLevel.Information, "Replaying what {Stream} has in its bucket")]
        public static partial void Begun(ILogger logger, string stream);

        [LoggerMessage(2252, LogLevel.Information, "Replay of {Stream}: {State}, {Records} records of {Objects} objects {Note}")]
        public static partial void Ended(ILogger logger, string stream, ReplayJobState state, long records, long objects, string note);
    }
}
