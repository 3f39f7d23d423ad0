using System.Buffers;
using System.Diagnostics;
using Cistern.Delivery.Http;
using Cistern.Demo;
using Cistern.DuckDb;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;
using Cistern.Store.Embedded.Engines;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Commands.Benching;

/// <summary>What decoding and unsorted sealing reach by themselves: no socket, no journal, no identities. In rows a second of processor time.</summary>
internal static class BenchFloor
{
    private const int SealRows = 100_000;

    public static double Measure(BenchSignal signal, IReadOnlyList<OutgoingDelivery> bodies, string folder)
    {
        using var instance = DuckDbInstance.Open(new Dictionary<string, string> { ["threads"] = "1", ["preserve_insertion_order"] = "false" });
        using var connection = instance.Connect();
        HotTable table = new(signal.Table);
        connection.RegisterScan(ScanRegistry.FunctionName, _ => Scan(table));
        var decoder = new DeliveryDecoder();
        var rows = new DecodedDelivery();
        long total = 0;
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        foreach (var body in bodies)
        {
            rows.Clear();
            if (decoder.Decode(signal.ContextOf(body), new ReadOnlySequence<byte>(body.Body), rows) is { } fault)
            {
                throw new InvalidOperationException($"the bench made a body that cannot be decoded: {fault}, {decoder.Detail}");
            }

            table.Append(BatchOf(signal, rows), default, new DeliveryColumns(0, body.RequestId, DemoFeed.StreamArn, signal.Path, signal.Attributes));
            total += rows.Rows;
            if (table.Rows >= SealRows)
            {
                Seal(connection, table, folder);
            }
        }

        Seal(connection, table, folder);
        return total / (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
    }

    private static HotScan Scan(HotTable table) => new(table.Schema, [.. table.Chunks.Select(chunk => new HotPart(chunk, chunk.Rows))]);

    private static void Seal(DuckDbConnection connection, HotTable table, string folder)
    {
        var path = Path.Combine(folder, "floor.parquet");
        connection.Execute($"COPY ({TableSql.Stored(table.Schema, 1, [])}) TO {TableSql.Literal(path)} ({Store.Embedded.SegmentWriter.ParquetOptions})");
        foreach (var chunk in table.TakeAll())
        {
            chunk.Release();
        }
    }

    // A bench that sends what cannot be decoded would measure how fast it is set aside.
    private static ColumnBatch BatchOf(BenchSignal signal, DecodedDelivery rows)
    {
        foreach (var batch in rows.Signals)
        {
            if (batch.Schema == signal.Table && batch.RowCount == signal.RowsPerDelivery)
            {
                return batch;
            }
        }

        throw new InvalidOperationException($"the bench made a body that is not {signal.RowsPerDelivery} rows of {signal.Table.Name}");
    }
}
