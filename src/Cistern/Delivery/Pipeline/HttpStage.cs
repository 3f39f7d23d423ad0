using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cistern.Delivery.Http;
using Cistern.Delivery.Metrics;
using Cistern.Delivery.Transform;

namespace Cistern.Delivery.Pipeline;

/// <summary>Gathers records into batches by size or age, and delivers each until it is taken or its window closes.</summary>
/// <remarks>
/// A batch keeps its body and its id over all attempts; address, key, attributes and window are those of the stream's plan at the time of the attempt. Batches are in
/// flight beside each other, so they may arrive in another order.
/// </remarks>
internal sealed class HttpStage(StreamState stream, OutboxWriter outbox) : IDisposable
{
    private const int PlaceBytes = 20;

    private readonly List<Passing> _open = [];
    private readonly List<Batch> _batches = [];
    private long _openBytes;
    private DateTimeOffset _since;
    private StreamPlan? _senderPlan;
    private FirehoseSender? _sender;
    private HttpMessageInvoker? _connections;

    /// <summary>More can be taken.</summary>
    public bool HasRoom => !IsFull || _batches.Count < BatchesMax;

    /// <summary>Records in batches.</summary>
    public int InFlight => _batches.Sum(batch => batch.Records.Count);

    /// <summary>Batches that failed and will be tried again.</summary>
    public int Retrying => _batches.Count(batch => batch.Attempts > 0);

    public bool IsEmpty => _open.Count == 0 && _batches.Count == 0;

    /// <summary>When a batch is due, or to be tried again.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            var due = _batches.Where(batch => batch.Attempt is null).Select(batch => (DateTimeOffset?)batch.NextTry).Min();
            return _open.Count > 0 && _batches.Count < BatchesMax && (due is null || DueOfOpen < due) ? DueOfOpen : due;
        }
    }

    private HttpPlan Plan => stream.Plan.Http!;

    private int BatchesMax => (int)Math.Clamp(stream.Settings.BatchBytesMax / Math.Max(1, Plan.Buffering.Bytes), 1, stream.Settings.BatchesMax);

    private bool IsFull => _openBytes >= Plan.Buffering.Bytes || _open.Count >= EnvelopeWriter.RecordsMax;

    private DateTimeOffset DueOfOpen => IsFull ? stream.Now : _since + Plan.Buffering.Interval;

    /// <param name="since">From when on the record's interval counts.</param>
    public void Add(Passing record, DateTimeOffset since)
    {
        _since = _open.Count == 0 || since < _since ? since : _since;
        _open.Add(record);
        _openBytes += record.Data.Length;
    }

    /// <summary>Takes the answers that came; false if none did.</summary>
    public bool Collect()
    {
        var moved = false;
        for (var at = _batches.Count - 1; at >= 0; at--)
        {
            var batch = _batches[at];
            if (batch.Attempt is not { IsCompleted: true } attempt)
            {
                continue;
            }

            moved = true;
            batch.Attempt = null;
            if (attempt.IsCanceled)
            {
                batch.NextTry = stream.Now; // The process ends; what is not done is done after the next start.
            }
            else if (Judge(batch, attempt.IsFaulted ? DestinationAnswer.Failed(DeliveryError.InternalError, attempt.Exception!.GetBaseException().Message) : attempt.Result))
            {
                _batches.RemoveAt(at);
            }
        }

        return moved;
    }

    /// <summary>Makes batches that are due and begins attempts; false if there is nothing to begin.</summary>
    public bool Launch()
    {
        var moved = false;
        while (_open.Count > 0 && _batches.Count < BatchesMax && DueOfOpen <= stream.Now)
        {
            _batches.Add(new Batch(TakeOpen()) { NextTry = stream.Now });
            moved = true;
        }

        foreach (var batch in _batches.Where(batch => batch.Attempt is null && batch.NextTry <= stream.Now))
        {
            Begin(batch);
            moved = true;
        }

        return moved;
    }

    /// <summary>Hands back everything, because the stream has got another kind of destination.</summary>
    public List<Passing> TakeAll()
    {
        List<Passing> all = [.. _batches.SelectMany(batch => batch.Records), .. _open];
        _batches.Clear();
        _open.Clear();
        _openBytes = 0;
        return all;
    }

    public void Dispose() => _connections?.Dispose();

    private List<Passing> TakeOpen()
    {
        var (count, bytes) = (0, 0L);
        while (count < _open.Count && count < EnvelopeWriter.RecordsMax && (count == 0 || bytes + _open[count].Data.Length <= Plan.Buffering.Bytes))
        {
            bytes += _open[count++].Data.Length;
        }

        var taken = _open.GetRange(0, count);
        _open.RemoveRange(0, count);
        _openBytes -= bytes;
        _since = stream.Now;
        return taken;
    }

    private void Begin(Batch batch)
    {
        batch.Delivery ??= Wrap(batch.Records);
        stream.Count(StreamMetric.HttpProcessedRecords, batch.Records.Count);
        stream.Count(StreamMetric.HttpProcessedBytes, batch.Delivery.RecordBytes);
        batch.Attempt = stream.Watch(Sender().AttemptAsync(batch.Delivery, stream.Stop.Token));
    }

    private OutgoingDelivery Wrap(List<Passing> records)
    {
        using var writer = new EnvelopeWriter(Plan.Gzip);
        writer.Begin(IdOf(records), stream.Now, (int)Math.Min(1 << 24, records.Sum(record => (long)record.Data.Length)));
        foreach (var record in records)
        {
            writer.Add(record.Data.Span);
        }

        return writer.Finish();
    }

    // The same records have the same id even after a restart: if the batch is cut at the same places, a destination that remembers ids knows it again. The arrival
    // belongs to it because a stream that was deleted and made again counts its entries from one.
    private string IdOf(List<Passing> records)
    {
        var arn = Encoding.UTF8.GetBytes(stream.Plan.Arn);
        var name = new byte[arn.Length + (records.Count * PlaceBytes)];
        arn.CopyTo(name, 0);
        var at = arn.Length;
        foreach (var (source, _) in records)
        {
            BinaryPrimitives.WriteInt64LittleEndian(name.AsSpan(at), source.Entry);
            BinaryPrimitives.WriteInt32LittleEndian(name.AsSpan(at + 8), source.Index);
            BinaryPrimitives.WriteInt64LittleEndian(name.AsSpan(at + 12), source.Arrived.ToUnixTimeMilliseconds());
            at += PlaceBytes;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true).ToString();
    }

    // True if the batch is done with: delivered, failed for good, or thrown away.
    private bool Judge(Batch batch, DeliveryAttempt attempt)
    {
        var now = stream.Now;
        batch.Attempts++;
        stream.Tally.LastAnswer = new LastAnswer(now, attempt.Error?.Code(), attempt.Error is null ? "delivered" : attempt.Message);
        stream.Count(StreamMetric.HttpSuccess, attempt.Error is null ? 1 : 0);
        if (attempt.Error is null)
        {
            Delivered(batch, now);
            return true;
        }

        batch.FirstFailure ??= now;
        if (attempt.Permanent && stream.Settings.LosesTooLarge)
        {
            stream.Tally.AddExpired(batch.Records.Count);
            batch.Records.ForEach(record => stream.Buffer.Done(record.Source));
            return true;
        }

        var pause = attempt.Permanent ? null : new RetrySchedule(Plan.RetryWindow, stream.Random).NextPause(batch.Attempts, now - batch.FirstFailure.Value);
        if (pause is { } wait)
        {
            batch.NextTry = now + wait;
            return false;
        }

        foreach (var record in batch.Records)
        {
            outbox.Fail(record.Source, Failed(record, batch.Attempts, attempt, now));
        }

        return true;
    }

    private void Delivered(Batch batch, DateTimeOffset now)
    {
        stream.Count(StreamMetric.HttpRecords, batch.Records.Count);
        stream.Count(StreamMetric.HttpBytes, batch.Delivery!.RecordBytes);
        stream.Count(StreamMetric.HttpDataFreshness, (now - batch.Records.Min(record => record.Source.Arrived)).TotalSeconds);
        stream.Tally.AddDelivered(batch.Records.Count);
        batch.Records.ForEach(record => stream.Buffer.Done(record.Source));
    }

    private static FailedRecord Failed(Passing record, int attempts, DeliveryAttempt attempt, DateTimeOffset now) => new()
    {
        Type = ErrorOutputType.HttpEndpointFailed,
        Attempts = attempts,
        Arrived = record.Source.Arrived,
        ErrorCode = attempt.Error!.Value.Code(),
        ErrorMessage = attempt.Message,
        AttemptEnded = now,
        RawData = record.Data,
        DataId = RecordIds.SequenceOf(record.Source) + ".0",
    };

    private FirehoseSender Sender()
    {
        if (_sender is not null && _senderPlan == stream.Plan)
        {
            return _sender;
        }

        // Attempts that wait for an answer keep the connections of before; they go when nobody holds them any more.
        if (_senderPlan?.Http?.Url != Plan.Url)
        {
            _connections = stream.Parts.Connect(Plan.Url);
        }

        var destination = new HttpDestination
        {
            Url = Plan.Url,
            SourceArn = stream.Plan.Arn,
            AccessKey = Plan.AccessKey,
            CommonAttributes = Plan.CommonAttributes,
            RetryWindow = Plan.RetryWindow,
            AnswerTimeout = stream.Settings.AnswerTimeout,
        };
        _senderPlan = stream.Plan;
        return _sender = new FirehoseSender(_connections!, destination, stream.Parts.Time, stream.Random);
    }

    private sealed class Batch(List<Passing> records)
    {
        public List<Passing> Records { get; } = records;

        /// <summary>The body, made at the first attempt.</summary>
        public OutgoingDelivery? Delivery { get; set; }

        public int Attempts { get; set; }

        public DateTimeOffset? FirstFailure { get; set; }

        public DateTimeOffset NextTry { get; set; }

        public Task<DeliveryAttempt>? Attempt { get; set; }
    }
}
