using Cistern.Delivery.Buffer;
using Cistern.Delivery.Metrics;
using Cistern.Journal;

namespace Cistern.Delivery.Pipeline;

/// <summary>Moves the records of one stream from its journal to where they end, one step at a time.</summary>
/// <remarks>
/// <para>
/// The way of a record: (1) it is read from the journal when the stage in front has room, so a destination that stands still keeps records on the disk and not in memory;
/// (2) the processors and (3) the function change, drop or refuse it; (4) it is delivered over HTTP, or goes to the outbox as what a bucket gets; (5) what fails for good
/// goes to the outbox, too; (6) the outbox becomes objects. A record is done, and its file of the journal may go, when (4) or (5) is durable.
/// </para>
/// <para>
/// A step does what is due at the moment and waits for nothing but the disk; what takes time is a task that a later step looks at. So a simulation can play
/// the service on a clock of its own.
/// </para>
/// </remarks>
internal sealed partial class StreamWorker : IDisposable
{
    private static readonly TimeSpan _savePause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly StreamState _stream;
    private readonly Outbox _outbox;
    private readonly OutboxWriter _writer;
    private readonly ObjectStage _objects;
    private readonly TransformStage _transform;
    private readonly HttpStage _http;
    private readonly Queue<Passing> _pulled = [];
    private volatile StreamPlan _plan;
    private volatile StreamStatus _status;
    private DateTimeOffset _lastSaved = DateTimeOffset.MinValue;
    private string? _fault;
    private volatile bool _closed;

    public StreamWorker(StreamPlan plan, StreamBuffer buffer, Outbox outbox, DeliveryParts parts, Random random)
    {
        _plan = plan;
        _outbox = outbox;
        _stream = new StreamState(plan, buffer, parts, random);
        _objects = new ObjectStage(_stream, outbox);
        _writer = new OutboxWriter(_stream, outbox, _objects.Add);
        _transform = new TransformStage(_stream, _writer, Forward);
        _http = new HttpStage(_stream, _writer);
        _status = MakeStatus();
        buffer.Stored = WakeUp;
    }

    public StreamPlan Plan => _plan;

    public StreamBuffer Buffer => _stream.Buffer;

    /// <summary>As of the last step.</summary>
    public StreamStatus Status => _status with { BufferedRecords = Buffer.Records, OldestBuffered = Buffer.Oldest };

    /// <summary>Bytes on the disk, those of puts that wait included.</summary>
    public long Bytes => Buffer.Bytes + _outbox.Bytes + Interlocked.Read(ref Buffer.Waiting);

    /// <summary>No step does anything any more.</summary>
    public bool IsClosed => _closed;

    /// <summary>Ends when the stream is closed.</summary>
    public CancellationToken Stopping => _stream.Stop.Token;

    /// <summary>Called when a step has something to do earlier than it said; from any thread.</summary>
    public Action Wake
    {
        set => _stream.Wake = value;
    }

    /// <summary>There is something to do.</summary>
    public void WakeUp() => _stream.Wake();

    /// <summary>Changes the configuration; the next step and the next attempts go by it.</summary>
    public void Update(StreamPlan plan)
    {
        _plan = plan;
        _stream.Wake();
    }

    /// <summary>Does everything that is due.</summary>
    /// <returns>When the next step is due if nothing wakes the stream before; null for never.</returns>
    public DateTimeOffset? Step()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return null;
            }

            TakePlan();
            while (StepOnce())
            {
            }

            var nextSave = Save();
            _status = MakeStatus();
            return Earliest(nextSave, _transform.NextDue(DestinationHasRoom), _stream.Plan.Http is null ? null : _http.NextDue, _objects.NextDue, _writer.NextTry);
        }
    }

    /// <summary>Stores how far the stream is; nothing goes on after it.</summary>
    public void Close()
    {
        _stream.Stop.Cancel();
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            try
            {
                if (Buffer.HasUnsaved)
                {
                    Buffer.Save();
                }
            }
            catch (IOException exception)
            {
                Log.NotSaved(_stream.Parts.Logger, _plan.Name, exception.Message);
            }
        }
    }

    public void Dispose()
    {
        Close();
        _http.Dispose();
        _outbox.Dispose();
        Buffer.Dispose();
    }

    private bool StepOnce()
    {
        var moved = _objects.Collect() | _transform.Collect() | (_stream.Plan.Http is not null && _http.Collect());
        moved |= Pull();
        moved |= _transform.Launch(DestinationHasRoom);
        moved |= _stream.Plan.Http is not null && _http.Launch();
        _writer.Flush();
        return _objects.Launch() | moved;
    }

    private bool DestinationHasRoom => _writer.HasRoom && (_stream.Plan.Http is null || _http.HasRoom);

    private void TakePlan()
    {
        if (_stream.Plan == _plan)
        {
            return;
        }

        _stream.Plan = _plan;
        if (_plan.Http is null && !_http.IsEmpty)
        {
            _http.TakeAll().ForEach(Forward);
        }
    }

    // Reads as long as the first stage has room; true if anything went on.
    private bool Pull()
    {
        var moved = false;
        while (_writer.HasRoom && (HasFunction ? _transform.HasRoom : DestinationHasRoom) && (_pulled.Count > 0 || ReadEntry()) && _writer.KeepCopies())
        {
            Process(_pulled.Dequeue());
            moved = true;
        }

        return moved;
    }

    private bool HasFunction => _stream.Plan.Transform is not null || !_transform.IsEmpty;

    // False if there is nothing to read, or what was read before waits for the disk.
    private bool ReadEntry()
    {
        if (_fault is not null || !_writer.Flush())
        {
            return false;
        }

        try
        {
            while (Buffer.ReadNext() is { } records)
            {
                Take(records);
                if (_pulled.Count > 0)
                {
                    return true;
                }
            }
        }
        catch (Exception exception) when (exception is JournalDamagedException or InvalidDataException or IOException)
        {
            _fault = exception.Message;
            Log.Damaged(_stream.Parts.Logger, _plan.Name, exception.Message);
        }

        return false;
    }

    private void Take(List<StreamRecord> records)
    {
        var limit = _stream.Now - _stream.Settings.Retention;
        var lost = 0;
        foreach (var record in records)
        {
            if (record.Arrived < limit)
            {
                Buffer.Done(record);
                lost++;
                continue;
            }

            if (_stream.Plan.SourceBackup is not null)
            {
                _writer.Copy(record);
            }

            _pulled.Enqueue(new Passing(record, record.Data));
        }

        if (lost > 0)
        {
            _stream.Tally.AddExpired(lost);
            Log.Expired(_stream.Parts.Logger, _plan.Name, lost, _stream.Settings.Retention.TotalHours);
        }
    }

    private void Process(Passing record)
    {
        var (data, dropped, fault) = RecordProcessors.Before(_stream.Plan, record.Data);
        if (fault is not null)
        {
            _stream.Count(StreamMetric.DecompressedRecordsFailed, 1);
            _writer.Fail(record.Source, FailureOf(record.Source, ErrorOutputType.DecompressionFailed, "DecompressionFailed", fault));
        }
        else if (dropped)
        {
            _stream.Tally.AddDropped(1);
            Buffer.Done(record.Source);
        }
        else if (HasFunction)
        {
            _transform.Add(new Passing(record.Source, data));
        }
        else
        {
            Forward(new Passing(record.Source, data));
        }
    }

    private void Forward(Passing record)
    {
        var plan = _stream.Plan;
        if (plan.UnsupportedDestination is { } type)
        {
            var message = $"records are not delivered to a destination of type {type} here; they are kept in the backup";
            _writer.Fail(record.Source, FailureOf(record.Source, ErrorOutputType.DestinationUnsupported, "Destination.Unsupported", message) with { RawData = record.Data });
            return;
        }

        var after = new Passing(record.Source, RecordProcessors.After(plan, record.Data));
        if (plan.Http is null)
        {
            _writer.Deliver(after);
        }
        else
        {
            _http.Add(after, plan.Transform is null ? record.Source.Arrived : _stream.Now);
        }
    }

    private FailedRecord FailureOf(StreamRecord record, ErrorOutputType type, string code, string message) => new()
    {
        Type = type,
        Attempts = 1,
        Arrived = record.Arrived,
        ErrorCode = code,
        ErrorMessage = message,
        AttemptEnded = _stream.Now,
        RawData = record.Data,
    };

    // At most once a second, because it costs two syncs: what a kill loses of it is delivered twice.
    private DateTimeOffset? Save()
    {
        if (!Buffer.HasUnsaved)
        {
            return null;
        }

        var due = _lastSaved == DateTimeOffset.MinValue ? _stream.Now : _lastSaved + _savePause;
        if (due > _stream.Now)
        {
            return due;
        }

        _lastSaved = _stream.Now;
        try
        {
            Buffer.Save();
            _outbox.Release();
            return null;
        }
        catch (IOException exception)
        {
            Log.NotSaved(_stream.Parts.Logger, _plan.Name, exception.Message);
            return _stream.Now + _savePause;
        }
    }

    private StreamStatus MakeStatus() => new()
    {
        Arn = _plan.Arn,
        Name = _plan.Name,
        DiskBytes = Buffer.Bytes + _outbox.Bytes,
        InFlightRecords = _http.InFlight + _transform.InFlight,
        RetryingBatches = _http.Retrying,
        OutboxRecords = _objects.Records,
        DeliveredRecords = _stream.Tally.Delivered,
        DroppedRecords = _stream.Tally.Dropped,
        FailedRecords = _stream.Tally.Failed,
        BackedUpRecords = _stream.Tally.BackedUp,
        LostRecords = _stream.Tally.Expired,
        LastAnswer = _stream.Tally.LastAnswer,
        LastObjectFailure = _stream.Tally.LastObjectFailure,
        Fault = _fault,
    };

    private static DateTimeOffset? Earliest(params ReadOnlySpan<DateTimeOffset?> times)
    {
        DateTimeOffset? earliest = null;
        foreach (var time in times)
        {
            earliest = earliest is null || time < earliest ? time ?? earliest : earliest;
        }

        return earliest;
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Error, "Stream {Stream} lost {Records} records: they could not be delivered for {Hours} hours")]
        public static partial void Expired(ILogger logger, string stream, int records, double hours);

        [LoggerMessage(3002, LogLevel.Error, "Stream {Stream} stands still: {Reason}")]
        public static partial void Damaged(ILogger logger, string stream, string reason);

        [LoggerMessage(3003, LogLevel.Warning, "Stream {Stream} could not store how far it is; after a start some records may be delivered twice: {Reason}")]
        public static partial void NotSaved(ILogger logger, string stream, string reason);
    }
}
