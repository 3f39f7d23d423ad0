using System.Diagnostics;
using Cistern.Ingest;
using Cistern.Store;

namespace Cistern.Operations;

/// <summary><c>GET /metrics</c>: what the server counted, and how its store is, in the text format of Prometheus.</summary>
internal sealed class MetricsPage(ServerMetrics metrics, DeliveryIngester ingester, InFlight flight, IStore store, TlsCertificate? certificate = null)
{
    public string Write()
    {
        var text = new PrometheusText();
        WriteDeliveries(text);
        WriteRefusals(text);
        WriteStore(text, store.GetStatus(), store.Readiness);
        WriteCertificate(text);
        WriteProcess(text);
        return text.ToString();
    }

    private void WriteDeliveries(PrometheusText text)
    {
        text.Head("cistern_deliveries_total", "counter", "Deliveries answered 200, by what became of them.");
        text.Line("cistern_deliveries_total", "outcome=\"stored\"", metrics.Stored.Value);
        text.Line("cistern_deliveries_total", "outcome=\"repeated\"", metrics.Repeated.Value);
        text.Single("cistern_rows_total", "counter", "Rows stored.", metrics.Rows.Value);
        text.Single("cistern_rejected_total", "counter", "Lines and records kept as rejects.", metrics.Rejected.Value);
        text.Single("cistern_repeated_rows_total", "counter", "Rows not stored because they were stored before.", metrics.RepeatedRows.Value);
        text.Single("cistern_body_bytes_total", "counter", "Bytes of bodies as they came.", metrics.BodyBytes.Value);
        text.Single("cistern_inflated_bytes_total", "counter", "Bytes of bodies after decompression.", metrics.InflatedBytes.Value);
        text.Single("cistern_deliveries_in_flight", "gauge", "Deliveries being worked on.", flight.Count);
        text.Single("cistern_deliveries_waiting", "gauge", "Deliveries waiting for memory or a decoder.", ingester.Waiting);
        text.Single("cistern_in_flight_bytes", "gauge", "Memory claimed by bodies and decoded columns in flight.", ingester.InFlightBytes);
        metrics.Durations.Write(text, "cistern_delivery_duration_seconds", "From a delivery's arrival to its answer, if that was 200.");
    }

    private void WriteRefusals(PrometheusText text)
    {
        text.Head("cistern_refusals_total", "counter", "Requests refused, by the reason.");
        foreach (var fault in IngestFaults.All)
        {
            text.Line("cistern_refusals_total", $"fault=\"{IngestFaults.NameOf(fault)}\"", metrics.Refused(fault).Value);
        }

        text.Single("cistern_clients_gone_total", "counter", "Senders that left before their answer.", metrics.ClientsGone.Value);
    }

    private static void WriteStore(PrometheusText text, StoreStatus status, StoreReadiness readiness)
    {
        text.Single("cistern_store_ready", "gauge", "1 if deliveries can be stored.", readiness.CanStore ? 1 : 0);
        if (status.Local is { } local)
        {
            text.Single("cistern_store_hot_rows", "gauge", "Rows in memory, not yet in Parquet files.", local.HotRows);
            text.Single("cistern_store_hot_bytes", "gauge", "Memory of those rows.", local.HotBytes);
            text.Single("cistern_store_journal_bytes", "gauge", "Bytes of the journal.", local.JournalBytes);
        }

        WriteServers(text, status.Servers);
        text.Single("cistern_store_segments", "gauge", "Live files of rows: Parquet files, or parts of ClickHouse.", status.Segments);
        text.Single("cistern_store_segment_rows", "gauge", "Rows in them.", status.SegmentRows);
        text.Single("cistern_store_segment_bytes", "gauge", "Bytes of them.", status.SegmentBytes);
        text.Single("cistern_store_free_bytes", "gauge", "Free space on the disk of the store, the fullest one if there are several.", status.FreeBytes);
        text.Single("cistern_store_repeat_window_seconds", "gauge", "How far back the identity of rows reaches.", status.RepeatWindow.TotalSeconds);
        if (status.OldestRow is { } oldest)
        {
            text.Single("cistern_store_oldest_row_timestamp_seconds", "gauge", "Time of the oldest row.", oldest.ToUnixTimeMilliseconds() / 1000.0);
        }
    }

    private static void WriteServers(PrometheusText text, IReadOnlyList<ServerStatus> servers)
    {
        if (servers.Count == 0)
        {
            return;
        }

        text.Head("cistern_store_server_takes_inserts", "gauge", "1 if a server of the ClickHouse takes inserts, as far as is known.");
        foreach (var server in servers)
        {
            text.Line("cistern_store_server_takes_inserts", $"shard=\"{server.Shard}\",server=\"{server.Host}\"", server.CanWrite ? 1 : 0);
        }
    }

    private void WriteCertificate(PrometheusText text)
    {
        if (certificate is not null)
        {
            text.Single("cistern_tls_certificate_remaining_seconds", "gauge", "Until the certificate ends; negative when it has.", certificate.Remaining.TotalSeconds);
            text.Single("cistern_tls_certificate_refused", "gauge", "1 if its files hold something else that cannot be used.", certificate.Failure is null ? 0 : 1);
        }
    }

    private static void WriteProcess(PrometheusText text)
    {
        using var process = Process.GetCurrentProcess();
        text.Single("process_cpu_seconds_total", "counter", "Processor time of the whole process.", process.TotalProcessorTime.TotalSeconds);
        text.Single("process_resident_memory_bytes", "gauge", "Resident memory.", process.WorkingSet64);
        text.Single("dotnet_heap_bytes", "gauge", "Managed objects, dead ones included until the next collection.", GC.GetTotalMemory(forceFullCollection: false));
        text.Single("dotnet_heap_committed_bytes", "gauge", "Memory that the managed heap has taken.", GC.GetGCMemoryInfo().TotalCommittedBytes);
        text.Single("process_start_time_seconds", "gauge", "When the process started.", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
    }
}
