using Cistern.Commands.Replaying;
using Cistern.Delivery.Http;
using Cistern.Replay;

namespace Cistern.Delivery.Watching;

internal enum ReplayJobState
{
    Running = 1,
    Done = 2,
    Failed = 3,
}

/// <summary>Sends what a stream has in its bucket to the stream's endpoint, with the stream's key and attributes: what <c>cistern replay</c> does, in the background.</summary>
/// <remarks>
/// Deliveries are named after what they hold, as the command names them, so that a second replay stores nothing twice. An endpoint that is a Cistern is asked to know rows again
/// whenever they came; it does so for keys that may administer only, so that for others it is asked no more, and the window of its own identities counts.
/// </remarks>
internal sealed class ReplayJob
{
    private const int Parallel = 2;
    private const int Forbidden = 403;

    private static readonly TimeSpan _retryFor = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> _asImport = new() { ["X-Cistern-Repeat-Scope"] = "import" };

    private readonly StreamPlan _plan;
    private readonly BackupList _objects;
    private readonly string _stateFile;
    private readonly Func<Uri, HttpMessageInvoker> _connect;
    private readonly TimeProvider _time;
    private readonly ReplayReport _report;

    /// <param name="plan">With an HTTP endpoint.</param>
    public ReplayJob(StreamPlan plan, BackupList objects, string stateFile, Func<Uri, HttpMessageInvoker> connect, TimeProvider time)
    {
        (_plan, _objects, _stateFile, _connect, _time) = (plan, objects, stateFile, connect, time);
        Started = time.GetUtcNow();
        _report = new ReplayReport(note => Note = note);
    }

    public DateTimeOffset Started { get; }

    public DateTimeOffset? Ended { get; private set; }

    public ReplayJobState State { get; private set; } = ReplayJobState.Running;

    /// <summary>Objects that were sent whole.</summary>
    public long Objects => _report.Objects;

    public long Records => _report.Records;

    /// <summary>What a person should know of it: what could not be read, what the endpoint said.</summary>
    public string? Note { get; private set; }

    /// <summary>Never throws: what went wrong is the job's outcome.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await SendAsync(cancel);
            (State, Note) = (_report.Failed ? ReplayJobState.Failed : ReplayJobState.Done, _report.Failed ? Note : null);
        }
        catch (OperationCanceledException)
        {
            (State, Note) = (ReplayJobState.Failed, "the Firehose was stopped; the next replay goes on");
        }
        catch (Exception failure) when (failure is ReplayStoppedException or IOException or UnauthorizedAccessException)
        {
            (State, Note) = (ReplayJobState.Failed, $"{failure.Message}; the next replay goes on from here");
        }
        finally
        {
            Ended = _time.GetUtcNow();
        }
    }

    private async Task SendAsync(CancellationToken cancel)
    {
        var plan = MakePlan();
        try
        {
            await ReplayAsync(plan, cancel);
        }
        catch (ReplayStoppedException stopped) when (stopped.Status == Forbidden)
        {
            await ReplayAsync(plan with { Destination = plan.Destination with { ExtraHeaders = new Dictionary<string, string>() } }, cancel);
        }
    }

    private Task ReplayAsync(ReplayPlan plan, CancellationToken cancel) => new Replayer(_time, plan, _report, note => Note = note, moved: () => { }).SendAsync(cancel);

    private ReplayPlan MakePlan()
    {
        var http = _plan.Http!;
        var destination = new HttpDestination
        {
            Url = http.Url,
            SourceArn = _plan.Arn,
            AccessKey = http.AccessKey,
            CommonAttributes = http.CommonAttributes,
            ExtraHeaders = _asImport,
            RetryWindow = _retryFor,
            GiveUpWhenRefused = true,
        };
        var reading = new ReplayReading(Raw: false, ReplayReading.BatchBytesDefault, ReplayReading.IdentityOf(raw: false, http.CommonAttributes), http.Gzip);
        return new ReplayPlan(cancel => _objects.ListAsync(_plan, cancel), reading, new ReplayArn(_plan.Arn, null, null), destination, Plain: false, Parallel, _stateFile, Again: false)
        {
            Target = _plan.Arn, // Of a stream that gets another address, what was replayed is replayed.
            Connect = _connect,
        };
    }
}
