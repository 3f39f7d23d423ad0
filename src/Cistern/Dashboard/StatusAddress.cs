using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Cistern.Ingest;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Query.Api;
using Cistern.Store;

namespace Cistern.Dashboard;

/// <summary><c>GET /api/status</c>: how the server and its store are. It asks no table, so that it answers while the store still decodes its journal.</summary>
internal sealed class StatusAddress(
    CisternSettings settings, IStore store, InFlight flight, DeliveryIngester ingester, ServerMetrics metrics, TimeProvider time)
{
    private static readonly string Version =
        typeof(StatusAddress).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private readonly DateTimeOffset _started = time.GetUtcNow();

    public void Map(RouteGroupBuilder api) => api.MapMethods("/status", [HttpMethods.Get], HandleAsync);

    private Task HandleAsync(HttpContext context) => Answer.SendAsync(context, _ => Task.FromResult(Write()));

    private Answer Write()
    {
        using var body = new AnswerBody();
        var json = body.Writer;
        json.WriteStartObject();
        json.WriteString("version"u8, Version);
        json.WriteString("now"u8, JsonValues.Time(time.GetUtcNow()));
        json.WriteString("started"u8, JsonValues.Time(_started));
        WriteReady(json);
        WriteStore(json, store.GetStatus());
        WriteTraits(json, store.Traits);
        WriteQueue(json);
        WriteProcess(json);
        WriteAnswers(json);
        json.WriteEndObject();
        return body.ToAnswer();
    }

    private void WriteReady(Utf8JsonWriter json)
    {
        var ready = flight.Stopping.IsCancellationRequested ? new StoreReadiness(false, store.Readiness.CanQuery, "the server is stopping") : store.Readiness;
        json.WriteStartObject("ready"u8);
        json.WriteBoolean("canStore"u8, ready.CanStore);
        json.WriteBoolean("canQuery"u8, ready.CanQuery);
        json.WriteString("reason"u8, ready.Reason);
        json.WriteEndObject();
    }

    private void WriteStore(Utf8JsonWriter json, StoreStatus status)
    {
        var store = settings.Store;
        json.WriteStartObject("store"u8);
        WriteLocal(json, status.Local);
        WriteServers(json, status.Servers);
        json.WriteNumber("segments"u8, status.Segments);
        json.WriteNumber("segmentRows"u8, status.SegmentRows);
        json.WriteNumber("segmentBytes"u8, status.SegmentBytes);
        json.WriteNumber("freeBytes"u8, status.FreeBytes);
        WriteOrNull(json, "oldestRow", status.OldestRow);
        json.WriteNumber("repeatWindowSeconds"u8, status.RepeatWindow.TotalSeconds);
        json.WriteNumber("repeatWindowConfiguredSeconds"u8, store.IdentityWindow.TotalSeconds);

        // Zero is how the settings write that there is no limit.
        WriteOrNull(json, "retentionSeconds", store.RetentionAge > TimeSpan.Zero ? store.RetentionAge.TotalSeconds : null);
        WriteOrNull(json, "retentionBytes", store.RetentionBytes > 0 ? store.RetentionBytes : null);
        json.WriteStartArray("tables"u8);
        foreach (var table in status.Tables)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, table.Name);
            json.WriteNumber("segments"u8, table.Segments);
            json.WriteNumber("rows"u8, table.Rows);
            json.WriteNumber("bytes"u8, table.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteLocal(Utf8JsonWriter json, LocalStatus? local)
    {
        if (local is null)
        {
            json.WriteNull("local"u8);
            return;
        }

        json.WriteStartObject("local"u8);
        json.WriteNumber("hotRows"u8, local.HotRows);
        json.WriteNumber("hotBytes"u8, local.HotBytes);
        json.WriteNumber("hotLimitBytes"u8, settings.Store.HotBytes);
        json.WriteNumber("journalBytes"u8, local.JournalBytes);
        json.WriteNumber("spaceFloorBytes"u8, settings.Store.EffectiveSpaceFloor);
        json.WriteEndObject();
    }

    private static void WriteServers(Utf8JsonWriter json, IReadOnlyList<ServerStatus> servers)
    {
        json.WriteStartArray("servers"u8);
        foreach (var server in servers)
        {
            json.WriteStartObject();
            json.WriteNumber("shard"u8, server.Shard);
            json.WriteString("server"u8, server.Host);
            json.WriteBoolean("canRead"u8, server.CanRead);
            json.WriteBoolean("canWrite"u8, server.CanWrite);
            json.WriteString("trouble"u8, server.Trouble);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTraits(Utf8JsonWriter json, StoreTraits traits)
    {
        json.WriteStartObject("traits"u8);
        json.WriteNumber("shards"u8, traits.Shards);
        json.WriteNumber("lateSeconds"u8, traits.LateDeliveries.TotalSeconds);
        json.WriteBoolean("reclassifies"u8, traits.Reclassifies);
        json.WriteBoolean("backsUp"u8, traits.BacksUp);
        json.WriteEndObject();
    }

    private void WriteQueue(Utf8JsonWriter json)
    {
        json.WriteStartObject("queue"u8);
        json.WriteNumber("inFlight"u8, flight.Count);
        json.WriteNumber("waiting"u8, ingester.Waiting);
        json.WriteNumber("maxWaiting"u8, settings.Ingest.MaxWaiting);
        json.WriteNumber("inFlightBytes"u8, ingester.InFlightBytes);
        json.WriteNumber("inFlightLimitBytes"u8, settings.Ingest.InFlightBytes);
        json.WriteEndObject();
    }

    private static void WriteProcess(Utf8JsonWriter json)
    {
        using var process = Process.GetCurrentProcess();
        json.WriteStartObject("process"u8);
        json.WriteNumber("residentBytes"u8, process.WorkingSet64);
        json.WriteNumber("heapBytes"u8, GC.GetTotalMemory(forceFullCollection: false));
        json.WriteNumber("cpuSeconds"u8, Math.Round(process.TotalProcessorTime.TotalSeconds, 3));
        json.WriteNumber("processors"u8, Environment.ProcessorCount);
        json.WriteEndObject();
    }

    private void WriteAnswers(Utf8JsonWriter json)
    {
        json.WriteStartObject("answers"u8);
        json.WriteNumber("stored"u8, metrics.Stored.Value);
        json.WriteNumber("repeated"u8, metrics.Repeated.Value);
        json.WriteStartArray("refused"u8);
        foreach (var fault in IngestFaults.All.Where(fault => metrics.Refused(fault).Value > 0))
        {
            json.WriteStartObject();
            json.WriteString("fault"u8, IngestFaults.NameOf(fault));
            json.WriteNumber("count"u8, metrics.Refused(fault).Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteOrNull(json, "p50Seconds", metrics.Durations.Quantile(0.5));
        WriteOrNull(json, "p95Seconds", metrics.Durations.Quantile(0.95));
        json.WriteEndObject();
    }

    private static void WriteOrNull(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        JsonValues.Write(json, value);
    }
}
