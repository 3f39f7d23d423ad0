using System.Buffers;
using Cistern.Delivery.Backup;
using Cistern.Delivery.Buffer;
using Cistern.Journal;

namespace Cistern.Delivery.Pipeline;

/// <summary>Moves records to the outbox; what was moved is done as far as the source is concerned.</summary>
/// <remarks>Additions are gathered and made durable together by <see cref="Flush"/>. If the disk refuses, they wait and nothing counts as done.</remarks>
internal sealed class OutboxWriter(StreamState stream, Outbox outbox, Action<OutboxPiece> added)
{
    // So much may wait before the stages in front have to.
    private const long BytesMax = 8L << 20;

    private static readonly TimeSpan _rest = TimeSpan.FromSeconds(1);

    private readonly Dictionary<OutboxKind, Gathered> _gathered = [];
    private readonly List<StreamRecord> _records = [];
    private long _bytes;

    /// <summary>More can be taken.</summary>
    public bool HasRoom => _bytes < BytesMax;

    /// <summary>When <see cref="Flush"/> is worth trying again, if it failed.</summary>
    public DateTimeOffset? NextTry { get; private set; }

    /// <summary>A record could not be delivered or processed.</summary>
    public void Fail(StreamRecord source, FailedRecord failed)
    {
        var gathered = Of((OutboxKind)failed.Type, source);
        var before = gathered.Content.WrittenCount;
        ErrorLine.Write(gathered.Content, failed);
        _bytes += gathered.Content.WrittenCount - before;
        _records.Add(source);
        stream.Tally.AddFailed(1);
    }

    /// <summary>A record goes to the bucket that is the destination.</summary>
    public void Deliver(Passing record)
    {
        Of(OutboxKind.Records, record.Source).Content.Write(record.Data.Span);
        _bytes += record.Data.Length;
        _records.Add(record.Source);
    }

    /// <summary>A source record is backed up besides; it is not done with that, and must not be done before <see cref="KeepCopies"/>.</summary>
    public void Copy(StreamRecord source)
    {
        Of(OutboxKind.Source, source).Content.Write(source.Data.Span);
        _bytes += source.Data.Length;
    }

    /// <summary>True if all copies are durable, so that their records may go on: one that was delivered, and so is done, is not read again after a crash.</summary>
    public bool KeepCopies() => !_gathered.ContainsKey(OutboxKind.Source) || Flush();

    /// <summary>Makes what was gathered durable; false if that failed and is to be tried again.</summary>
    public bool Flush()
    {
        if (_gathered.Count == 0)
        {
            return true;
        }

        if (NextTry is { } next && stream.Now < next)
        {
            return false;
        }

        try
        {
            Store();
            NextTry = null;
            return true;
        }
        catch (JournalUnavailableException)
        {
            outbox.Withdraw();
            NextTry = stream.Now + _rest;
            return false;
        }
    }

    private void Store()
    {
        var pieces = _gathered.Select(kind => outbox.Append(kind.Key, kind.Value.Oldest, stream.Now, kind.Value.Records, kind.Value.Content.WrittenMemory)).ToList();
        outbox.Sync();
        pieces.ForEach(added);
        _records.ForEach(stream.Buffer.Done);
        _gathered.Clear();
        _records.Clear();
        _bytes = 0;
    }

    private Gathered Of(OutboxKind kind, StreamRecord source)
    {
        if (!_gathered.TryGetValue(kind, out var gathered))
        {
            _gathered.Add(kind, gathered = new Gathered(source.Arrived));
        }

        gathered.Records++;
        gathered.Oldest = source.Arrived < gathered.Oldest ? source.Arrived : gathered.Oldest;
        return gathered;
    }

    private sealed class Gathered(DateTimeOffset oldest)
    {
        public ArrayBufferWriter<byte> Content { get; } = new();

        public int Records { get; set; }

        public DateTimeOffset Oldest { get; set; } = oldest;
    }
}
