using System.Buffers;
using Cistern.Journal;

namespace Cistern.Delivery.Buffer;

/// <summary>The records of one stream from the answer to their put until they are done, and how far the stream is.</summary>
/// <remarks>
/// A lane appends, the stream's worker reads and says what is done; both may go on at the same time. Files of the journal go when everything in them is done.
/// </remarks>
internal sealed class StreamBuffer : IDisposable
{
    private readonly IDisk _disk;
    private readonly string _progressFile;
    private readonly JournalLog _journal;
    private readonly JournalCursor _cursor;
    private readonly DoneRanges _done;
    private readonly Lock _gate = new();
    private readonly Queue<(long Entry, DateTimeOffset Arrived)> _arrivals = [];
    private long _records;

    private StreamBuffer(IDisk disk, StreamFiles files, JournalLog journal, StreamProgress progress, List<(long Entry, DateTimeOffset Arrived, int Count)> found)
    {
        (_disk, _journal, _progressFile) = (disk, journal, files.Progress);
        _done = progress.Source;
        OutboxDone = progress.Outbox;
        _done.Add(new RecordRange(_done.Base, new RecordPosition(journal.FirstSequence, 0)));
        foreach (var (entry, arrived, count) in found.Where(entry => entry.Entry >= _done.Base.Entry))
        {
            _arrivals.Enqueue((entry, arrived));
            _records += Enumerable.Range(0, count).Count(index => !_done.Contains(new RecordPosition(entry, index)));
        }

        _cursor = journal.ReadOnFrom(_done.Base.Entry);
    }

    /// <summary>What of the outbox is done; the outbox keeps it, this file stores it.</summary>
    public DoneRanges OutboxDone { get; }

    /// <summary>Bytes on the disk.</summary>
    public long Bytes => _journal.Bytes;

    /// <summary>Records that are not done.</summary>
    public long Records => Interlocked.Read(ref _records);

    /// <summary>When the oldest record arrived that is not done; null if there is none.</summary>
    public DateTimeOffset? Oldest
    {
        get
        {
            lock (_gate)
            {
                return _arrivals.TryPeek(out var oldest) && Records > 0 ? oldest.Arrived : null;
            }
        }
    }

    /// <summary>Why nothing can be stored now, or null.</summary>
    public string? Failure => _journal.Failure;

    /// <summary>Called when there are new durable records.</summary>
    public Action? Stored { get; set; }

    /// <summary>Bytes of puts that wait for their sync.</summary>
    public long Waiting;

    /// <summary>What was done since the last <see cref="Save"/>.</summary>
    public bool HasUnsaved { get; private set; }

    /// <exception cref="JournalDamagedException">Records that were answered are damaged.</exception>
    /// <exception cref="InvalidDataException">The file with the progress is damaged.</exception>
    /// <exception cref="DiskException">The folder cannot be read or written.</exception>
    public static StreamBuffer Open(IDisk disk, StreamFiles files, JournalSettings settings, Random random)
    {
        List<(long, DateTimeOffset, int)> found = [];
        void Visit(long sequence, ReadOnlySpan<byte> header)
        {
            var (arrived, count) = PutEntry.ReadHeader(header);
            found.Add((sequence, arrived, count));
        }

        var progress = ProgressFile.Read(disk, files.Progress);

        // A journal whose files are all gone goes on where it was: what is done is remembered by sequence.
        var journal = JournalLog.Open(disk, files.Journal, settings with { FirstSequence = Math.Max(1, progress.Source.Base.Entry) }, random, Visit);
        try
        {
            return new StreamBuffer(disk, files, journal, progress, found);
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Adds a put to the group that <see cref="Sync"/> makes durable. By one lane alone.</summary>
    /// <exception cref="JournalUnavailableException">It cannot be stored now.</exception>
    public long Append(PendingPut put) => _journal.Append(put.Header, new ReadOnlySequence<byte>(put.Body.AsMemory(0, put.BodyBytes)));

    /// <summary>Forgets the group.</summary>
    public void Withdraw() => _journal.Withdraw();

    /// <summary>Makes the group durable.</summary>
    /// <exception cref="JournalUnavailableException">None of the group is stored.</exception>
    public void Sync(IReadOnlyList<PendingPut> group)
    {
        // Before they are durable, because the worker may be done with them before this returns.
        lock (_gate)
        {
            foreach (var put in group)
            {
                _arrivals.Enqueue((put.Entry, put.Arrived));
            }
        }

        Interlocked.Add(ref _records, group.Sum(put => put.Count));
        try
        {
            _journal.Sync();
        }
        catch (JournalUnavailableException)
        {
            ForgetGroup(group);
            throw;
        }
    }

    /// <summary>Reads the records of the next entry that are not done; null if there is no entry yet.</summary>
    /// <exception cref="JournalDamagedException">The entry is damaged.</exception>
    public List<StreamRecord>? ReadNext()
    {
        List<StreamRecord>? records = null;
        if (!_cursor.TryRead((sequence, header, body) => records = PutEntry.Read(sequence, header, body)))
        {
            return null;
        }

        records!.RemoveAll(record => _done.Contains(new RecordPosition(record.Entry, record.Index)));
        return records;
    }

    /// <summary>Records are done: delivered, dropped, or durable in the outbox.</summary>
    public void Done(StreamRecord record)
    {
        var from = new RecordPosition(record.Entry, record.Index);
        _done.Add(new RecordRange(from, record.IsLastOfEntry ? new RecordPosition(record.Entry + 1, 0) : new RecordPosition(record.Entry, record.Index + 1)));
        Interlocked.Decrement(ref _records);
        HasUnsaved = true;
    }

    /// <summary>The outbox is further.</summary>
    public void OutboxMoved() => HasUnsaved = true;

    /// <summary>Stores what is done, and lets go of the files that are done altogether.</summary>
    /// <exception cref="DiskException">It is not stored; what was done since the last time may be done again after the next start.</exception>
    public void Save()
    {
        ProgressFile.Write(_disk, _progressFile, new StreamProgress(_done, OutboxDone));
        HasUnsaved = false;
        _journal.Release(_done.Base.Entry - 1);
        lock (_gate)
        {
            while (_arrivals.TryPeek(out var oldest) && oldest.Entry < _done.Base.Entry)
            {
                _arrivals.Dequeue();
            }
        }
    }

    public void Dispose()
    {
        _cursor.Dispose();
        _journal.Dispose();
    }

    private void ForgetGroup(IReadOnlyList<PendingPut> group)
    {
        Interlocked.Add(ref _records, -group.Sum(put => put.Count));
        lock (_gate)
        {
            var kept = _arrivals.Where(arrival => arrival.Entry < group[0].Entry).ToList();
            _arrivals.Clear();
            kept.ForEach(_arrivals.Enqueue);
        }
    }
}

/// <summary>Where a stream keeps its records.</summary>
/// <param name="Folder">Of the stream.</param>
internal sealed record StreamFiles(string Folder)
{
    public string Journal => Path.Combine(Folder, "journal");

    public string Outbox => Path.Combine(Folder, "outbox");

    public string Progress => Path.Combine(Folder, "progress.json");
}
