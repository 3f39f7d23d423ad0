using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Cistern.Delivery.Http;
using Cistern.Demo;
using Cistern.Formats.Deliveries;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Commands.Benching;

/// <summary>What a phase took.</summary>
/// <param name="Cpu">Seconds of processor time of this process.</param>
internal sealed record InsertPhase(long Rows, double Elapsed, double Cpu)
{
    public double MicrosPerRow => Elapsed / Rows * 1e6;

    public double CpuMicrosPerRow => Cpu / Rows * 1e6;
}

/// <summary>The path of a delivery's rows into ClickHouse without a server around it: decoding, the Native block, gzip, the insert; beside it the same bytes sent by others.</summary>
internal sealed class InsertBench(BenchSignal signal, ClickHouseAddress address, HttpMessageInvoker http)
{
    private readonly DeliveryDecoder _decoder = new();
    private readonly DecodedDelivery _rows = new();

    /// <summary>Bytes of all blocks so far, before and after gzip.</summary>
    public (long Raw, long Packed) Bytes { get; private set; }

    public Task<InsertPhase> DecodeAsync(IReadOnlyList<OutgoingDelivery> bodies) => MeasureAsync(bodies, _ => Task.CompletedTask);

    public Task<InsertPhase> WriteAsync(IReadOnlyList<OutgoingDelivery> bodies) => MeasureAsync(bodies, block =>
    {
        using var writer = new NativeWriter(Stream.Null);
        block.Write(writer);
        writer.Flush();
        Bytes = (Bytes.Raw + writer.Written, Bytes.Packed);
        return Task.CompletedTask;
    });

    public Task<InsertPhase> PackAsync(IReadOnlyList<OutgoingDelivery> bodies) => MeasureAsync(bodies, block =>
    {
        Bytes = (Bytes.Raw, Bytes.Packed + PackedOf(block).Length);
        return Task.CompletedTask;
    });

    /// <summary>One insert after the other.</summary>
    public Task<InsertPhase> InsertAsync(IReadOnlyList<OutgoingDelivery> bodies, Uri host, string round, CancellationToken cancel)
    {
        var client = new ClickHouseClient(http, host, address);
        var number = 0;
        return MeasureAsync(bodies, block => client.InsertAsync(Statement, new BlockContent(block), Settings($"{round}/{number++}"), cancel));
    }

    /// <summary>The same inserts by curl, from files that were packed before: as fast as the server takes them from one connection. Null if there is no curl.</summary>
    public async Task<InsertPhase?> CurlAsync(IReadOnlyList<OutgoingDelivery> bodies, string folder, CancellationToken cancel)
    {
        var commands = new StringBuilder();
        await MeasureAsync(bodies, block =>
        {
            var number = commands.Length;
            var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"insert-{number}.gz"));
            File.WriteAllBytes(file, PackedOf(block));
            var query = string.Join('&', Settings($"curl/{number}").Append(KeyValuePair.Create("query", Statement)).Append(KeyValuePair.Create("database", address.Database)).Select(one => $"{Uri.EscapeDataString(one.Key)}={Uri.EscapeDataString(one.Value)}"));
            commands.Append(number == 0 ? "" : "next\n").Append(CultureInfo.InvariantCulture, $"url = \"{address.Hosts[0]}?{query}\"\nuser = \"{address.User}:{address.Password.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"\ndata-binary = \"@{file}\"\nheader = \"Content-Encoding: gzip\"\nheader = \"Expect:\"\nfail\nsilent\nshow-error\n");
            return Task.CompletedTask;
        });
        try
        {
            return await RunCurlAsync(commands.ToString(), (long)bodies.Count * signal.RowsPerDelivery, cancel);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private string Statement => $"INSERT INTO {ClickHouseSchema.RowsOf(signal.Table)} FORMAT Native";

    private static byte[] PackedOf(NativeBlock block)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            using var writer = new NativeWriter(gzip);
            block.Write(writer);
            writer.Flush();
        }

        return packed.ToArray();
    }

    // The password goes in by standard input, where no other process sees it.
    private static async Task<InsertPhase> RunCurlAsync(string commands, long rows, CancellationToken cancel)
    {
        using var curl = Process.Start(new ProcessStartInfo("curl", ["--config", "-"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var clock = Stopwatch.StartNew();
        await curl.StandardInput.WriteAsync(commands.AsMemory(), cancel);
        curl.StandardInput.Close();
        var output = curl.StandardOutput.ReadToEndAsync(cancel);
        var errors = await curl.StandardError.ReadToEndAsync(cancel);
        await output;
        await curl.WaitForExitAsync(cancel);
        return curl.ExitCode == 0 ? new InsertPhase(rows, clock.Elapsed.TotalSeconds, 0) : throw new CommandFailedException($"curl could not insert: {errors.Trim()}");
    }

    private async Task<InsertPhase> MeasureAsync(IReadOnlyList<OutgoingDelivery> bodies, Func<NativeBlock, Task> run)
    {
        using var self = Process.GetCurrentProcess();
        var (cpu, clock, rows) = (self.TotalProcessorTime, Stopwatch.StartNew(), 0L);
        foreach (var body in bodies)
        {
            await run(Decode(body));
            rows += _rows.Rows;
        }

        self.Refresh();
        return new InsertPhase(rows, clock.Elapsed.TotalSeconds, (self.TotalProcessorTime - cpu).TotalSeconds);
    }

    private NativeBlock Decode(OutgoingDelivery body)
    {
        _rows.Clear();
        if (_decoder.Decode(signal.ContextOf(body), new ReadOnlySequence<byte>(body.Body), _rows) is { } fault)
        {
            throw new InvalidOperationException($"the bench made a body that cannot be decoded: {fault}, {_decoder.Detail}");
        }

        var batch = _rows.Signals.ToArray().Single(one => one.Schema == signal.Table);
        var common = new CommonValues(body.MadeAt.ToUnixTimeMilliseconds() * 1000, body.RequestId, DemoFeed.StreamArn, signal.Path, signal.Attributes);
        return new NativeBlock(batch, null, new UInt128[batch.RowCount], common);
    }

    private Dictionary<string, string> Settings(string token) => InsertSettings.Of($"bench/{token}", address.Cluster is null ? 0 : address.Quorum ?? 2);
}
