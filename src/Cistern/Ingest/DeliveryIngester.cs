using System.Buffers;
using System.Buffers.Binary;
using Cistern.Enrich.Rules;
using Cistern.Formats;
using Cistern.Formats.Deliveries;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Store;

namespace Cistern.Ingest;

/// <summary>Takes a delivery from its headers to its commit: reads the body, decodes it, stores it.</summary>
/// <remarks>
/// Memory is claimed before it is used, in two budgets that are each half of <c>ingest:inFlightBytes</c>: one for bodies and one for decoded columns. A delivery
/// takes them in this order and gives both back at its end, so that those which hold columns always finish.
/// </remarks>
internal sealed class DeliveryIngester : IDisposable
{
    /// <summary>Firehose gives up after 180 s. A commit that takes longer than this is refused; should it succeed after all, the repeat finds it.</summary>
    public static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(60);

    // Log text against its gzip in base64: about 5 times for the lines of `cistern bench`, more for text that repeats more.
    private const int GzipRecordGrowth = 8;

    private readonly IStore _store;
    private readonly IngestSettings _settings;
    private readonly TimeProvider _time;
    private readonly InFlight _flight;
    private readonly ServerMetrics _metrics;
    private readonly FairBudget _bodies;
    private readonly FairBudget _columns;
    private readonly BodyReader _reader;
    private readonly DecodeWorkers _workers;
    private readonly BodySegments _segments;
    private readonly DecodedDeliveries _batches;

    public DeliveryIngester(CisternSettings settings, IStore store, InFlight flight, ServerMetrics metrics, RuleStore rules, TimeProvider time)
    {
        (_store, _settings, _flight, _metrics, _time) = (store, settings.Ingest, flight, metrics, time);
        _workers = new DecodeWorkers(_settings.DecodeThreads > 0 ? _settings.DecodeThreads : Environment.ProcessorCount, rules);
        _bodies = new FairBudget(_settings.InFlightBytes / 2, int.MaxValue, _settings.MaxWaiting, time);
        _columns = new FairBudget(_settings.InFlightBytes / 2, _workers.Count, int.MaxValue, time);
        _segments = new BodySegments(_settings.InFlightBytes / 2);
        _batches = new DecodedDeliveries(_settings.InFlightBytes / 2);
        _reader = new BodyReader(_bodies, _settings, time);
    }

    public long InFlightBytes => _bodies.Used + _columns.Used;

    public int Waiting => _bodies.Waiting + _columns.Waiting;

    /// <summary>Reads, decodes and commits. All it took is free again when it returns.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async Task<IngestResult> IngestAsync(IncomingDelivery delivery, CancellationToken clientGone)
    {
        if (delivery.Request.ContentLength > _settings.MaxBodyBytes)
        {
            return _reader.TooLarge($"{delivery.Request.ContentLength}");
        }

        if (_store.Readiness is { CanStore: false } unready)
        {
            return Unavailable(unready.Reason);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(clientGone, _flight.Stopping);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(clientGone, _flight.Aborting);
        try
        {
            return await ReadAndStoreAsync(delivery, stop.Token, abort.Token);
        }
        catch (OperationCanceledException) when (!clientGone.IsCancellationRequested)
        {
            return IngestResult.Refused(IngestFault.ShuttingDown, "the server is stopping; it comes again by itself", TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>Lets go of buffers that nobody needed since the last call.</summary>
    /// <returns>About how many bytes that were.</returns>
    public long Trim() => _segments.Trim() + _batches.Trim();

    public void Dispose() => _workers.Dispose();

    private async Task<IngestResult> ReadAndStoreAsync(IncomingDelivery delivery, CancellationToken stop, CancellationToken abort)
    {
        var patience = new Patience(_settings.WaitLimit);
        using var claim = _bodies.Open(delivery.KeyName, delivery.Stream);
        using var body = new RequestBody(_segments);
        if (await _reader.ReadAsync(delivery.Request, body, claim, patience, stop, abort) is { } unread)
        {
            return unread;
        }

        delivery.BodyRead = true;
        _metrics.BodyBytes.Add(body.Length);
        if (delivery.Request.ContentLength is null)
        {
            claim.Resize(body.Length);
            delivery.Key.Rate.Charge(body.Length);
        }

        if (delivery.Context.Framing == DeliveryFraming.Entries && EnvelopeProbe.IsEnvelope(body.Bytes, delivery.Context.Gzip))
        {
            return IngestResult.Refused(IngestFault.RequestIdMissing, "the body is a Firehose delivery, but X-Amz-Firehose-Request-Id is missing; send the id as a header too");
        }

        return await DecodeAndStoreAsync(delivery, body, patience, stop);
    }

    private async Task<IngestResult> DecodeAndStoreAsync(IncomingDelivery delivery, RequestBody body, Patience patience, CancellationToken stop)
    {
        var estimate = EstimateColumns(delivery.Context, body.Bytes);
        var opened = await _store.OpenRowsAsync(OpeningOf(delivery, body, estimate), stop);
        using var sink = opened.Sink;
        return opened.Refusal is { } refusal ? Unavailable(refusal)
            : await DecodeAndStoreAsync(delivery, body, sink, sink is null ? estimate : Math.Min(estimate, 2 * DecodedDelivery.FullBytes), patience, stop);
    }

    private async Task<IngestResult> DecodeAndStoreAsync(IncomingDelivery delivery, RequestBody body, IRowSink? sink, long columnBytes, Patience patience, CancellationToken stop)
    {
        using var claim = _columns.Open(delivery.KeyName, delivery.Stream);
        if (Waited.Refusal(await _columns.GrowAsync(claim, columnBytes, patience, stop), _settings) is { } refusal)
        {
            return refusal;
        }

        var batch = _batches.Rent(columnBytes);
        try
        {
            var rows = batch.Rows;
            rows.Full = sink is null ? null : sink.Take;
            var outcome = await _workers.DecodeAsync(delivery.Context, body.Bytes, rows, isLarge: sink is not null);
            claim.EndTurn();
            claim.Resize(rows.HeldBytes);
            _metrics.InflatedBytes.Add(rows.InflatedBytes);
            return outcome.Fault is { } fault ? Refused(fault, outcome.Detail)
                : SignalNotAllowed(delivery, rows) is { } notAllowed ? notAllowed
                : await CommitAsync(delivery, body, rows, sink);
        }
        finally
        {
            _batches.Return(batch);
        }
    }

    private static RowsOpening OpeningOf(IncomingDelivery delivery, RequestBody body, long estimate) => new()
    {
        DeliveryId = delivery.DeliveryId,
        Stream = delivery.Stream,
        Received = delivery.Received,
        Route = delivery.Route,
        Key = delivery.KeyName,
        Attributes = delivery.Attributes,
        Repeats = delivery.Repeats,
        BodyBytes = body.Length,
        RowBytes = estimate,
    };

    // From here on neither the client nor a stop interrupts: the outcome is known only when the store gives it.
    private async Task<IngestResult> CommitAsync(IncomingDelivery delivery, RequestBody body, DecodedDelivery rows, IRowSink? sink)
    {
        var commit = new DeliveryCommit
        {
            DeliveryId = delivery.DeliveryId,
            Stream = delivery.Stream,
            Received = delivery.Received,
            Route = delivery.Route,
            Key = delivery.KeyName,
            SourceAddress = SourceAddress.Of(delivery.Request.HttpContext),
            Attributes = delivery.Attributes,
            Context = delivery.Context,
            Body = body.Bytes,
            Rows = rows,
            Sink = sink,
            Repeats = delivery.Repeats,
            Duration = _time.GetElapsedTime(delivery.Started),
        };
        using var limit = new CancellationTokenSource(CommitLimit, _time);
        try
        {
            var result = await _store.CommitAsync(commit, limit.Token);
            return result.Status == CommitStatus.Unavailable ? Unavailable(result.Detail) : IngestResult.Accepted(result, rows.Controls);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Unavailable($"the store did not finish within {SettingText.WriteTime(CommitLimit)}");
        }
    }

    // Decoded columns take about as much as the text that they come from. Records that are gzip themselves have several times as much text as the body:
    // what is less than that in the end was claimed for the time of decoding only.
    private static long EstimateColumns(DeliveryContext context, in ReadOnlySequence<byte> body)
    {
        var bytes = EstimateText(context, body);
        return context.Route is DeliveryRoute.Logs or DeliveryRoute.Any && EnvelopeProbe.HoldsGzipRecords(body, context.Gzip)
            ? Math.Min(bytes * GzipRecordGrowth, Math.Max(bytes, context.MaxInflatedBytes))
            : bytes;
    }

    // Gzip says in its last four bytes how long the text is; should it lie, the limit of inflated bytes holds, and the claim is corrected after decoding.
    private static long EstimateText(DeliveryContext context, in ReadOnlySequence<byte> body)
    {
        if (!context.Gzip || body.Length < sizeof(uint))
        {
            return body.Length;
        }

        Span<byte> trailer = stackalloc byte[sizeof(uint)];
        body.Slice(body.Length - sizeof(uint)).CopyTo(trailer);
        return Math.Clamp(BinaryPrimitives.ReadUInt32LittleEndian(trailer), Math.Min(body.Length, context.MaxInflatedBytes), context.MaxInflatedBytes);
    }

    private IngestResult Refused(DeliveryFault fault, string? detail) => fault switch
    {
        DeliveryFault.GzipBroken => IngestResult.Refused(IngestFault.GzipBroken, detail ?? "the body is not gzip"),
        DeliveryFault.EnvelopeMalformed => IngestResult.Refused(IngestFault.EnvelopeMalformed, detail ?? "the body is not a Firehose delivery"),
        DeliveryFault.RequestIdDiffers => IngestResult.Refused(IngestFault.RequestIdDiffers, detail ?? "the id in the body is not the one in the header"),
        DeliveryFault.TooLarge => _reader.TooLarge("after decompression too many"),
    };

    // On the address that takes anything it is known only now what the delivery brings.
    private static IngestResult? SignalNotAllowed(IncomingDelivery delivery, DecodedDelivery rows)
    {
        var refused = Tables.Signals.Where((table, signal) => rows.RowsOf(signal) > 0 && !delivery.Key.Key.AllowsSignal(table.Name)).FirstOrDefault();
        return refused is null ? null : IngestResult.Refused(IngestFault.SignalNotAllowed,
            $"the key '{delivery.KeyName}' may not send {refused.Name}, but {string.Join(", ", delivery.Key.Key.Signals)}; use another key");
    }

    private static IngestResult Unavailable(string? reason) =>
        IngestResult.Refused(IngestFault.StoreUnavailable, reason ?? "the store takes no deliveries now", TimeSpan.FromSeconds(10));
}
