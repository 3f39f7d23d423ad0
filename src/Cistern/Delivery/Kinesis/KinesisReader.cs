using Cistern.Journal;

namespace Cistern.Delivery.Kinesis;

/// <summary>How a data stream is read.</summary>
internal sealed record KinesisReading
{
    /// <summary>Whether records that the Kinesis Producer Library joined are split: the processor <c>RecordDeAggregation</c> asks for it.</summary>
    public bool SplitsAggregated { get; init; }

    /// <summary>Records of one call, before any are split. Kinesis allows 10,000.</summary>
    public int RecordsMax { get; init; } = 2000;

    /// <summary>The pause of a shard that has nothing new.</summary>
    public TimeSpan IdlePause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The pause of a shard that has more. A shard may be read five times a second.</summary>
    public TimeSpan BusyPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After how long the shards are listed again.</summary>
    public TimeSpan ListPause { get; init; } = TimeSpan.FromSeconds(30);

    public static KinesisReading Of(StreamPlan plan) =>
        new() { SplitsAggregated = plan.Processors.Any(processor => processor.Type == "RecordDeAggregation") };
}

/// <summary>What one step of reading came to.</summary>
/// <param name="Records">Taken over, as Kinesis counts them.</param>
/// <param name="Bytes">Of their data.</param>
/// <param name="BehindLatest">How far the shard that is furthest behind is, as it was last heard.</param>
/// <param name="Pause">After which the next step has something to do.</param>
/// <param name="Failure">The last thing that failed in this step, or null.</param>
internal sealed record KinesisStep(long Records, long Bytes, TimeSpan BehindLatest, TimeSpan Pause, string? Failure);

/// <summary>Reads a data stream into a delivery stream: all shards from their oldest records on, parents before children, and remembers how far.</summary>
/// <remarks>
/// <see cref="ReadOnceAsync"/> is one step over all shards that are due; whoever calls it keeps the pauses. The order of a step: list the shards if that is due, read each that is due and whose
/// parents have ended, give its records to the sink, which returns when they are durable, and then write the checkpoint. So at a crash records are read twice, and none is left out.
/// A shard that fails waits longer each time while the others are read on; a call that is not answered ends after 30 seconds. Not for several callers at a time.
/// </remarks>
internal sealed partial class KinesisReader(
    KinesisClient client, KinesisCheckpoint checkpoint, KinesisSink sink, KinesisReading reading, TimeProvider time, Random random, ILogger logger)
{
    private readonly Dictionary<string, ShardState> _shards = new(StringComparer.Ordinal);
    private readonly KinesisBackOff _listing = new(random);
    private DateTimeOffset _nextList = DateTimeOffset.MinValue;

    /// <summary>Reads each shard that is due once. Throws only when cancelled.</summary>
    public async Task<KinesisStep> ReadOnceAsync(CancellationToken cancel)
    {
        var tally = new Tally();
        try
        {
            if (time.GetUtcNow() >= _nextList)
            {
                await ListAsync(tally, cancel);
            }

            foreach (var shard in _shards.Values.Where(IsDue).ToList())
            {
                await ReadAsync(shard, tally, cancel);
            }
        }
        finally
        {
            Save(tally); // Also of a step that is cancelled: what it took over is durable.
        }

        var behind = _shards.Values.Select(shard => shard.BehindLatest).DefaultIfEmpty().Max();
        return new KinesisStep(tally.Records, tally.Bytes, behind, UntilNext(), tally.Failure);
    }

    private bool IsReadable(ShardState shard) =>
        !checkpoint.HasEnded(shard.Id) && shard.Parents.All(parent => !_shards.ContainsKey(parent) || checkpoint.HasEnded(parent));

    private bool IsDue(ShardState shard) => time.GetUtcNow() >= shard.NextRead && IsReadable(shard);

    private TimeSpan UntilNext()
    {
        var next = _shards.Values.Where(IsReadable).Select(shard => shard.NextRead).Append(_nextList).Min();
        var pause = next - time.GetUtcNow();
        return pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
    }

    private async Task ListAsync(Tally tally, CancellationToken cancel)
    {
        try
        {
            var listed = await client.ListShardsAsync(cancel);
            foreach (var shard in listed)
            {
                _shards.TryAdd(shard.Id, new ShardState(shard, new KinesisBackOff(random)));
            }

            var ids = listed.Select(shard => shard.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in _shards.Keys.Where(id => !ids.Contains(id)).ToList())
            {
                _shards.Remove(gone);
            }

            checkpoint.Keep(ids);
            _listing.Reset();
            _nextList = time.GetUtcNow() + reading.ListPause;
        }
        catch (KinesisException exception)
        {
            Fail(tally, "the stream", exception, _listing.Failures == 0);
            _nextList = time.GetUtcNow() + _listing.Next();
        }
    }

    private async Task ReadAsync(ShardState shard, Tally tally, CancellationToken cancel)
    {
        try
        {
            shard.Iterator ??= await OpenAsync(shard.Id, cancel);
            var batch = await client.GetRecordsAsync(shard.Id, shard.Iterator, reading.RecordsMax, cancel);
            if (await TakeAsync(shard, batch.Records, tally, cancel))
            {
                Advance(shard, batch);
            }
            else
            {
                shard.Iterator = null; // Behind what was taken.
                shard.NextRead = time.GetUtcNow() + shard.BackOff.Next();
            }
        }
        catch (KinesisException exception)
        {
            Recover(shard, exception, tally);
        }
    }

    private async Task<string> OpenAsync(string shardId, CancellationToken cancel)
    {
        var after = checkpoint.AfterOf(shardId);
        try
        {
            return await client.GetIteratorAsync(shardId, after, cancel);
        }
        catch (KinesisException exception) when (exception.Fault == KinesisFault.InvalidArgument && after is not null)
        {
            // The stream was made anew under its old name.
            Log.BegunAnew(logger, shardId, after);
            checkpoint.Forget(shardId);
            return await client.GetIteratorAsync(shardId, after: null, cancel);
        }
    }

    private void Advance(ShardState shard, KinesisBatch batch)
    {
        shard.BackOff.Reset();
        shard.Iterator = batch.NextIterator;
        shard.BehindLatest = batch.BehindLatest;
        shard.NextRead = time.GetUtcNow() + (batch.Records.Count > 0 || batch.BehindLatest > TimeSpan.Zero ? reading.BusyPause : reading.IdlePause);
        if (batch.NextIterator is null)
        {
            checkpoint.End(shard.Id);
            shard.BehindLatest = TimeSpan.Zero;
            _nextList = DateTimeOffset.MinValue; // It has children.
        }
    }

    /// <summary>Gives records to the sink; false if it did not take all.</summary>
    private async Task<bool> TakeAsync(ShardState shard, IReadOnlyList<KinesisRecord> records, Tally tally, CancellationToken cancel)
    {
        if (records.Count == 0)
        {
            return true;
        }

        var split = Split(records);
        var taken = await sink(split, cancel);
        var whole = taken >= split.Count ? records.Count : WholeRecords(records, split, taken);
        if (whole > 0)
        {
            checkpoint.Take(shard.Id, records[whole - 1].Origin.SequenceNumber);
            tally.Records += whole;
            tally.Bytes += records.Take(whole).Sum(record => (long)record.Data.Length);
        }

        return whole == records.Count;
    }

    private IReadOnlyList<KinesisRecord> Split(IReadOnlyList<KinesisRecord> records)
    {
        if (!reading.SplitsAggregated)
        {
            return records;
        }

        var split = new List<KinesisRecord>(records.Count);
        foreach (var record in records)
        {
            AggregatedRecord.AddTo(split, record);
        }

        return split;
    }

    // Of an aggregated record that was taken in part, all is read again: what is told apart is the record of Kinesis.
    private static int WholeRecords(IReadOnlyList<KinesisRecord> records, IReadOnlyList<KinesisRecord> split, int taken)
    {
        var firstLeft = split[taken].Origin.SequenceNumber;
        var whole = 0;
        while (records[whole].Origin.SequenceNumber != firstLeft)
        {
            whole++;
        }

        return whole;
    }

    private void Recover(ShardState shard, KinesisException exception, Tally tally)
    {
        var isFirst = shard.BackOff.Failures == 0;
        shard.Iterator = null;
        shard.NextRead = time.GetUtcNow();
        if (exception.Fault == KinesisFault.IteratorExpired && isFirst)
        {
            shard.BackOff.Next(); // Nobody called for five minutes: no failure, unless it comes again.
            return;
        }

        Fail(tally, shard.Id, exception, isFirst);
        shard.NextRead += shard.BackOff.Next();
        if (exception.Fault == KinesisFault.NotFound)
        {
            _nextList = DateTimeOffset.MinValue;
        }
    }

    private void Save(Tally tally)
    {
        try
        {
            checkpoint.Save();
        }
        catch (DiskException exception)
        {
            tally.Failure = exception.Message;
            Log.NotSaved(logger, exception.Message);
        }
    }

    private void Fail(Tally tally, string what, KinesisException exception, bool isFirst)
    {
        tally.Failure = exception.Message;
        if (isFirst)
        {
            Log.Failed(logger, what, exception.Message);
        }
    }

    private sealed class ShardState(KinesisShard shard, KinesisBackOff backOff)
    {
        public string Id => shard.Id;

        public IReadOnlyList<string> Parents => shard.Parents;

        public KinesisBackOff BackOff => backOff;

        public string? Iterator { get; set; }

        public DateTimeOffset NextRead { get; set; } = DateTimeOffset.MinValue;

        public TimeSpan BehindLatest { get; set; }
    }

    private sealed class Tally
    {
        public long Records { get; set; }

        public long Bytes { get; set; }

        public string? Failure { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(7201, LogLevel.Warning, "Reading {What} failed and is tried again: {Error}")]
        public static partial void Failed(ILogger logger, string what, string error);

        [LoggerMessage(7202, LogLevel.Warning, "Shard {Shard} does not know the sequence number {After} any more; it is read from its oldest record, and some records may come twice")]
        public static partial void BegunAnew(ILogger logger, string shard, string after);

        [LoggerMessage(7203, LogLevel.Warning, "How far the stream was read could not be written; after a stop some records would come twice: {Error}")]
        public static partial void NotSaved(ILogger logger, string error);
    }
}
