using Cistern.Delivery.Backup;
using Cistern.Delivery.Buffer;
using Cistern.Delivery.Http;
using Cistern.Delivery.Metrics;
using Cistern.Journal;

namespace Cistern.Delivery.Pipeline;

/// <summary>Makes objects of what is in the outbox, one kind apart from the other, by size or age; tries for ever, as long as records are kept at all.</summary>
internal sealed partial class ObjectStage
{
    private readonly StreamState _stream;
    private readonly Outbox _outbox;
    private readonly SortedDictionary<OutboxKind, Pile> _piles = [];

    public ObjectStage(StreamState stream, Outbox outbox)
    {
        (_stream, _outbox) = (stream, outbox);
        foreach (var piece in outbox.Found)
        {
            Add(piece);
        }
    }

    /// <summary>Bytes that wait for their object or its answer.</summary>
    public long Bytes => _piles.Values.Sum(pile => pile.Bytes);

    /// <summary>Records that wait for their object or its answer.</summary>
    public long Records => _piles.Values.Sum(pile => pile.Records);

    /// <summary>Puts that failed and will be tried again.</summary>
    public int Retrying => _piles.Values.Count(pile => pile.Failures > 0);

    /// <summary>When a pile is due or to be tried again.</summary>
    public DateTimeOffset? NextDue => _piles.Values.Where(pile => pile.Put is null && pile.Pieces.Count > 0)
        .Select(pile => (DateTimeOffset?)(pile.NextTry ?? (IsFull(pile) ? _stream.Now : DueOf(pile)))).Min();

    public void Add(OutboxPiece piece)
    {
        if (!_piles.TryGetValue(piece.Kind, out var pile))
        {
            _piles.Add(piece.Kind, pile = new Pile(piece.Kind));
        }

        pile.Add(piece);
    }

    /// <summary>Takes the answers that came; false if none did.</summary>
    public bool Collect()
    {
        var moved = false;
        foreach (var pile in _piles.Values.Where(pile => pile.Put is { IsCompleted: true }))
        {
            var failure = AnswerOf(pile.Put!);
            pile.Put = null;
            moved = true;
            if (failure is null)
            {
                Stored(pile);
            }
            else
            {
                Refused(pile, failure);
            }
        }

        return moved;
    }

    /// <summary>Begins the puts that are due; false if none is.</summary>
    public bool Launch(bool everything = false)
    {
        var moved = false;
        foreach (var pile in _piles.Values.Where(pile => pile.Put is null && pile.Pieces.Count > 0))
        {
            if (pile.NextTry is { } next ? next <= _stream.Now : everything || IsFull(pile) || DueOf(pile) <= _stream.Now)
            {
                Begin(pile);
                moved = true;
            }
        }

        return moved;
    }

    private S3Plan PlanOf(OutboxKind kind) => kind == OutboxKind.Source ? _stream.Plan.SourceBackup ?? _stream.Plan.S3 : _stream.Plan.S3;

    private bool IsFull(Pile pile) => pile.Bytes >= PlanOf(pile.Kind).Buffering.Bytes;

    private DateTimeOffset DueOf(Pile pile) => pile.Pieces[0].Added + PlanOf(pile.Kind).Buffering.Interval;

    // What an object holds stays the same over its attempts, and so does its key: one that was stored without an answer is replaced by itself.
    private void Begin(Pile pile)
    {
        var plan = PlanOf(pile.Kind);
        if (pile.Chosen == 0)
        {
            pile.Chosen = ChooseUpTo(pile, plan.Buffering.Bytes);
            pile.Key = "";
        }

        try
        {
            pile.Put = _stream.Watch(_stream.Parts.Objects.PutAsync(Make(pile, plan), _stream.Stop.Token));
        }
        catch (Exception exception) when (exception is JournalDamagedException or IOException)
        {
            pile.Put = Task.FromResult<ObjectFailure?>(new ObjectFailure("S3.InternalError", exception.Message));
        }
    }

    private static int ChooseUpTo(Pile pile, long bytesMax)
    {
        var (chosen, bytes) = (0, 0L);
        while (chosen < pile.Pieces.Count && (chosen == 0 || bytes + pile.Pieces[chosen].Bytes <= bytesMax))
        {
            bytes += pile.Pieces[chosen++].Bytes;
        }

        return chosen;
    }

    private NewObject Make(Pile pile, S3Plan plan)
    {
        var pieces = pile.Pieces.GetRange(0, pile.Chosen);
        var now = _stream.Now;
        if (pile.Key.Length == 0)
        {
            var prefix = pile.Kind is OutboxKind.Records or OutboxKind.Source ? S3Prefix.OfRecords(plan) : S3Prefix.OfErrors(plan, (ErrorOutputType)pile.Kind);
            var evaluated = prefix.Evaluate(pieces.Min(piece => piece.Oldest), _stream.Random);
            pile.Key = ObjectKey.Of(evaluated, _stream.Plan.Name, _stream.Plan.Version, now, ObjectKey.NewUuid(_stream.Random), plan);
        }

        using var body = new MemoryStream();
        using (var content = ObjectCompression.Open(plan.Compression, body, pile.Key, now))
        {
            _outbox.Read(pieces, content);
        }

        return new NewObject(plan.Bucket, pile.Key, body.GetBuffer().AsMemory(0, (int)body.Length), plan.Compression.ContentEncoding());
    }

    private static ObjectFailure? AnswerOf(Task<ObjectFailure?> put)
    {
        if (put.IsCompletedSuccessfully)
        {
            return put.Result;
        }

        return new ObjectFailure("S3.InternalError", put.Exception?.GetBaseException().Message ?? "it was stopped");
    }

    private void Stored(Pile pile)
    {
        var pieces = pile.Pieces.GetRange(0, pile.Chosen);
        Count(pile.Kind, pieces, success: true);
        _stream.Tally.AddBackedUp(pieces.Sum(piece => piece.Records));
        _stream.Tally.LastObjectFailure = null;
        Forget(pile);
    }

    private void Refused(Pile pile, ObjectFailure failure)
    {
        Count(pile.Kind, [], success: false);
        _stream.Tally.LastObjectFailure = new LastAnswer(_stream.Now, failure.Code, failure.Message);
        if (pile.Pieces[pile.Chosen - 1].Added < _stream.Now - _stream.Settings.Retention)
        {
            var lost = pile.Pieces.GetRange(0, pile.Chosen).Sum(piece => (long)piece.Records);
            Log.Expired(_stream.Parts.Logger, _stream.Plan.Name, lost, $"{failure.Code}: {failure.Message}");
            _stream.Tally.AddExpired(lost);
            Forget(pile);
            return;
        }

        pile.Failures++;
        pile.NextTry = _stream.Now + RetrySchedule.Pause(pile.Failures, _stream.Random);
        if (pile.Failures == 1)
        {
            Log.Refused(_stream.Parts.Logger, _stream.Plan.Name, PlanOf(pile.Kind).Bucket, $"{failure.Code}: {failure.Message}");
        }
    }

    private void Forget(Pile pile)
    {
        _outbox.Done(pile.Pieces.GetRange(0, pile.Chosen));
        _stream.Buffer.OutboxMoved();
        pile.RemoveChosen();
    }

    private void Count(OutboxKind kind, List<OutboxPiece> pieces, bool success)
    {
        var isDestination = kind == OutboxKind.Records;
        _stream.Count(isDestination ? StreamMetric.S3Success : StreamMetric.BackupSuccess, success ? 1 : 0);
        if (success)
        {
            _stream.Count(isDestination ? StreamMetric.S3Records : StreamMetric.BackupRecords, pieces.Sum(piece => piece.Records));
            _stream.Count(isDestination ? StreamMetric.S3Bytes : StreamMetric.BackupBytes, pieces.Sum(piece => piece.Bytes));
            var age = _stream.Now - pieces.Min(piece => piece.Oldest);
            _stream.Count(isDestination ? StreamMetric.S3DataFreshness : StreamMetric.BackupDataFreshness, age.TotalSeconds);
        }
    }

    private sealed class Pile(OutboxKind kind)
    {
        public OutboxKind Kind { get; } = kind;

        /// <summary>In order.</summary>
        public List<OutboxPiece> Pieces { get; } = [];

        public long Bytes { get; private set; }

        public long Records { get; private set; }

        /// <summary>How many of the first pieces are in the object that is tried.</summary>
        public int Chosen { get; set; }

        public string Key { get; set; } = "";

        public Task<ObjectFailure?>? Put { get; set; }

        public int Failures { get; set; }

        public DateTimeOffset? NextTry { get; set; }

        public void Add(OutboxPiece piece)
        {
            Pieces.Add(piece);
            Bytes += piece.Bytes;
            Records += piece.Records;
        }

        public void RemoveChosen()
        {
            Bytes -= Pieces.Take(Chosen).Sum(piece => piece.Bytes);
            Records -= Pieces.Take(Chosen).Sum(piece => (long)piece.Records);
            Pieces.RemoveRange(0, Chosen);
            (Chosen, Failures, NextTry) = (0, 0, null);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3101, LogLevel.Warning, "Stream {Stream} cannot store an object in {Bucket}, and tries again: {Reason}")]
        public static partial void Refused(ILogger logger, string stream, string bucket, string reason);

        [LoggerMessage(3102, LogLevel.Error, "Stream {Stream} lost {Records} records: their object could not be stored for longer than records are kept: {Reason}")]
        public static partial void Expired(ILogger logger, string stream, long records, string reason);
    }
}
