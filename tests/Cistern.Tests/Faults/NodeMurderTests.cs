using System.Globalization;
using Cistern.Ingest.Keys;
using Cistern.Operations.Settings;
using Cistern.Store;
using Cistern.Tests.Ingest;
using Cistern.Tests.Journal;
using Cistern.Tests.Store.ClickHouse;
using Cistern.Tests.Store.ClickHouse.Cluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Faults;

/// <summary>Two servers over one ClickHouse, behind a load balancer: either of them and ClickHouse itself are killed again and again, and connections to ClickHouse are cut before and after inserts.</summary>
/// <remarks>Seven kills in a usual run; <c>CISTERN_ROUNDS=4</c> makes more of them, and <c>CISTERN_SEED</c> repeats the choices of a run (the machine adds its own).</remarks>
[Collection(MeasuredAlone.Name)]
public sealed class NodeMurderTests(ITestOutputHelper output)
{
    private const int KillsARound = 7;

    // One insert in so many meets a cut connection.
    private const int CutOneIn = 12;

    private static readonly DeliveryLines[] Clients = [DeliveryLines.Requests, DeliveryLines.Logs, DeliveryLines.Metrics, DeliveryLines.Requests];

    [Fact]
    public async Task What_was_answered_200_by_any_node_is_stored_once_however_often_nodes_and_ClickHouse_are_killed()
    {
        var seed = ReadNumber("CISTERN_SEED") ?? Random.Shared.Next();
        var kills = KillsARound * (ReadNumber("CISTERN_ROUNDS") ?? 1);
        await using var engine = new ClickHouseEngine();
        await engine.InitializeAsync();
        await using var between = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        using var folder = new ScratchFolder();
        var address = AddressOf(engine, between.Address);
        using var nodes = new Nodes(folder, address);
        await using var balancer = new TurnRelay(nodes.Ports);
        var key = await MakeKeyAsync(folder, address);
        await nodes.StartAsync();
        var cuts = CutAtRandom(between, new Random(seed));
        var clients = Clients.Select((lines, number) => new DeliveringClient(balancer.Address, key, $"client{number}", unchecked(seed + number), linesMax: 40, largeEvery: 0, lines)).ToArray();

        var story = await MurderAsync(engine, nodes, clients, kills, new Random(seed));
        between.Script = _ => null;
        var stored = await StoredData.ReadAsync(engine.Client);

        var sent = clients.SelectMany(client => client.Sent).ToArray();
        story = $"CISTERN_SEED={seed}, killed {story}; {cuts()} inserts cut; {sent.Length} deliveries, {sent.Count(delivery => delivery.Answered)} answered 200, {clients.Sum(client => client.Failures)} failed attempts, {stored.Paths.Count} rows, {stored.Rejects.Count} rejects";
        output.WriteLine(story);
        Array.ForEach(clients, client => client.Dispose());
        PromiseCheck.Run(sent, stored, story);
        Assert.All(sent, delivery => Assert.True(delivery.Answered, $"{delivery.Id} was never answered: {story}"));
        Assert.True(cuts() > 5 && clients.Sum(client => client.Failures) > 5, $"hardly anything went wrong, so it proved little: {story}");
    }

    // Every delivery is sent until it is answered 200: so at the end each must be there, once and whole.
    private static async Task<string> MurderAsync(ClickHouseEngine engine, Nodes nodes, DeliveringClient[] clients, int kills, Random random)
    {
        using var over = new CancellationTokenSource();
        using var giveUp = new CancellationTokenSource();
        var running = clients.Select(client => Task.Run(() => client.RunAsync(over.Token, giveUp.Token))).ToArray();
        List<string> killed = [];
        try
        {
            for (var kill = 0; kill < kills; kill++)
            {
                var pause = random.Next(300, 3_000);
                await LiveAsync(pause, running);
                var victim = kill % 3; // Node, node, ClickHouse.
                killed.Add(string.Create(CultureInfo.InvariantCulture, $"{(victim == 2 ? "ClickHouse" : $"node {victim + 1}")} after {pause} ms"));
                await KillAsync(engine, nodes, victim, random);
            }

            await LiveAsync(1_000, running);
            await over.CancelAsync();
            await Task.WhenAll(running).WaitAsync(TimeSpan.FromMinutes(2));
        }
        finally
        {
            await over.CancelAsync();
            await giveUp.CancelAsync();
        }

        return string.Join(", ", killed);
    }

    // The other node goes on meanwhile; without ClickHouse both say 503.
    private static async Task KillAsync(ClickHouseEngine engine, Nodes nodes, int victim, Random random)
    {
        if (victim == 2)
        {
            engine.Kill();
            await Task.Delay(random.Next(100, 1_500));
            await engine.StartAsync();
            return;
        }

        await nodes.RestartAsync(victim);
    }

    private static async Task LiveAsync(int milliseconds, Task[] running)
    {
        var ended = await Task.WhenAny([Task.Delay(milliseconds), .. running]);
        if (running.Contains(ended))
        {
            await ended; // A client that ends by itself has found something wrong.
        }
    }

    private static Func<int> CutAtRandom(MisbehavingServer between, Random random)
    {
        var cuts = 0;
        between.Script = sql =>
        {
            lock (random)
            {
                if (!sql.StartsWith("INSERT", StringComparison.Ordinal) || random.Next(CutOneIn) > 0)
                {
                    return null;
                }

                cuts++;
                return new Misbehaviour.Reset { Done = random.Next(2) == 0 };
            }
        };
        return () => cuts;
    }

    private static string AddressOf(ClickHouseEngine engine, Uri host) => $"clickhouse://{Uri.EscapeDataString(engine.Address.User)}:{Uri.EscapeDataString(engine.Address.Password)}@{host.Authority}/{engine.Address.Database}";

    private static async Task<string> MakeKeyAsync(string folder, string address)
    {
        var settings = new CisternSettings { DataFolder = Path.Combine(folder, "command"), Store = new StoreSettings { Address = address } };
        await using var shared = await StoreChoice.OpenSharedOnceAsync(settings, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        return new KeyStore(shared, TimeProvider.System).Create(new NewKey { Name = "faults", Scopes = KeyScopes.Ingest | KeyScopes.Read }).Secret!.Reveal();
    }

    private static int? ReadNumber(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private sealed class Nodes(string folder, string address) : IDisposable
    {
        private readonly ServerProcess?[] _servers = new ServerProcess?[2];

        public int[] Ports { get; } = [ServerProcess.TakePort(), ServerProcess.TakePort()];

        public Task StartAsync() => Task.WhenAll(StartAsync(0), StartAsync(1));

        // The folder goes too: nothing in it matters.
        public async Task RestartAsync(int node)
        {
            _servers[node]!.Kill();
            _servers[node]!.Dispose();
            Directory.Delete(FolderOf(node), recursive: true);
            await StartAsync(node);
        }

        public void Dispose() => Array.ForEach(_servers, server => server?.Dispose());

        private async Task StartAsync(int node) => _servers[node] = await ServerProcess.StartReadyAsync(FolderOf(node), Ports[node], $"store:address={address}");

        private string FolderOf(int node) => Path.Combine(folder, $"node-{node}");
    }
}
