using System.Collections.Concurrent;
using Cistern.Journal;
using Cistern.Operations.Shared;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.State;
using Cistern.Tests.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Store.ClickHouse.State;

/// <summary>Files that nodes share, through ClickHouse's own engine.</summary>
public sealed class ClickHouseFolderTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private const string Lock = "any.lock";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_node_writes_changes_and_deletes_another_has_when_it_asks()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var (one, other) = (await nodes.OpenAsync(), await nodes.OpenAsync());

        one.Change(Lock, () => Write(one, "rules/robots/example.com@20261120T000000Z.txt", "first"));
        await other.RefreshAsync();
        Assert.Equal("first", Read(other, "rules/robots/example.com@20261120T000000Z.txt"));

        other.Change(Lock, () => Write(other, "rules/robots/example.com@20261120T000000Z.txt", "other"));
        await one.RefreshAsync();
        Assert.Equal("other", Read(one, "rules/robots/example.com@20261120T000000Z.txt"));

        one.Change(Lock, () => Delete(one, "rules/robots/example.com@20261120T000000Z.txt"));
        await other.RefreshAsync();
        Assert.Null(Read(other, "rules/robots/example.com@20261120T000000Z.txt"));

        one.Change(Lock, () => Write(one, "rules/robots/example.com@20261120T000000Z.txt", "again"));
        Assert.Equal("again", Read(await nodes.OpenAsync(), "rules/robots/example.com@20261120T000000Z.txt"));
    }

    /// <summary>Also while the engine merges old versions away.</summary>
    [Fact]
    public async Task Nodes_that_change_one_file_at_the_same_time_lose_nothing()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var folders = new[] { await nodes.OpenAsync(), await nodes.OpenAsync(), await nodes.OpenAsync() };
        var writers = folders.SelectMany(folder => new[] { folder, folder }).Index().ToArray();
        using var over = new CancellationTokenSource();
        var merging = MergeAsync(nodes.Address, over.Token);

        await Task.WhenAll(writers.Select(writer => Task.Run(() =>
        {
            for (var number = 0; number < 10; number++)
            {
                writer.Item.Change(Lock, () => Write(writer.Item, "list", $"{Read(writer.Item, "list")}{writer.Index}-{number}\n"));
            }
        })));
        await over.CancelAsync();
        await merging;

        var fresh = await nodes.OpenAsync();
        string[] lines = Read(fresh, "list")!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(writers.SelectMany(writer => Enumerable.Range(0, 10).Select(number => $"{writer.Index}-{number}")).Order(), lines.Order());
    }

    [Fact]
    public async Task Bytes_and_odd_names_arrive_as_they_were()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var one = await nodes.OpenAsync();
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value), .. new byte[300_000]];

        one.Change(Lock, () =>
        {
            File.WriteAllBytes(one.PathOf("a 'quoted' \\ näme {p1:String}.txt"), bytes);
            File.WriteAllBytes(one.PathOf("empty"), []);
            return 0;
        });

        var other = await nodes.OpenAsync();
        Assert.Equal(bytes, File.ReadAllBytes(other.PathOf("a 'quoted' \\ näme {p1:String}.txt")));
        Assert.Empty(File.ReadAllBytes(other.PathOf("empty")));
    }

    [Fact]
    public async Task What_is_made_once_is_the_same_everywhere()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var folders = new[] { await nodes.OpenAsync(), await nodes.OpenAsync(), await nodes.OpenAsync() };

        var keys = await Task.WhenAll(folders.Select(folder => Task.Run(() => folder.GetOrCreate("once.key", () => Guid.NewGuid().ToByteArray()))));

        Assert.Single(keys.Append((await nodes.OpenAsync()).GetOrCreate("once.key", () => [1])).Select(Convert.ToHexString).Distinct());
    }

    [Fact]
    public async Task A_change_that_fails_leaves_no_trace()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var one = await nodes.OpenAsync();
        one.Change(Lock, () => Write(one, "kept", "as it was"));

        Assert.Throws<InvalidOperationException>(() => one.Change<int>(Lock, () =>
        {
            Write(one, "kept", "spoilt");
            Write(one, "new", "");
            throw new InvalidOperationException();
        }));

        Assert.Equal(("as it was", null), (Read(one, "kept"), Read(one, "new")));
        Assert.Equal(["kept 1"], await VersionsAsync(nodes.Address));
    }

    [Fact]
    public async Task What_somebody_does_to_a_copy_is_put_back_and_is_no_change()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var one = await nodes.OpenAsync();
        one.Change(Lock, () => Write(one, "rules/sites.tsv", "kept") + Write(one, "views.json", "kept"));
        Directory.Delete(one.Rules, recursive: true);
        Write(one, "views.json", "spoilt");
        Write(one, "stray", "");

        one.Change(Lock, () => Write(one, "keys.json", "new"));

        Assert.Equal(["keys.json 1", "rules/sites.tsv 1", "views.json 1"], await VersionsAsync(nodes.Address));
        Assert.Equal(("kept", "kept", null), (Read(one, "rules/sites.tsv"), Read(one, "views.json"), Read(one, "stray")));
    }

    [Fact]
    public async Task A_start_removes_what_a_crash_left_and_what_was_deleted_meanwhile()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var one = await nodes.OpenAsync();
        one.Change(Lock, () => Write(one, "views.json", "old") + Write(one, "gone", ""));
        await one.DisposeAsync();
        var other = await nodes.OpenAsync();
        other.Change(Lock, () => Delete(other, "gone"));
        Write(one, "keys.json", "of a change that was cut off");
        Write(one, "views.json", "of another");

        var again = await nodes.OpenAsync(one.Root);

        Assert.Equal(("old", null, null), (Read(again, "views.json"), Read(again, "gone"), Read(again, "keys.json")));
        Assert.Equal(["gone 2", "views.json 1"], await VersionsAsync(nodes.Address));
    }

    [Fact]
    public async Task A_copy_belongs_to_one_process_and_no_name_leads_out_of_it()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var one = await nodes.OpenAsync();
        await Assert.ThrowsAsync<DataFolderInUseException>(() => nodes.OpenAsync(one.Root));
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)));
        await new ClickHouseClient(http, nodes.Address.Hosts[0], nodes.Address).RunAsync(
            "INSERT INTO cistern_state (name, version, deleted, content, writers) VALUES ('../out', 1, 0, 'x', ['w']), ('/out', 1, 0, 'x', ['w']), ('rules/../../out', 1, 0, 'x', ['w']), ('keys.lock', 1, 0, 'x', ['w']), ('rules/in', 1, 0, 'x', ['w'])",
            new Dictionary<string, string>(), Cancel);

        await one.RefreshAsync();

        Assert.Equal(["lock", "rules/in"], Directory.GetFiles(one.Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(one.Root, path)).Order());
        Assert.False(File.Exists(Path.Combine(one.Root, "..", "out")));
    }

    /// <summary>An answer that is lost, before the insert or after it, is asked again under the same token.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cut_connection_writes_once(bool done)
    {
        await using var nodes = new Nodes(engine.NewAddress());
        using var cut = new Connections { Cut = number => number == 1, Done = done };
        var one = await nodes.OpenAsync(connections: cut);

        one.Change(Lock, () => Write(one, "file", "content"));

        Assert.Equal(2, cut.Inserts.Count);
        Assert.Single(cut.Inserts.Select(query => query["insert_deduplication_token"]).Distinct());
        Assert.Equal(["file 1"], await VersionsAsync(nodes.Address));
        Assert.Equal("content", Read(await nodes.OpenAsync(), "file"));
    }

    /// <summary>If no answer to an insert ever comes, the change is refused and put back; whether it was done, the next look shows.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_without_an_answer_is_refused_and_the_next_look_shows_what_is(bool done)
    {
        await using var nodes = new Nodes(engine.NewAddress());
        using var cut = new Connections { Cut = _ => true, Done = done };
        var one = await nodes.OpenAsync(connections: cut);

        var error = Assert.Throws<IOException>(() => one.Change(Lock, () => Write(one, "file", "content")));
        Assert.Contains(nodes.Address.Hosts[0].Authority, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.Null(Read(one, "file"));

        cut.Cut = _ => false;
        await one.RefreshAsync();
        Assert.Equal(done ? "content" : null, Read(one, "file"));
        one.Change(Lock, () => Write(one, "file", Read(one, "file") + "!"));
        Assert.Equal(done ? "content!" : "!", Read(await nodes.OpenAsync(), "file"));
    }

    /// <summary>What a crash in the middle of an insert can leave: the engine knows the token, and has no row.</summary>
    [Fact]
    public async Task A_number_whose_row_is_lost_stays_empty()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var (one, other) = (await nodes.OpenAsync(), await nodes.OpenAsync());
        one.Change(Lock, () => Write(one, "file", "lost"));
        await SendAsync(nodes.Address, "ALTER TABLE cistern_state DELETE WHERE 1 SETTINGS mutations_sync = 2");

        other.Change(Lock, () => Write(other, "file", "second"));

        Assert.Equal(["file 2"], await VersionsAsync(nodes.Address));
        other.Change(Lock, () => Write(other, "file", "third"));
        Assert.Equal("third", Read(await nodes.OpenAsync(), "file"));
    }

    [Fact]
    public async Task Known_files_stay_while_the_engine_is_away_and_changes_say_which_host_is()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var (one, other) = (await nodes.OpenAsync(watched: true), await nodes.OpenAsync());
        one.Change(Lock, () => Write(one, "file", "known"));

        engine.Kill();
        var error = Assert.Throws<IOException>(() => one.Change(Lock, () => Write(one, "file", "not now")));
        await Assert.ThrowsAsync<IOException>(one.RefreshAsync);
        var start = await Assert.ThrowsAnyAsync<IOException>(() => nodes.OpenAsync());
        var kept = Read(one, "file");
        await engine.StartAsync();

        Assert.All([error, start], one => Assert.Contains(nodes.Address.Hosts[0].Authority, one.Message, StringComparison.Ordinal));
        Assert.Equal("known", kept);
        other.Change(Lock, () => Write(other, "file", Read(other, "file") + " and changed"));
        for (var look = 0; Read(one, "file") != "known and changed"; look++)
        {
            Assert.True(look < 300, "what another node changed does not come by itself");
            await Task.Delay(100, Cancel);
        }
    }

    /// <summary>What was acknowledged is there once, whenever the engine dies; what was refused may be there once or not at all.</summary>
    [Fact]
    public async Task Changes_outlive_the_engine_being_killed_in_the_middle_of_them()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        var folders = new[] { await nodes.OpenAsync(), await nodes.OpenAsync() };
        using var over = new CancellationTokenSource();
        var writing = folders.SelectMany(folder => new[] { folder, folder }).Select((folder, writer) => Task.Run(() => Append(folder, writer, over.Token))).ToArray();

        for (var death = 0; death < 3; death++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(700 + Random.Shared.Next(500)), Cancel);
            engine.Kill();
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancel);
            await engine.StartAsync();
        }

        await Task.Delay(TimeSpan.FromSeconds(1), Cancel);
        await over.CancelAsync();
        var outcomes = (await Task.WhenAll(writing)).SelectMany(one => one).ToArray();

        string[] lines = Read(await nodes.OpenAsync(), "list")!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Length, lines.Distinct().Count());
        Assert.Empty(outcomes.Where(one => one.Acknowledged).Select(one => one.Line).Except(lines));
        Assert.Empty(lines.Except(outcomes.Select(one => one.Line)));
        Assert.Contains(outcomes, one => one.Acknowledged);
        Assert.Contains(outcomes, one => !one.Acknowledged);
    }

    [Fact]
    public async Task Many_who_ask_at_once_cost_few_questions()
    {
        await using var nodes = new Nodes(engine.NewAddress());
        using var counted = new Connections();
        var one = await nodes.OpenAsync(connections: counted);
        var before = counted.Asked;

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => one.RefreshAsync()));

        Assert.InRange(counted.Asked - before, 1, 20);
    }

    [Fact]
    public void In_a_cluster_all_servers_are_replicas_of_one_table()
    {
        Assert.True(ClickHouseAddress.TryParse("clickhouse://a,b/logs?cluster=main", out var address, out _));

        var statement = StateTable.Statement(address);

        Assert.Contains("ON CLUSTER `main`", statement, StringComparison.Ordinal);
        Assert.Contains("ReplicatedReplacingMergeTree('/clickhouse/tables/logs/cistern_state', '{shard}-{replica}', version)", statement, StringComparison.Ordinal);
        Assert.Contains("replicated_deduplication_window", statement, StringComparison.Ordinal);
    }

    private static int Write(SharedFolder folder, string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.PathOf(name))!);
        File.WriteAllText(folder.PathOf(name), text);
        return 0;
    }

    private static List<(string Line, bool Acknowledged)> Append(SharedFolder folder, int writer, CancellationToken over)
    {
        var outcomes = new List<(string, bool)>();
        while (!over.IsCancellationRequested)
        {
            var line = $"{writer}-{outcomes.Count}";
            try
            {
                folder.Change(Lock, () => Write(folder, "list", $"{Read(folder, "list")}{line}\n"));
                outcomes.Add((line, true));
            }
            catch (IOException)
            {
                outcomes.Add((line, false));
            }
        }

        return outcomes;
    }

    private static int Delete(SharedFolder folder, string name)
    {
        File.Delete(folder.PathOf(name));
        return 0;
    }

    private static string? Read(SharedFolder folder, string name) => File.Exists(folder.PathOf(name)) ? File.ReadAllText(folder.PathOf(name)) : null;

    private static async Task MergeAsync(ClickHouseAddress address, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await SendAsync(address, "OPTIMIZE TABLE cistern_state FINAL");
            await Task.Delay(20, Cancel);
        }
    }

    private static async Task SendAsync(ClickHouseAddress address, string sql)
    {
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)));
        await new ClickHouseClient(http, address.Hosts[0], address).RunAsync(sql, new Dictionary<string, string>(), Cancel);
    }

    private static async Task<string[]> VersionsAsync(ClickHouseAddress address)
    {
        using var hosts = new StateHosts(address, TimeProvider.System);
        return [.. (await new StateTable(hosts, address).VersionsAsync(Cancel)).Select(one => $"{one.Key} {one.Value}").Order()];
    }

    /// <summary>Nodes on one database, each with a folder of its own.</summary>
    private sealed class Nodes(string address) : IAsyncDisposable
    {
        private readonly List<ClickHouseFolder> _open = [];
        private readonly ScratchFolder _scratch = new();

        public ClickHouseAddress Address { get; } = ClickHouseAddress.TryParse(address, out var read, out var problem) ? read : throw new ArgumentException(problem);

        public async Task<ClickHouseFolder> OpenAsync(string? copy = null, HttpMessageHandler? connections = null, bool watched = false)
        {
            var options = new FolderOptions(copy ?? Path.Combine(_scratch, Guid.NewGuid().ToString("N")), watched, IsTemporary: false, TimeSpan.Zero) { Connections = connections };
            var folder = await ClickHouseFolder.OpenAsync(Address, options, TimeProvider.System, NullLogger.Instance, Cancel);
            _open.Add(folder);
            return folder;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var folder in _open)
            {
                await folder.DisposeAsync();
            }

            _scratch.Dispose();
        }
    }

    /// <summary>Connections that break at some inserts, before they are sent or after they were done.</summary>
    private sealed class Connections() : DelegatingHandler(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)))
    {
        private int _asked;

        public Func<int, bool> Cut { get; set; } = _ => false;

        public bool Done { get; init; }

        public int Asked => _asked;

        public ConcurrentQueue<Dictionary<string, string>> Inserts { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            var query = request.RequestUri!.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[1]));
            if (!query.TryGetValue("query", out var sql) || !sql.StartsWith("INSERT", StringComparison.Ordinal))
            {
                return await base.SendAsync(request, cancellationToken);
            }

            Inserts.Enqueue(query);
            if (!Cut(Inserts.Count))
            {
                return await base.SendAsync(request, cancellationToken);
            }

            if (Done)
            {
                (await base.SendAsync(request, cancellationToken)).Dispose();
            }

            throw new HttpRequestException("cut");
        }
    }
}
