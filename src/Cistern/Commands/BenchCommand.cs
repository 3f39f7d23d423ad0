using System.CommandLine;
using Cistern.Commands.Benching;
using Cistern.Delivery.Http;
using Cistern.Demo;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;
using Cistern.Store.ClickHouse;

namespace Cistern.Commands;

/// <summary><c>cistern bench</c>: how many rows a second a processor takes from the socket to a durable answer and Parquet, beside the floor of the same run.</summary>
internal sealed class BenchCommand : CisternCommand
{
    private readonly Option<int> _rows = new("--rows") { Description = "Rows to send at full load.", DefaultValueFactory = _ => 1_000_000 };
    private readonly Option<string> _signal = new("--signal") { Description = $"What is sent: {string.Join(", ", BenchSignal.All.Select(signal => signal.Name))}.", DefaultValueFactory = _ => "requests", HelpName = "NAME" };
    private readonly Option<int> _enlarge = new("--enlarge") { Description = "Make each delivery so many times as large: streams that buffer longer.", DefaultValueFactory = _ => 1, HelpName = "N" };
    private readonly Option<bool> _plain = new("--plain") { Description = "Bodies without gzip." };
    private readonly Option<int> _connections = new("--connections") { Description = "Deliveries in flight at a time.", DefaultValueFactory = _ => 4 };
    private readonly Option<int> _seed = new("--seed") { Description = "Of the simulated requests.", DefaultValueFactory = _ => 1 };
    private readonly Option<double?> _firehose = new("--firehose") { Description = "Put records into a local Firehose at this rate instead, which delivers them to the server.", HelpName = "RECORDS/S" };
    private readonly Option<string?> _data = new("--data") { Description = "The folder of the server under test; it must not exist. Default: a temporary one, removed afterwards.", HelpName = "DIR" };
    private readonly Option<string?> _store = new("--store") { Description = "Measure a node on a ClickHouse instead, in a database of its own that is dropped afterwards.", HelpName = "ADDRESS" };
    private readonly Option<int?> _process = new("--store-process") { Description = "With --store: the process of the ClickHouse on this machine, to tell its processor time too.", HelpName = "PID" };
    private readonly Option<string[]> _set = SharedOptions.Pairs("--set", "A setting of the server under test.");

    public BenchCommand(CommandContext context)
        : base("bench", "Measure a server on this machine: rows a second and core, answer times, memory, bytes a row.", "cistern bench --signal logs --rows 2000000", "cistern bench --firehose 20000 --rows 1200000", "cistern bench --store clickhouse://cistern@127.0.0.1:8123/cistern --rows 200000")
    {
        Add(_rows);
        Add(_signal);
        Add(_enlarge);
        Add(_plain);
        Add(_connections);
        Add(_seed);
        Add(_firehose);
        Add(_data);
        Add(_store);
        Add(_process);
        Add(_set);
        SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
    }

    private BenchSignal SignalOf(ParseResult parsed)
    {
        var name = parsed.GetValue(_signal)!;
        var signal = BenchSignal.All.FirstOrDefault(signal => signal.Name == name)
            ?? throw new CommandFailedException($"cannot send '{name}': use one of {string.Join(", ", BenchSignal.All.Select(signal => signal.Name))}");
        return signal.Enlarged(parsed.GetValue(_enlarge) is >= 1 and <= BenchSignal.EnlargeMax and var times ? times : throw new CommandMisuseException($"--enlarge is from 1 to {BenchSignal.EnlargeMax}"));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        var folder = parsed.GetValue(_data) ?? Directory.CreateTempSubdirectory("cistern-bench-").FullName;
        try
        {
            if (parsed.GetValue(_firehose) is { } rate)
            {
                using var bench = new FirehoseBench(context, folder, parsed.GetValue(_connections));
                await bench.RunAsync(parsed.GetValue(_rows), rate, parsed.GetValue(_seed), cancel);
                return ExitCode.Ok;
            }

            string[] settings = [.. SharedOptions.ReadPairs(parsed.GetValue(_set)).Select(pair => $"{pair.Key}={pair.Value}")];
            if (parsed.GetValue(_store) is { } text)
            {
                var address = ClickHouseAddress.TryParse(text, out var read, out var problem) ? read : throw new CommandMisuseException(problem);
                var bench = new StoreBench(context, SignalOf(parsed), gzip: !parsed.GetValue(_plain), address, parsed.GetValue(_process), parsed.GetValue(_connections));
                await bench.RunAsync(parsed.GetValue(_rows), parsed.GetValue(_seed), settings, folder, cancel);
                return ExitCode.Ok;
            }

            var run = new BenchRun(context, SignalOf(parsed), gzip: !parsed.GetValue(_plain), folder, parsed.GetValue(_connections), settings);
            await run.RunAsync(parsed.GetValue(_rows), parsed.GetValue(_seed), cancel);
            return ExitCode.Ok;
        }
        finally
        {
            if (parsed.GetValue(_data) is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}

/// <summary>The phases of a bench, each of which prints its figures.</summary>
internal sealed class BenchRun(CommandContext context, BenchSignal signal, bool gzip, string folder, int connections, IReadOnlyList<string> settings)
{
    // The floor needs some seals, and as many rows as make the noise small.
    private const int FloorRows = 300_000;
    private const int FloorDeliveriesMin = 4;

    private readonly TextWriter _out = context.Terminal.Out;

    public async Task RunAsync(int rows, int seed, CancellationToken cancel)
    {
        var floorDeliveries = Math.Max(FloorDeliveriesMin, FloorRows / signal.RowsPerDelivery);
        var full = Math.Max(floorDeliveries, rows / signal.RowsPerDelivery);
        _out.WriteLine($"making {Units.Count(full * 1.3 * signal.RowsPerDelivery)} simulated {signal.Rows} ...");
        var bodies = BenchBodies.Make(signal, gzip, (int)(full * 1.3), seed, context.Time);
        _out.WriteLine($"body            {Units.Bytes(bodies.Average(body => body.Body.Length))}{(gzip ? " gzip" : "")}, {Units.Bytes(bodies.Average(body => body.RecordBytes))} in {bodies[0].Records} records, {signal.RowsPerDelivery} rows");

        // The first time the compiler works along.
        BenchFloor.Measure(signal, bodies[..(floorDeliveries / 2)], Path.GetTempPath());
        var floor = BenchFloor.Measure(signal, bodies[..floorDeliveries], Path.GetTempPath());
        _out.WriteLine($"floor           {Units.Count(Math.Round(floor))} rows/s and core: decoding and unsorted sealing alone, in this process");

        Directory.CreateDirectory(folder);
        var key = new KeyStore(new LocalFolder(folder), context.Time).Create(new NewKey { Name = "bench", Scopes = KeyScopes.Ingest }).Secret!.Reveal();

        // Joining files is reported apart: the first server does not begin with it.
        double rate;
        using (var server = await BenchServer.StartAsync(folder, ["store:sealAge=2s", "store:compactFiles=100000", .. settings], cancel))
        {
            _out.WriteLine($"idle memory     {Units.Bytes(server.ResidentBytes)}");
            rate = await FullLoadAsync(server, key, new ArraySegment<OutgoingDelivery>(bodies, 0, full), floor, cancel);
            await HalfLoadAsync(server, key, new ArraySegment<OutgoingDelivery>(bodies, full, bodies.Length - full), rate / 2, cancel);
        }

        await CompactionAsync(cancel);
    }

    private async Task<double> FullLoadAsync(BenchServer server, string key, ArraySegment<OutgoingDelivery> bodies, double floor, CancellationToken cancel)
    {
        var cpu = server.CpuSeconds;
        var phase = await SenderOf(server, key).RunAsync(bodies, connections, null, TimeSpan.MaxValue, cancel);
        var cpuAnswered = server.CpuSeconds;
        await server.WaitUntilSealedAsync(cancel);
        var perCore = phase.Rows / (server.CpuSeconds - cpu);
        var bytes = await server.MetricAsync("cistern_store_segment_bytes", cancel);
        _out.WriteLine($"full load       {Units.Count(phase.Rows)} rows in {Units.Seconds(phase.Elapsed.TotalSeconds)}, {Units.Count(Math.Round(phase.RowsPerSecond))} rows/s, {phase.GivenUp} given up");
        _out.WriteLine($"                {Units.Count(Math.Round(perCore))} rows/s and core of the server, sealing included: {Units.Percent(perCore / floor)} of the floor");
        _out.WriteLine($"                answers p50 {Units.Seconds(phase.Median)}, p95 {Units.Seconds(phase.P95)}; {Units.Seconds(server.CpuSeconds - cpuAnswered)} of processor time after the last answer");
        _out.WriteLine($"                peak memory {Units.Bytes(server.PeakBytes)}; {bytes / phase.Rows:0.0} bytes a row on disk");
        return phase.RowsPerSecond;
    }

    private async Task HalfLoadAsync(BenchServer server, string key, ArraySegment<OutgoingDelivery> bodies, double rate, CancellationToken cancel)
    {
        var phase = await SenderOf(server, key).RunAsync(bodies, connections, rate, TimeSpan.FromMinutes(1), cancel);
        _out.WriteLine($"half load       {Units.Count(Math.Round(phase.RowsPerSecond))} rows/s: answers p50 {Units.Seconds(phase.Median)}, p95 {Units.Seconds(phase.P95)}");
        await server.WaitUntilSealedAsync(cancel);
    }

    private async Task CompactionAsync(CancellationToken cancel)
    {
        using var server = await BenchServer.StartAsync(folder, settings, cancel);
        var rows = await server.MetricAsync("cistern_store_segment_rows", cancel);
        var before = await server.MetricAsync("cistern_store_segments", cancel);
        await server.WaitUntilIdleAsync(cancel);
        var after = await server.MetricAsync("cistern_store_segments", cancel);
        _out.WriteLine($"compaction      {before} files became {after}, {Units.Count(rows)} rows, {Units.Seconds(server.CpuSeconds)} of processor time with the start");
        _out.WriteLine($"on disk then    {await server.MetricAsync("cistern_store_segment_bytes", cancel) / rows:0.0} bytes a row");
    }

    private BenchLoad SenderOf(BenchServer server, string key)
    {
        var destination = new HttpDestination
        {
            Url = new Uri(server.Url, signal.Path), SourceArn = DemoFeed.StreamArn, AccessKey = key, CommonAttributes = signal.Attributes,
        };
        return new BenchLoad(new FirehoseSender(new HttpMessageInvoker(FirehoseSender.CreateHandler(server.Url)), destination, context.Time, new Random(1)), signal.RowsPerDelivery, context.Time);
    }
}
