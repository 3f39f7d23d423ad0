using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Metrics;

namespace Cistern.Delivery.Api.Operations;

/// <summary><c>PutRecord</c> and <c>PutRecordBatch</c>: answered when the records are durable.</summary>
internal sealed class PutOperations(StreamCatalogue catalogue, IDeliveryService delivery, StreamMetrics metrics, ArrayPool<byte> pool, bool enforceQuotas, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, PutQuotaUse> _quotas = new(StringComparer.Ordinal);

    public static bool Has(string operation) => operation is "PutRecord" or "PutRecordBatch";

    /// <summary>Stores the records of a request and writes the answer.</summary>
    /// <exception cref="ApiException">The error answer: nothing was stored.</exception>
    public async ValueTask RunAsync(bool batch, Caller caller, ReadOnlyMemory<byte> body, IBufferWriter<byte> answer, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var buffer = pool.Rent(PutInput.BufferSize(body.Length));
        try
        {
            var input = PutInput.Read(body.Span, buffer, batch);
            var stream = Find(caller, input.Stream);
            var outcome = await PutAsync(stream.Id.Arn, input.Records, caller.Region, cancel);
            Count(stream.Id.Arn, batch, input, outcome.RecordIds.Count, started);
            var encrypted = stream.Encryption.Status(time.GetUtcNow()) == "ENABLED";
            if (batch)
            {
                WriteBatch(answer, input.Records.Count, outcome, encrypted);
            }
            else
            {
                Write(answer, outcome, encrypted);
            }
        }
        finally
        {
            pool.Return(buffer);
        }
    }

    private DeliveryStream Find(Caller caller, string name)
    {
        var stream = catalogue.Find(caller.Stream(name));
        if (stream is null || stream.Status(time.GetUtcNow()) != "ACTIVE")
        {
            throw new ApiException(ApiErrors.NotFound(name, caller.Account));
        }

        stream.NeedDirectPut();
        return stream;
    }

    private async ValueTask<PutOutcome> PutAsync(string arn, List<ReadOnlyMemory<byte>> records, string region, CancellationToken cancel)
    {
        if (!enforceQuotas)
        {
            return await delivery.PutAsync(arn, records, cancel);
        }

        var use = _quotas.GetOrAdd(arn, _ => new PutQuotaUse(PutQuota.Of(region), time));
        CountLimits(arn, use.Quota);
        var allowed = use.Take(records);
        var outcome = allowed == 0 ? new PutOutcome(PutRefusal.Throttled, []) : await delivery.PutAsync(arn, records.GetRange(0, allowed), cancel);
        return allowed == records.Count || outcome.Refusal != PutRefusal.None ? outcome : outcome with { Refusal = PutRefusal.Throttled };
    }

    private void CountLimits(string arn, PutQuota quota)
    {
        metrics.Add(arn, StreamMetric.BytesPerSecondLimit, quota.Bytes);
        metrics.Add(arn, StreamMetric.RecordsPerSecondLimit, quota.Records);
        metrics.Add(arn, StreamMetric.PutRequestsPerSecondLimit, quota.Requests);
    }

    private void Count(string arn, bool batch, PutInput input, int stored, long started)
    {
        var latency = time.GetElapsedTime(started).TotalMilliseconds;
        metrics.Add(arn, batch ? StreamMetric.PutRecordBatchRequests : StreamMetric.PutRecordRequests, 1);
        metrics.Add(arn, batch ? StreamMetric.PutRecordBatchBytes : StreamMetric.PutRecordBytes, input.Bytes);
        metrics.Add(arn, batch ? StreamMetric.PutRecordBatchLatency : StreamMetric.PutRecordLatency, latency);
        if (batch)
        {
            metrics.Add(arn, StreamMetric.PutRecordBatchRecords, input.Records.Count);
        }

        var refused = input.Records.Count - stored;
        if (refused > 0)
        {
            metrics.Add(arn, StreamMetric.ThrottledRecords, refused);
        }

        // What was throttled did not come in.
        if (stored > 0)
        {
            // The records themselves the delivery service counts, because they may come from elsewhere.
            metrics.Add(arn, StreamMetric.IncomingPutRequests, 1);
        }
    }

    private static void Write(IBufferWriter<byte> answer, PutOutcome outcome, bool encrypted)
    {
        if (outcome.RecordIds.Count == 0)
        {
            throw new ApiException(ErrorOf(outcome.Refusal));
        }

        using var json = new Utf8JsonWriter(answer);
        json.WriteStartObject();
        json.WriteString("RecordId"u8, outcome.RecordIds[0]);
        json.WriteBoolean("Encrypted"u8, encrypted);
        json.WriteEndObject();
    }

    private static void WriteBatch(IBufferWriter<byte> answer, int records, PutOutcome outcome, bool encrypted)
    {
        using var json = new Utf8JsonWriter(answer);
        json.WriteStartObject();
        json.WriteNumber("FailedPutCount"u8, records - outcome.RecordIds.Count);
        json.WriteBoolean("Encrypted"u8, encrypted);
        json.WriteStartArray("RequestResponses"u8);
        foreach (var id in outcome.RecordIds)
        {
            json.WriteStartObject();
            json.WriteString("RecordId"u8, id);
            json.WriteEndObject();
        }

        if (outcome.RecordIds.Count < records)
        {
            WriteRefused(json, records - outcome.RecordIds.Count, ErrorOf(outcome.Refusal));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // An entry knows two codes: to come again, and that something is broken.
    private static void WriteRefused(Utf8JsonWriter json, int count, ApiError error)
    {
        for (; count > 0; count--)
        {
            json.WriteStartObject();
            json.WriteString("ErrorCode"u8, error.Type);
            json.WriteString("ErrorMessage"u8, error.Message);
            json.WriteEndObject();
        }
    }

    private static ApiError ErrorOf(PutRefusal refusal) => refusal switch
    {
        PutRefusal.Throttled => ApiErrors.Unavailable(ApiErrors.SlowDown),
        PutRefusal.StoreFull => ApiErrors.Unavailable("The disk of the Firehose is full."),
        PutRefusal.Unavailable or PutRefusal.NoSuchStream => ApiErrors.Unavailable("The service is unavailable."),
        PutRefusal.None => ApiErrors.Internal(),
    };
}
