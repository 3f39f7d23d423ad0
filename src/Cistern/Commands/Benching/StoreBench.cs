using System.Diagnostics;
using Cistern.Delivery.Http;
using Cistern.Demo;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Cluster;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.Identity;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cistern.Commands.Benching;

/// <summary><c>cistern bench --store</c>: what a row costs a node, ClickHouse and the network between them, beside floors of the same run.</summary>
/// <param name="process">The process of a ClickHouse on this machine, whose processor time is told then.</param>
internal sealed class StoreBench(CommandContext context, BenchSignal signal, bool gzip, ClickHouseAddress server, int? process, int connections)
{
    // An insert costs about the same for a thousand rows or one: some hundred of them are enough.
    private const int InsertsMax = 200;

    private readonly TextWriter _out = context.Terminal.Out;

    // What the bench stores goes with it.
    private readonly ClickHouseAddress _address = server with { Database = $"{server.Database}_bench_{Guid.NewGuid():N}"[..(server.Database.Length + 15)] };

    public async Task RunAsync(int rows, int seed, IReadOnlyList<string> settings, string folder, CancellationToken cancel)
    {
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)));
        var client = new ClickHouseClient(http, server.Hosts[0], _address);
        var deliveries = Math.Max(20, rows / signal.RowsPerDelivery);
        _out.WriteLine($"making {Units.Count((double)deliveries * signal.RowsPerDelivery)} simulated {signal.Rows} ...");
        var bodies = BenchBodies.Make(signal, gzip, deliveries, seed, context.Time);
        _out.WriteLine($"body            {Units.Bytes(bodies.Average(body => body.Body.Length))}{(gzip ? " gzip" : "")}, {signal.RowsPerDelivery} rows: {bodies.Average(body => body.Body.Length) / signal.RowsPerDelivery:0.0} bytes a row from Firehose");
        try
        {
            var cluster = await ClickHouseCluster.OpenAsync(http, _address, new RowIdentity(SipKey.CreateRandom()), TimeSpan.Zero, context.Time, cancel);
            await SchemaMaker.MakeAsync(cluster, new ClickHouseSchema(_address, TimeSpan.Zero), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, cancel);
            await InsertsAsync(new InsertBench(signal, _address, http), bodies[..Math.Min(bodies.Length, InsertsMax)], folder, cancel);
            await DeliveriesAsync(bodies, settings, folder, cancel);
        }
        catch (ClickHouseException error)
        {
            throw new CommandFailedException($"cannot use {server}: {error.Message}");
        }
        finally
        {
            await DropAsync(client);
        }
    }

    private async Task InsertsAsync(InsertBench bench, OutgoingDelivery[] bodies, string folder, CancellationToken cancel)
    {
        await using var sink = await OpenSinkAsync();
        var nowhere = new Uri(sink.Urls.First());

        // The first time the compiler works along, and the server makes its first parts.
        OutgoingDelivery[] first = bodies[..Math.Min(10, bodies.Length)];
        await bench.InsertAsync(first, nowhere, "first", cancel);
        await bench.InsertAsync(first, server.Hosts[0], "first", cancel);

        var decode = await bench.DecodeAsync(bodies);
        var write = await bench.WriteAsync(bodies);
        var pack = await bench.PackAsync(bodies);
        Tell("decode", decode, null);
        Tell("+ block", write, null);
        Tell("+ gzip", pack, null);
        _out.WriteLine($"block           {(double)bench.Bytes.Raw / write.Rows:0.0} bytes a row, {(double)bench.Bytes.Packed / pack.Rows:0.0} after gzip");
        var floor = await bench.InsertAsync(bodies, nowhere, "", cancel);
        Tell("+ network", floor, null);
        var before = ServerCpu();
        var insert = await bench.InsertAsync(bodies, server.Hosts[0], "one", cancel);
        Tell("insert", insert, floor);
        TellServer("insert", before, insert.Rows);
        Directory.CreateDirectory(folder);
        if (await bench.CurlAsync(bodies, folder, cancel) is { } curl)
        {
            _out.WriteLine($"curl            {curl.MicrosPerRow:0.00} µs a row: the same inserts from files, {insert.Elapsed / curl.Elapsed:0.00} of its time takes the insert with decoding");
        }
    }

    private async Task DeliveriesAsync(OutgoingDelivery[] bodies, IReadOnlyList<string> settings, string folder, CancellationToken cancel)
    {
        await using var counter = new ByteCounter(server.Hosts[0]);
        var through = server.Cluster is null && server.Hosts[0].Scheme == "http" && server.Hosts.Count == 1;
        var address = AddressText(through ? $"127.0.0.1:{counter.Port}" : string.Join(',', server.Hosts.Select(host => host.Authority)));
        string[] all = ["ingest:allowAnonymous=true", "ingest:anonymousNetworks=127.0.0.1/32", .. settings];
        using var node = await BenchServer.StartAsync(Path.Combine(folder, "node"), all, new() { [CopyCommand.AddressVariable] = address }, cancel);
        var destination = new HttpDestination { Url = new Uri(node.Url, signal.Path), SourceArn = DemoFeed.StreamArn, CommonAttributes = signal.Attributes };
        var load = new BenchLoad(new FirehoseSender(new HttpMessageInvoker(FirehoseSender.CreateHandler(node.Url)), destination, context.Time, new Random(1)), signal.RowsPerDelivery, context.Time);

        var warm = Math.Max(1, bodies.Length / 10);
        await load.RunAsync(new ArraySegment<OutgoingDelivery>(bodies, 0, warm), connections, null, TimeSpan.MaxValue, cancel);
        var (cpu, serverCpu, sent, received) = (node.CpuSeconds, ServerCpu(), counter.Sent, counter.Received);
        var phase = await load.RunAsync(new ArraySegment<OutgoingDelivery>(bodies, warm, bodies.Length - warm), connections, null, TimeSpan.MaxValue, cancel);
        cpu = node.CpuSeconds - cpu;
        _out.WriteLine($"node            {Units.Count(phase.Rows)} rows in {Units.Seconds(phase.Elapsed.TotalSeconds)}, {Units.Count(Math.Round(phase.RowsPerSecond))} rows/s over {connections} connections, {phase.GivenUp} given up");
        _out.WriteLine($"                {cpu / phase.Rows * 1e6:0.00} µs of processor time a row: {Units.Count(Math.Round(phase.Rows / cpu))} rows/s and core; peak memory {Units.Bytes(node.PeakBytes)}");
        _out.WriteLine($"                answers p50 {Units.Seconds(phase.Median)}, p95 {Units.Seconds(phase.P95)}");
        TellServer("", serverCpu, phase.Rows);
        if (through)
        {
            _out.WriteLine($"                {(double)(counter.Sent - sent) / phase.Rows:0.0} bytes a row to ClickHouse, {(double)(counter.Received - received) / phase.Rows:0.0} from it");
        }
    }

    private void Tell(string what, InsertPhase phase, InsertPhase? floor) => _out.WriteLine(
        $"{what,-15} {phase.MicrosPerRow:0.00} µs a row, {phase.CpuMicrosPerRow:0.00} µs of processor time here{(floor is null ? "" : $"; {phase.Elapsed / floor.Elapsed:0.00} of the time with a server that throws it away")}");

    private void TellServer(string what, double? before, long rows)
    {
        if (before is { } cpu && ServerCpu() is { } now)
        {
            _out.WriteLine($"{"",-15} {(now - cpu) / rows * 1e6:0.00} µs of processor time of ClickHouse a row{(what.Length == 0 ? ", with what it merges meanwhile" : "")}");
        }
    }

    private double? ServerCpu()
    {
        if (process is not { } id)
        {
            return null;
        }

        try
        {
            using var running = Process.GetProcessById(id);
            return running.TotalProcessorTime.TotalSeconds;
        }
        catch (ArgumentException)
        {
            throw new CommandFailedException($"there is no process {id}");
        }
    }

    private string AddressText(string hosts) =>
        $"{ClickHouseAddress.Scheme}://{Uri.EscapeDataString(server.User)}:{Uri.EscapeDataString(server.Password)}@{hosts}/{_address.Database}?secure={server.Hosts[0].Scheme == "https"}{(server.Cluster is { } cluster ? $"&cluster={cluster}" : "")}";

    private static async Task<WebApplication> OpenSinkAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel((KestrelServerOptions options) => options.Limits.MaxRequestBodySize = null);
        var sink = builder.Build();
        sink.Run(async request =>
        {
            await request.Request.Body.CopyToAsync(Stream.Null);
            request.Response.Headers["X-ClickHouse-Query-Id"] = "nowhere"; // Without a header of ClickHouse's an answer is none of it.
            request.Response.Headers["X-ClickHouse-Summary"] = "{}";
        });
        await sink.StartAsync();
        return sink;
    }

    private async Task DropAsync(ClickHouseClient client)
    {
        try
        {
            await client.With("default").RunAsync($"DROP DATABASE IF EXISTS {ClickHouseSchema.Quote(_address.Database)}{(_address.Cluster is { } cluster ? $" ON CLUSTER {ClickHouseSchema.Quote(cluster)}" : "")} SYNC", new Dictionary<string, string>(), CancellationToken.None);
        }
        catch (ClickHouseException error)
        {
            context.Terminal.Error.WriteLine($"the database {_address.Database} is left behind: {error.Message}");
        }
    }
}
