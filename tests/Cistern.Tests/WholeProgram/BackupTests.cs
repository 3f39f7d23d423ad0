using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Journal;
using Cistern.Operations.Shared;
using Cistern.Store;
using Cistern.Store.Embedded;
using Cistern.Tests.Commands;
using Cistern.Tests.Faults;
using Cistern.Tests.Journal;
using Cistern.Tests.Store;

namespace Cistern.Tests.WholeProgram;

/// <summary>A backup is a data folder that holds what was answered for before it began, each delivery once, and leaves the server's own folder as it is.</summary>
public sealed class BackupTests
{
    private const int DeliveriesBefore = 12;

    [Fact]
    public async Task A_backup_while_deliveries_come_holds_what_was_answered_before_and_nothing_twice()
    {
        var seed = Random.Shared.Next();
        await using var server = await RunningServer.StartAsync(settings => settings with { Store = settings.Store with { HotBytes = 8 << 20, CompactFiles = 2 } });
        DeliveringClient[] clients = [Client(server, 0, seed, DeliveryLines.Requests), Client(server, 1, seed, DeliveryLines.Logs), Client(server, 2, seed, DeliveryLines.Metrics)];
        await Task.WhenAll(clients.Select(async client =>
        {
            for (var number = 0; number < DeliveriesBefore; number++)
            {
                await client.DeliverAsync(CancellationToken.None);
            }
        }));
        var before = clients.SelectMany(client => client.Sent).ToArray();

        using var over = new CancellationTokenSource();
        var running = clients.Select(client => Task.Run(() => client.RunAsync(over.Token, CancellationToken.None))).ToArray();
        var folder = (await server.RunAsync("backup", "--name", "one")).Trim();
        var second = (await server.RunAsync("backup")).Trim();
        await over.CancelAsync();
        await Task.WhenAll(running);

        Assert.Equal(Path.Combine(server.Folder, "backups", "one"), folder);
        var all = clients.SelectMany(client => client.Sent).ToArray();
        var original = await WhatIsStoredAsync(server);
        PromiseCheck.Run(MayBeMissing(all, before), await StoredData.ReadAsync(folder), $"CISTERN_SEED={seed}, the first backup");
        PromiseCheck.Run(MayBeMissing(all, before), await StoredData.ReadAsync(second), $"CISTERN_SEED={seed}, the second backup");
        Assert.Equal(original, await WhatIsStoredAsync(server));
        Assert.Equal(all.Length, await server.NumberAsync("SELECT count(*) FROM deliveries"));
        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public async Task A_server_on_the_copy_has_the_same_keys_and_rules_knows_repeats_and_leaves_the_original_alone()
    {
        await using var server = await RunningServer.StartAsync();
        Directory.CreateDirectory(Path.Combine(server.Folder, "rules", "robots"));
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "rules", "robots", "note.txt"), "kept", TestContext.Current.CancellationToken);
        var body = TestDeliveries.Envelope("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"));
        Assert.Equal(200, await server.DeliverAsync("d1", body, Fields));
        var copy = (await server.RunAsync("backup", "--name", "copy")).Trim();
        var files = Files(server.Folder);
        Assert.Equal(["keys.json", "manifest.json", "rules", "rules-history.json", "segments"], Directory.GetFileSystemEntries(copy).Select(Path.GetFileName).Where(name => name != "keys-used.json").Order());

        using (var restored = await ServerProcess.StartReadyAsync(copy, ServerProcess.TakePort(), "store:spaceFloor=1MiB"))
        {
            Assert.Equal("200 repeats", await DeliverAsync(restored, server.Key, "d1", body));
            Assert.Equal("200 new", await DeliverAsync(restored, server.Key, "d2", TestDeliveries.Envelope("d2", TestDeliveries.Line(DateTimeOffset.UtcNow, "b"))));
            Assert.Equal(0, restored.Stop());
        }

        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(copy, "rules", "robots", "note.txt"), TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(copy, "keys.json")));
        }

        Assert.Equal(files, Files(server.Folder));
        Assert.Equal(1, await server.NumberAsync("SELECT count(*) FROM requests"));
    }

    [Fact]
    public async Task A_folder_that_no_server_runs_on_is_copied_with_what_is_only_in_its_journal()
    {
        await using var open = new OpenStore();
        await open.StoreAsync("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"));
        await open.ImportAsync("i1", TestDeliveries.Line(DateTimeOffset.UtcNow, "b"));
        open.Store.Abandon();
        using var to = new ScratchFolder();
        var copy = Path.Combine(to, "copy");

        var run = await CommandRun.RunAsync(["backup", "--data", open.Folder, "--to", copy], openStore: StoreChoice.OpenAsync);
        var again = await CommandRun.RunAsync(["backup", "--data", open.Folder, "--to", copy], openStore: StoreChoice.OpenAsync);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(copy + "\n", run.Out);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("it is there already", again.Error, StringComparison.Ordinal);
        Assert.Equal(["copy"], Directory.GetFileSystemEntries(to).Select(Path.GetFileName));
        var stored = await StoredData.ReadAsync(copy);
        Assert.Equal(["d1", "i1"], stored.Deliveries.Keys.Order());
        await using var second = EmbeddedStore.Open(new EmbeddedOpening(
            new DataFolder(copy), new EmbeddedSettings { SpaceFloorBytes = 1 }, new FileDisk(), TimeProvider.System, new Random(1), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
        var import = await second.CommitAsync(open.Deliveries.Commit("i1", DateTimeOffset.UtcNow, RepeatScope.Import, TestDeliveries.Line(DateTimeOffset.UtcNow, "b")), CancellationToken.None);
        Assert.Equal(CommitStatus.Repeated, import.Status);
        open.Reopen();
    }

    [Fact]
    public async Task Wrong_uses_are_told_with_their_remedy()
    {
        await using var server = await RunningServer.StartAsync();
        using var nothing = new ScratchFolder();
        await server.RunAsync("backup", "--name", "taken");

        Assert.Contains("each backup has its own", (await Fails("--url", server.Url, "--key", server.Key, "--name", "taken")).Error, StringComparison.Ordinal);
        Assert.Contains("begins with a letter or digit", (await Fails("--url", server.Url, "--key", server.Key, "--name", "../elsewhere")).Error, StringComparison.Ordinal);
        Assert.Contains("in use by", (await Fails("--data", server.Folder, "--to", Path.Combine(nothing, "x"))).Error, StringComparison.Ordinal);
        Assert.Contains("there is no store in", (await Fails("--data", nothing, "--to", Path.Combine(nothing, "x"))).Error, StringComparison.Ordinal);
        Assert.Contains("--to is missing", (await Fails("--data", server.Folder)).Error, StringComparison.Ordinal);
        Assert.Contains("--to is for --data", (await Fails("--url", server.Url, "--key", server.Key, "--to", "x")).Error, StringComparison.Ordinal);
        var reader = new KeyStore(new LocalFolder(server.Folder), TimeProvider.System).Create(new NewKey { Name = "reader", Scopes = KeyScopes.Read }).Secret!.Reveal();
        Assert.Contains("may not do this", (await Fails("--url", server.Url, "--key", reader)).Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(nothing));
        Assert.Equal(["taken"], Directory.GetFileSystemEntries(Path.Combine(server.Folder, "backups")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Ready_says_by_its_exit_code_whether_deliveries_are_taken()
    {
        await using var server = await RunningServer.StartAsync();
        var port = ServerProcess.TakePort();

        Assert.Equal((0, "ready\n"), Short(await CommandRun.RunAsync(["ready", "--url", server.Url])));
        Assert.Equal(1, (await CommandRun.RunAsync(["ready", "--url", $"http://127.0.0.1:{port}"])).ExitCode);

        static (int, string) Short(CommandRun run) => (run.ExitCode, run.Out);
    }

    private static readonly (string, string) Fields = ("X-Amz-Firehose-Common-Attributes", JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["commonAttributes"] = new Dictionary<string, string> { ["cloudfront-fields"] = TestDeliveries.Fields.Replace(' ', ',') },
    }));

    private static DeliveringClient Client(RunningServer server, int number, int seed, DeliveryLines lines) =>
        new(new Uri(server.Url), server.Key, $"client{number}", unchecked(seed + number), linesMax: 200, largeEvery: 10, lines);

    // What was sent after the backup had begun may be in it or not, but not in part.
    private static SentDelivery[] MayBeMissing(SentDelivery[] all, SentDelivery[] before) =>
        [.. all.Select(delivery => before.Contains(delivery) ? delivery : new SentDelivery(delivery.Wire, delivery.Paths, delivery.Again, delivery.BadLines))];

    private static async Task<CommandRun> Fails(params string[] arguments)
    {
        var run = await CommandRun.RunAsync(["backup", .. arguments], openStore: StoreChoice.OpenAsync);
        Assert.NotEqual(0, run.ExitCode);
        return run;
    }

    private static async Task<string> WhatIsStoredAsync(RunningServer server) =>
        (await server.AskAsync("SELECT count(*) AS n, count(DISTINCT delivery_id) AS d, sum(hash(path))::TEXT AS h FROM requests")).Body.Split("\"meta\"")[0];

    private static string[] Files(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(path => !path.Contains("/backups/", StringComparison.Ordinal)).Order().Select(path => $"{path} {new FileInfo(path).Length}")];

    private static async Task<string> DeliverAsync(ServerProcess server, string key, string id, byte[] body)
    {
        var rows = async () => await CountAsync(server, key);
        var before = await rows();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/firehose") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        foreach (var (name, value) in new[] { ("X-Amz-Firehose-Request-Id", id), ("X-Amz-Firehose-Protocol-Version", "1.0"), ("X-Amz-Firehose-Source-Arn", TestDeliveries.Stream), ("X-Amz-Firehose-Access-Key", key), Fields })
        {
            request.Headers.Add(name, value);
        }

        using var answer = await server.Http.SendAsync(request);
        return $"{(int)answer.StatusCode} {(await rows() == before ? "repeats" : "new")}";
    }

    private static async Task<string> CountAsync(ServerProcess server, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/sql") { Content = new StringContent("SELECT count(*) AS n FROM requests", System.Text.Encoding.UTF8, "text/plain") };
        request.Headers.Add("X-API-Key", key);
        using var answer = await server.Http.SendAsync(request);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("rows").GetRawText();
    }
}
