using System.Globalization;
using Cistern.Tests.Ingest;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Faults;

/// <summary>The real program is killed again and again while deliveries come in, and keeps what it promised.</summary>
/// <remarks>
/// Five kills in a usual run; <c>CISTERN_ROUNDS=4</c> makes twenty of them, and <c>CISTERN_SEED</c> repeats the moments of a run (the machine still adds its own).
/// SIGKILL leaves what the system holds in memory: that answers are not given before the disk has the data is shown by <see cref="SyncOrderTests"/>.
/// </remarks>
[Collection(MeasuredAlone.Name)]
public sealed class MurderTests(ITestOutputHelper output)
{
    private const int KillsARound = 5;

    // Twice as much of requests as of the others.
    private static readonly DeliveryLines[] Clients = [DeliveryLines.Requests, DeliveryLines.Logs, DeliveryLines.Metrics, DeliveryLines.Requests];

    // Seals, joins and new journal files shall happen all the time.
    private static readonly string[] Settings = ["store:hotBytes=8MiB", "store:sealAge=1s", "store:compactFiles=2", "store:spaceFloor=1MiB"];

    [Fact]
    public async Task What_was_answered_200_is_stored_once_however_often_the_program_is_killed()
    {
        var seed = ReadNumber("CISTERN_SEED") ?? Random.Shared.Next();
        var kills = KillsARound * (ReadNumber("CISTERN_ROUNDS") ?? 1);
        using var folder = new ScratchFolder();
        var port = ServerProcess.TakePort();
        var key = ServerProcess.MakeKey(folder);
        var clients = Clients.Select((_, number) => NewClient(port, key, number, seed)).ToArray();

        var killed = await MurderAsync(folder, port, clients, kills, new Random(seed));
        var stored = await StoredData.ReadAsync(folder);

        var sent = clients.SelectMany(client => client.Sent).ToArray();
        var story = $"CISTERN_SEED={seed}, kills at {killed}; {sent.Length} deliveries, {sent.Count(delivery => delivery.Answered)} answered 200, "
            + $"{clients.Sum(client => client.Failures)} failed attempts, {stored.Paths.Count} rows, {stored.Rejects.Count} rejects, segments up to {stored.Manifest.NextSegment - 1}";
        output.WriteLine(story);
        Array.ForEach(clients, client => client.Dispose());
        PromiseCheck.Run(sent, stored, story);

        Assert.True(sent.Count(delivery => delivery.Wire.Body.Length > 4 << 20) >= Clients.Length, $"hardly a large delivery was sent: {story}");

        // A seal writes requests, logs, metrics, rejects and deliveries.
        Assert.True(stored.Manifest.NextSegment > 5, $"hardly a seal happened between the kills, so they proved little: {story}");
    }

    private static DeliveringClient NewClient(int port, string key, int number, int seed) =>
        new(new Uri($"http://127.0.0.1:{port}"), key, $"client{number}", unchecked(seed + number), linesMax: 300, largeEvery: 40, Clients[number]);

    // The last kill finds the clients in the middle of a delivery that nobody sends again: it may be stored or not, but not in part.
    private static async Task<string> MurderAsync(string folder, int port, DeliveringClient[] clients, int kills, Random random)
    {
        using var over = new CancellationTokenSource();
        using var clientsEnd = new CancellationTokenSource();
        var running = clients.Select(client => Task.Run(() => client.RunAsync(over.Token, clientsEnd.Token))).ToArray();
        List<string> moments = [];
        try
        {
            for (var kill = 0; kill < kills; kill++)
            {
                moments.Add(await LiveAndDieAsync(folder, port, LifeOf(kill, kills, random), running));
            }
        }
        finally
        {
            await clientsEnd.CancelAsync();
            await over.CancelAsync();
        }

        await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(60));
        return string.Join(", ", moments);
    }

    // Two in five end before they are ready or just then, one after the other: they meet the same entries of the journal. Of the others every second one is long enough for a seal.
    private static (bool FromReady, int Milliseconds) LifeOf(int kill, int kills, Random random) =>
        kill % 5 is 2 or 3 && kill < kills - 1 ? (false, random.Next(50, 1_200))
        : (true, kill % 5 is 0 or 4 ? random.Next(1_500, 3_500) : random.Next(100, 1_500));

    private static async Task<string> LiveAndDieAsync(string folder, int port, (bool FromReady, int Milliseconds) life, Task[] running)
    {
        using var server = ServerProcess.Start(folder, port, Settings);
        if (life.FromReady)
        {
            await server.WaitReadyAsync();
        }

        var ended = await Task.WhenAny([Task.Delay(life.Milliseconds), .. running]);
        if (running.Contains(ended))
        {
            await ended; // A client that ends by itself has found something wrong.
        }

        server.Kill();
        return string.Create(CultureInfo.InvariantCulture, $"{(life.FromReady ? "ready" : "start")}+{life.Milliseconds}ms");
    }

    private static int? ReadNumber(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
