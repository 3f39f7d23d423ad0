using System.Diagnostics;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Faults;

/// <summary>The system calls of the real program, in their order: nothing is answered, named or deleted before the disk has what that relies on.</summary>
public sealed class SyncOrderTests(ITestOutputHelper output)
{
    private const int Clients = 3;
    private const string Traced = "trace=open,openat,creat,mkdir,mkdirat,write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,sendto,sendmsg";

    // Small, so that journal files, seals and joins come often.
    private static readonly string[] Settings = ["store:hotBytes=8MiB", "store:sealAge=1s", "store:compactFiles=2", "store:spaceFloor=1MiB"];

    [Fact]
    public async Task No_delivery_is_answered_before_its_journal_file_is_synced_and_no_name_is_used_before_its_folder_is()
    {
        Requirement.Package("strace", "strace");
        using var scratch = new ScratchFolder();
        var folder = Path.Combine(scratch, "data");
        string[] traces = [Path.Combine(scratch, "first"), Path.Combine(scratch, "second")];
        var sent = await DeliverUnderTraceAsync(folder, traces);

        var calls = TraceReader.Read(traces.SelectMany(File.ReadLines));
        var check = SyncOrderCheck.Run(calls, folder);

        output.WriteLine(
            $"{sent.Count} deliveries, {check.Answers} answers, {check.JournalFiles} journal files, {check.Segments} segments, {check.Manifests} manifests, {check.Deletions} deletions, {check.Bodies} bodies");
        Assert.True(check.Problems.Count == 0, $"{check.Problems.Count} problems:\n{string.Join('\n', check.Problems.Take(10))}");
        Assert.True(check.Answers >= sent.Count(delivery => delivery.Answered), $"the trace shows {check.Answers} answers, the clients had more: strace's options do not fit");
        Assert.True(check is { JournalFiles: > 1, Segments: > 2, Manifests: > 1, Deletions: > 1, Bodies: > 0 }, "too little happened to prove anything");

        // The same trace of a program that forgot its syncs, so that the silence of the checker means something.
        var blind = SyncOrderCheck.Run(calls.Where(call => call.Name != "fdatasync"), folder);
        Assert.True(blind.Problems.Count > check.Answers, $"without any fdatasync only {blind.Problems.Count} problems were found");
    }

    // A first life in a new folder that is killed, and a second one that is stopped in order: so the trace holds recovery and stop, too.
    private static async Task<IReadOnlyList<SentDelivery>> DeliverUnderTraceAsync(string folder, string[] traces)
    {
        var port = ServerProcess.TakePort();
        List<SentDelivery> sent = [];
        using (var server = ServerProcess.Start(folder, port, Settings, Tracer(traces[0])))
        {
            await server.WaitReadyAsync();
            sent.AddRange(await DeliverAsync(server, ServerProcess.MakeKey(folder, "first"), "first"));
            await EndAsync(server, server.Kill);
        }

        using (var server = ServerProcess.Start(folder, port, Settings, Tracer(traces[1])))
        {
            await server.WaitReadyAsync();
            sent.AddRange(await DeliverAsync(server, ServerProcess.MakeKey(folder, "second"), "second"));
            sent.AddRange(await FillJournalFilesAsync(new TestClient(server, ServerProcess.MakeKey(folder, "long"))));
            await EndAsync(server, () => Assert.Equal(0, server.Stop()));
        }

        PromiseCheck.Run(sent, await StoredData.ReadAsync(folder), "under strace");
        return sent;
    }

    // -D lets the program be our own child, so that it can be killed and not its tracer.
    private static string[] Tracer(string trace) => ["strace", "-D", "-f", "-y", "-s", "131072", "-e", Traced, "-o", trace];

    // The tracer ends a moment after the program, and what it wrote is whole only then.
    private static async Task EndAsync(ServerProcess server, Action end)
    {
        var tracer = server.TracerId;
        end();
        for (var waited = Stopwatch.StartNew(); IsAlive(tracer); await Task.Delay(20))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"strace, process {tracer}, does not end");
        }
    }

    // Nobody may have asked for its exit code yet: a zombie has written everything.
    private static bool IsAlive(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    // A journal file ends after 64 MiB, and a body of 4 MiB is not in it.
    private static async Task<IEnumerable<SentDelivery>> FillJournalFilesAsync(TestClient client)
    {
        var maker = new DeliveryMaker(DeliveryLines.Requests, "long", seed: 0);
        SentDelivery[] deliveries = [maker.MakePadded(40 << 20), .. Enumerable.Range(0, 72).Select(_ => maker.MakePadded(1 << 20)), maker.Make()];
        foreach (var delivery in deliveries)
        {
            var answer = await client.PostAsync(delivery);
            Assert.True(answer.Status == System.Net.HttpStatusCode.OK, $"{delivery.Id} was answered {answer}");
        }

        return deliveries;
    }

    private static async Task<IEnumerable<SentDelivery>> DeliverAsync(ServerProcess server, string key, string name)
    {
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        var clients = Enumerable.Range(0, Clients).Select(number => new DeliveringClient(server.Address, key, $"{name}{number}", number, linesMax: 400)).ToArray();
        try
        {
            await Task.WhenAll(clients.Select(client => client.RunAsync(over.Token, CancellationToken.None))).WaitAsync(TimeSpan.FromSeconds(60));
            return clients.SelectMany(client => client.Sent);
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }
    }
}
