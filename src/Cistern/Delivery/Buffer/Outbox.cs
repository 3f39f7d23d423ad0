using System.Buffers;
using System.Buffers.Binary;
using Cistern.Journal;

namespace Cistern.Delivery.Buffer;

/// <summary>What waits to become an object in a bucket. The names are stored: append only.</summary>
internal enum OutboxKind
{
    HttpEndpointFailed = ErrorOutputType.HttpEndpointFailed,
    ProcessingFailed = ErrorOutputType.ProcessingFailed,
    DecompressionFailed = ErrorOutputType.DecompressionFailed,
    DestinationUnsupported = ErrorOutputType.DestinationUnsupported,

    /// <summary>Records for a bucket that is the destination.</summary>
    Records = 16,

    /// <summary>Source records that are backed up besides.</summary>
    Source = 17,
}

/// <summary>A piece of a future object.</summary>
/// <param name="Sequence">Its entry in the outbox.</param>
/// <param name="Oldest">When its oldest record arrived.</param>
internal sealed record OutboxPiece(long Sequence, OutboxKind Kind, DateTimeOffset Oldest, DateTimeOffset Added, int Records, long Bytes);

/// <summary>Everything of a stream that is bound for a bucket, durable until its object is stored: a journal of its own, so that a bucket that is down does not pin the source.</summary>
/// <remarks>An entry is a piece of an object's content as it will be, before compression. The stream's worker is the only user.</remarks>
internal sealed class Outbox : IDisposable
{
    private const byte Version = 1;
    private const int HeaderBytes = 30;

    private readonly JournalLog _journal;
    private readonly DoneRanges _done;

    private Outbox(JournalLog journal, DoneRanges done, IEnumerable<OutboxPiece> found)
    {
        (_journal, _done) = (journal, done);
        _done.Add(new RecordRange(_done.Base, new RecordPosition(journal.FirstSequence, 0)));
        Found = [.. found.Where(piece => !_done.Contains(new RecordPosition(piece.Sequence, 0)))];
    }

    /// <summary>Pieces that were there when it opened, in order.</summary>
    public IReadOnlyList<OutboxPiece> Found { get; }

    public long Bytes => _journal.Bytes;

    /// <param name="done">Entries whose objects are stored; kept up to date and stored by the stream's <see cref="StreamBuffer"/>.</param>
    public static Outbox Open(IDisk disk, StreamFiles files, JournalSettings settings, Random random, DoneRanges done)
    {
        List<OutboxPiece> found = [];
        void Visit(long sequence, ReadOnlySpan<byte> header) => found.Add(ReadHeader(sequence, header));
        var journal = JournalLog.Open(disk, files.Outbox, settings with { FirstSequence = Math.Max(1, done.Base.Entry) }, random, Visit);
        return new Outbox(journal, done, found);
    }

    /// <summary>Adds a piece to the group that <see cref="Sync"/> makes durable.</summary>
    /// <exception cref="JournalUnavailableException">It cannot be stored now.</exception>
    public OutboxPiece Append(OutboxKind kind, DateTimeOffset oldest, DateTimeOffset now, int records, ReadOnlyMemory<byte> content)
    {
        var header = new byte[HeaderBytes];
        header[0] = Version;
        header[1] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(2), oldest.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(10), now.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(18), records);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(22), content.Length);
        var sequence = _journal.Append(header, new ReadOnlySequence<byte>(content));
        return ReadHeader(sequence, header);
    }

    public void Sync() => _journal.Sync();

    public void Withdraw() => _journal.Withdraw();

    /// <summary>Writes the content of pieces, one behind the other. They are in ascending order.</summary>
    /// <exception cref="JournalDamagedException">A piece is damaged.</exception>
    public void Read(IReadOnlyList<OutboxPiece> pieces, Stream target)
    {
        var next = 0;
        _journal.ReadFrom(pieces[0].Sequence, pieces[^1].Sequence + 1, (sequence, _, body) =>
        {
            if (next == pieces.Count || sequence != pieces[next].Sequence)
            {
                return; // Of another kind.
            }

            next++;
            foreach (var part in body)
            {
                target.Write(part.Span);
            }
        });
    }

    /// <summary>The object of these pieces is stored.</summary>
    public void Done(IReadOnlyList<OutboxPiece> pieces)
    {
        foreach (var piece in pieces)
        {
            _done.Add(new RecordRange(new RecordPosition(piece.Sequence, 0), new RecordPosition(piece.Sequence + 1, 0)));
        }
    }

    /// <summary>Lets go of the files whose pieces are done; after that was stored.</summary>
    public void Release() => _journal.Release(_done.Base.Entry - 1);

    public void Dispose() => _journal.Dispose();

    private static OutboxPiece ReadHeader(long sequence, ReadOnlySpan<byte> header) => header.Length == HeaderBytes && header[0] == Version
        ? new OutboxPiece(
            sequence,
            (OutboxKind)header[1],
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(header[2..])),
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(header[10..])),
            BinaryPrimitives.ReadInt32LittleEndian(header[18..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[22..]))
        : throw new InvalidDataException($"an outbox has an entry of version {(header.IsEmpty ? 0 : header[0])}, this program reads version {Version}");
}
