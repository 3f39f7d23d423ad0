using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Metrics;
using Cistern.Delivery.Pipeline;
using Cistern.Journal;
using Cistern.Tests.Delivery.Http;
using Cistern.Tests.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Delivery.Simulation;

/// <summary>A Firehose whose clock, disk, endpoint, bucket and function are simulated: nothing in it runs but what a test calls, so that a seed repeats it.</summary>
internal sealed class SimulatedService : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 9, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly Random _random;
    private readonly FirehoseFolder _folder;
    private readonly Dictionary<string, StreamPlan> _plans = [];
    private DeliveryService? _service;

    public SimulatedService(string folder, int seed)
    {
        _random = new Random(seed);
        Disk = new SimulatedDisk(folder, new Random(_random.Next()));
        Endpoint = new SimulatedEndpoint(Time, new Random(_random.Next()));
        Bucket = new SimulatedBucket(new Random(_random.Next()));
        Function = new SimulatedFunction(Time, new Random(_random.Next()));
        _folder = new FirehoseFolder(folder);
    }

    public SteppedTime Time { get; } = new(Start);

    public SimulatedDisk Disk { get; }

    public SimulatedEndpoint Endpoint { get; }

    public SimulatedBucket Bucket { get; }

    public SimulatedFunction Function { get; }

    public DeliverySettings Settings { get; init; } = new() { FreeBytesMin = 0, Journal = new JournalSettings { MaxFileBytes = 20_000 } };

    /// <summary>Of the process that runs now.</summary>
    public StreamMetrics Metrics { get; private set; } = new(TimeProvider.System);

    public IReadOnlyCollection<StreamPlan> Plans => _plans.Values;

    public DateTimeOffset Now => Time.GetUtcNow();

    public static string ArnOf(string name) => $"arn:aws:firehose:eu-central-1:111122223333:deliverystream/{name}";

    /// <summary>A plan with small hints, so that much happens in a simulation.</summary>
    public static StreamPlan Plan(string name, Func<StreamPlan, StreamPlan>? change = null)
    {
        var plan = new StreamPlan
        {
            Arn = ArnOf(name),
            Name = name,
            Version = 1,
            Http = new HttpPlan
            {
                Url = new Uri("https://endpoint.example.com/firehose"),
                AccessKey = "k",
                Gzip = true,
                Buffering = new BufferHints(2_000, TimeSpan.FromSeconds(60)),
                RetryWindow = TimeSpan.FromSeconds(300),
            },
            S3 = new S3Plan { Bucket = "backup", Prefix = name + "/", Compression = S3Compression.Gzip, Buffering = new BufferHints(20_000, TimeSpan.FromSeconds(300)) },
        };
        return change?.Invoke(plan) ?? plan;
    }

    public void Add(StreamPlan plan)
    {
        _plans.Add(plan.Arn, plan);
        _service?.Start(plan);
    }

    public void Update(StreamPlan plan)
    {
        _plans[plan.Arn] = plan;
        _service?.Update(plan);
    }

    /// <summary>Starts the process; throws what the disk throws.</summary>
    public void Begin()
    {
        var parts = new DeliveryParts
        {
            Disk = Disk,
            Time = Time,
            Objects = Bucket,
            Functions = Function,
            Connect = _ => new HttpMessageInvoker(Endpoint, disposeHandler: false),
            Metrics = Metrics = new StreamMetrics(Time),
            Logger = NullLogger.Instance,
            Settings = Settings,
        };
        _service = new DeliveryService(_folder, parts, new Random(_random.Next()));
        foreach (var plan in _plans.Values)
        {
            _service.Start(plan);
        }
    }

    /// <summary>The process is killed; with the power, what was not synced is gone.</summary>
    public void Kill(bool power)
    {
        if (power)
        {
            Disk.Crash();
        }
        else
        {
            Disk.Kill();
        }

        // The handles are dead; closing them stores nothing any more.
        End();
    }

    /// <summary>The process ends in order.</summary>
    public void End()
    {
        _service?.DisposeAsync().AsTask().Wait();
        _service = null;
    }

    /// <summary>Puts records and makes them durable; gives those that were answered.</summary>
    public IReadOnlyList<string> Put(string name, IReadOnlyList<string> records)
    {
        var put = _service!.PutAsync(ArnOf(name), [.. records.Select(record => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(record + "\n"))], CancellationToken.None).AsTask();
        Settle();
        return [.. records.Take(put.GetAwaiter().GetResult().RecordIds.Count)];
    }

    public StreamStatus StatusOf(string name) => _service!.StatusOf(ArnOf(name))!;

    public bool IsIdle => _service!.Streams.All(stream => stream.Status is { BufferedRecords: 0, OutboxRecords: 0 });

    /// <summary>Lets time pass, event by event.</summary>
    public void Advance(TimeSpan length)
    {
        var end = Now + length;
        while (true)
        {
            var next = Settle();
            next = Time.NextDue is { } timer && (next is null || Now + timer < next) ? Now + timer : next;
            if (next is null || next > end)
            {
                break;
            }

            // A millisecond at least, because what is due now was done.
            Time.Advance(next.Value > Now ? next.Value - Now : TimeSpan.FromMilliseconds(1));
        }

        Time.Advance(end > Now ? end - Now : TimeSpan.Zero);
        Settle();
    }

    public void Dispose() => End();

    // Everything that is due at this moment; gives when something is due next.
    private DateTimeOffset? Settle()
    {
        foreach (var lane in _service!.Lanes)
        {
            while (lane.Step())
            {
            }
        }

        DateTimeOffset? next = null;
        foreach (var stream in _service.Streams)
        {
            var due = stream.Step();
            next = next is null || due < next ? due ?? next : next;
        }

        return next;
    }
}
