using System.Collections.Concurrent;
using Cistern.Store;
using Cistern.Store.Embedded;

namespace Cistern.Tests.Ingest;

/// <summary>What a commit held, kept after its buffers went back to their pools.</summary>
internal sealed record Committed(DeliveryCommit Delivery, long BodyLength, int Rows, int Rejects, int Records, long Items, int BodySum);

/// <summary>A store that keeps what it is given, and can be told to be slow, full or unavailable.</summary>
internal sealed class MemoryStore : IStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string, string), Committed> _byId = [];
    private readonly List<Committed> _commits = [];

    public ConcurrentQueue<(string Kind, string Reason, string Stream, string Key)> Counts { get; } = [];

    /// <summary>If set, deliveries are refused with this reason.</summary>
    public string? Full { get; set; }

    /// <summary>If set, what was stored before the start is not visible yet.</summary>
    public bool Decoding { get; set; }

    /// <summary>If set, commits wait for it.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>If set, commits throw it.</summary>
    public Exception? Failure { get; set; }

    /// <summary>How long a commit takes.</summary>
    public TimeSpan Delay { get; set; }

    public TaskCompletionSource CommitBegan { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Disposed { get; private set; }

    public IReadOnlyList<Committed> Commits
    {
        get
        {
            lock (_lock)
            {
                return [.. _commits];
            }
        }
    }

    public StoreReadiness Readiness => new(Full is null, !Decoding, Full ?? (Decoding ? "the journal is being decoded" : null));

    public Committed Only => Assert.Single(Commits);

    public SqlDialect Dialect { get; } = new DuckDbDialect();

    public StoreTraits Traits { get; set; } = new();

    public async ValueTask<CommitResult> CommitAsync(DeliveryCommit delivery, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(Disposed, this);
        CommitBegan.TrySetResult();
        if (Hold is { } hold)
        {
            await hold.Task.WaitAsync(cancel);
        }

        if (Delay > TimeSpan.Zero)
        {
            await Task.Delay(Delay, cancel);
        }

        return Failure is not null ? throw Failure
            : Full is not null ? CommitResult.Unavailable(Full)
            : Keep(delivery);
    }

    public Task<SqlVerdict> CheckAsync(string sql, CancellationToken cancel) => throw new NotSupportedException();

    public void Count(string kind, string reason, string stream, string key, long count = 1) => Counts.Enqueue((kind, reason, stream, key));

    public Task<IQueryResult> QueryAsync(StoreQuery query, CancellationToken cancel) => throw new NotSupportedException("these tests do not query");

    public StoreStatus GetStatus() => new() { Local = new LocalStatus(Commits.Sum(commit => commit.Rows), 0, 0), FreeBytes = 1L << 40 };

    public RulesStatus Rules { get; set; } = new();

    public RulesStatus GetRules() => Rules;

    public void Reclassify() => Rules = Failure is null ? Rules with { Running = true } : throw Failure;

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    private CommitResult Keep(DeliveryCommit delivery)
    {
        var rows = delivery.Rows;
        var sum = 0;
        foreach (var part in delivery.Body)
        {
            foreach (var value in part.Span)
            {
                sum = (sum * 31) + value;
            }
        }

        var committed = new Committed(delivery, delivery.Body.Length, rows.Requests.RowCount, rows.Rejects.RowCount, rows.Records, rows.Items, sum);
        lock (_lock)
        {
            if (delivery.Repeats != RepeatScope.None && !_byId.TryAdd((delivery.Stream, delivery.DeliveryId), committed))
            {
                return new CommitResult(CommitStatus.Repeated, 0, 0, 0, null);
            }

            _commits.Add(committed);
            return new CommitResult(CommitStatus.Stored, committed.Rows, committed.Rejects, 0, null);
        }
    }
}
