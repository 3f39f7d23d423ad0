using System.Buffers;
using System.Globalization;
using Cistern.DuckDb;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats;
using Cistern.Formats.Deliveries;
using Cistern.Journal;
using Cistern.Store;
using Cistern.Store.Embedded;
using Cistern.Tests.Enrich;
using Cistern.Tests.Formats;
using Cistern.Tests.Ingest;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Store;

/// <summary>Stored requests are classified again by the rules in force. What a crash or a failing disk does to it says <see cref="StoreSimulation"/>.</summary>
public sealed class ReclassifyTests : IDisposable
{
    private static readonly string s_ruleColumns = string.Join(", ", Enricher.Sets.Select(place => Tables.Requests.Columns[place].Name));

    private readonly RulesFolder _files = new();
    private readonly RuleStore _rules;
    private int _versions;

    public ReclassifyTests()
    {
        _rules = _files.Open();
        ChangeRules();
    }

    public void Dispose() => _files.Dispose();

    // Lines of all kinds that there are fixtures of, and every labelled user agent.
    [Fact]
    public async Task Only_the_rule_columns_change_and_they_are_what_a_new_row_would_have()
    {
        await using var open = new OpenStore(rules: _rules);
        await StoreFixturesAsync(open);
        open.Maintenance.Seal();
        var (before, told) = (Others(open), RuleColumns(open));

        _files.Write("agents.tsv", "# version: 2026-12-02", "Firefox\ttoken\tFox\tExample Inc\ttraining", "-GPTBot");
        _files.Write("referrers.tsv", "# version: 2026-12-02", "news.example.com\tNews\tExample Inc\t");
        _files.Write("lists/fox@20200101T000000Z.txt", "# complete: yes", "203.0.113.0/24");
        _files.Write("lists.tsv", "fox\tExample Inc\tFox\t\t");
        Assert.True(_rules.ReloadIfChanged(), string.Join("; ", _rules.Problems));
        Reclassify(open);

        Assert.Equal(before, Others(open));
        await using var fresh = new OpenStore(rules: _rules);
        await StoreFixturesAsync(fresh);
        fresh.Maintenance.Seal();
        Assert.Equal(RuleColumns(fresh), RuleColumns(open));
        Assert.NotEqual(told, RuleColumns(open));
        Assert.Equal(Types(fresh), Types(open));
    }

    [Fact]
    public async Task Rows_keep_their_order_over_many_row_groups()
    {
        const int Rows = 50_000;
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Enumerable.Range(0, Rows).Select(row => Line($"r{row}", row % 3 == 0 ? "AlphaBot" : $"Other/{row}", $"/{new string('x', row % 50)}{row}")));
        open.Maintenance.Seal();
        var before = Others(open);
        Assert.Equal(Rows, before.Length);

        ChangeRules();
        Reclassify(open);

        Assert.Equal(before, Others(open));
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => row % 3 == 0 ? "Agent2" : ""), Values(open, "agent"));
    }

    [Fact]
    public async Task Nothing_happens_unless_somebody_asks_and_rows_in_memory_become_a_file_first()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        open.Maintenance.Seal();
        await open.StoreAsync("d2", Line("b"));
        ChangeRules();
        Assert.False(open.Maintenance.Reclassify(() => true));
        await open.StoreAsync("d3", Line("c"));
        Assert.Equal(["d1:Agent1", "d2:Agent1", "d3:Agent2"], await AgentsAsync(open));
        var status = open.Store.GetRules();
        Assert.Equal((new Classified(3, 0), new Classified(1, 0), false), (status.Rows, status.Files, status.Running));

        Reclassify(open);

        Assert.Equal(["d1:Agent2", "d2:Agent2", "d3:Agent2"], await AgentsAsync(open));
        status = open.Store.GetRules();
        Assert.Equal((new Classified(3, 3), new Classified(2, 2), false, null), (status.Rows, status.Files, status.Running, status.Failed));
        Assert.Equal([_rules.Current.Version.ToString()], status.Changes.Select(change => change.Version).TakeLast(1));
    }

    [Fact]
    public async Task It_goes_on_after_a_kill_and_does_not_repeat_what_is_done()
    {
        await using var open = new OpenStore(rules: _rules);
        for (var file = 0; file < 3; file++)
        {
            await open.StoreAsync($"d{file}", Line($"r{file}"));
            open.Maintenance.Seal();
        }

        ChangeRules();
        open.Store.Reclassify();
        Assert.True(open.Maintenance.Reclassify(() => true));
        Assert.Equal(new Classified(3, 1), open.Store.GetRules().Files);
        open.Crash();

        Assert.True(open.Store.GetRules().Running);
        Assert.Equal(new Classified(3, 1), open.Store.GetRules().Files);
        var done = Assert.Single(Files(open), file => Agents(file).SequenceEqual(["Agent2"]));
        Finish(open);
        Assert.Contains(done, Files(open));
        Assert.Equal(["d0:Agent2", "d1:Agent2", "d2:Agent2"], await AgentsAsync(open));
        open.Crash();
        Assert.False(open.Store.GetRules().Running);
    }

    [Fact]
    public async Task Rules_that_change_meanwhile_are_those_that_count()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        await open.StoreAsync("d2", Line("b"));
        open.Maintenance.Seal();
        ChangeRules();
        open.Store.Reclassify();
        var changes = 0;
        open.Maintenance.Reclassify(() =>
        {
            if (changes++ == 0)
            {
                ChangeRules();
            }

            return true;
        });

        Assert.Equal(["d1:Agent1", "d2:Agent1"], await AgentsAsync(open));
        Assert.Null(open.Store.GetRules().Failed);
        Finish(open);
        Assert.Equal(["d1:Agent3", "d2:Agent3"], await AgentsAsync(open));
        Assert.Empty(Faults.StoredData.Orphans(open.Folder));
    }

    [Fact]
    public async Task A_file_that_is_abandoned_stays_as_it_was()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        open.Maintenance.Seal();
        ChangeRules();
        open.Store.Reclassify();

        open.Maintenance.Reclassify(() => false);

        Assert.Equal(["d1:Agent1"], await AgentsAsync(open));
        Assert.Empty(Faults.StoredData.Orphans(open.Folder));
        var status = open.Store.GetRules();
        Assert.Equal((true, null), (status.Running, status.Failed));
    }

    // The loop does so between two chunks of a large file.
    [Fact]
    public async Task Rows_are_sealed_and_asked_for_while_a_file_is_rewritten()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        open.Maintenance.Seal();
        ChangeRules();
        open.Store.Reclassify();
        var seals = 0;
        open.Maintenance.Reclassify(() =>
        {
            Store($"during{seals}");
            Assert.True(open.Maintenance.Seal());
            seals++;
            return true;
        });

        Assert.True(seals > 1);
        Finish(open);
        var agents = (await AgentsAsync(open)).ToArray();
        Assert.Equal(seals + 1, agents.Length);
        Assert.All(agents, agent => Assert.EndsWith(":Agent2", agent, StringComparison.Ordinal));
        Assert.Empty(Faults.StoredData.Orphans(open.Folder));

        void Store(string id) => Assert.Equal(CommitStatus.Stored, open.StoreAsync(id, Line(id)).GetAwaiter().GetResult().Status);
    }

    [Fact]
    public async Task A_query_reads_the_file_that_it_began_with()
    {
        const int Rows = 30_000;
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Enumerable.Range(0, Rows).Select(row => Line($"r{row}")));
        open.Maintenance.Seal();
        ChangeRules();
        var old = Assert.Single(Files(open));

        using (var result = await open.Store.QueryAsync(OpenStore.Query("SELECT agent FROM requests"), CancellationToken.None))
        {
            Assert.True(result.Read());
            Reclassify(open);
            Assert.True(File.Exists(old));
            var rows = 1;
            while (result.Read())
            {
                Assert.Equal("Agent1", result[0]);
                rows++;
            }

            Assert.Equal(Rows, rows);
        }

        Assert.False(File.Exists(old));
        Assert.Equal(Rows, await open.CountAsync("requests", "agent = 'Agent2'"));
    }

    [Fact]
    public async Task What_retention_drops_meanwhile_does_not_come_back()
    {
        var time = new ManualTime();
        await using var open = new OpenStore(new() { RetentionAge = TimeSpan.FromDays(1) }, _rules, time);
        await open.StoreAsync("d1", Line("a"));
        open.Maintenance.Seal();
        ChangeRules();
        open.Store.Reclassify();
        var drops = 0;
        open.Maintenance.Reclassify(() =>
        {
            time.Advance(TimeSpan.FromDays(2));
            drops += open.Maintenance.DropExpired() ? 1 : 0;
            return true;
        });

        Assert.Equal(1, drops);
        Assert.Equal(0, await open.CountAsync("requests"));
        Assert.Empty(Files(open));
        Finish(open);
    }

    // Else its rows would be of no rules in particular, and be judged twice.
    [Fact]
    public async Task Files_that_wait_are_not_joined()
    {
        await using var open = new OpenStore(new() { CompactFiles = 2 }, _rules);
        for (var file = 0; file < 2; file++)
        {
            await open.StoreAsync($"d{file}", Line($"r{file}"));
            open.Maintenance.Seal();
        }

        ChangeRules();
        open.Store.Reclassify();
        while (open.Maintenance.Compact())
        {
        }

        Assert.Equal(2, open.Store.GetRules().Files.All);
        Finish(open);
        while (open.Maintenance.Compact())
        {
        }

        Assert.Equal(new Classified(1, 1), open.Store.GetRules().Files);
        Assert.Equal(["d0:Agent2", "d1:Agent2"], await AgentsAsync(open));
    }

    // Several rules' rows in one file: from a seal right after a change, or from a join.
    [Fact]
    public async Task A_file_of_several_rules_is_rewritten_as_a_whole()
    {
        await using var open = new OpenStore(new() { CompactFiles = 2 }, _rules);
        await open.StoreAsync("d1", Line("a"));
        ChangeRules();
        await open.StoreAsync("d2", Line("b"));
        open.Maintenance.Seal();
        Assert.Equal(new Classified(2, 0), open.Store.GetRules().Rows);

        Reclassify(open);

        Assert.Equal(["d1:Agent2", "d2:Agent2"], await AgentsAsync(open));
        Assert.Equal(new Classified(2, 2), open.Store.GetRules().Rows);
    }

    [Fact]
    public async Task A_file_of_a_release_without_rules_gets_its_columns()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        await open.Store.DisposeAsync();
        OlderFilesTests.MakeOlder(open.Folder, "requests", s_ruleColumns, schema: 2);
        open.Reopen();
        Assert.Equal(["d1:"], await AgentsAsync(open));

        ChangeRules();
        Reclassify(open);

        Assert.Equal(["d1:Agent2"], await AgentsAsync(open));
        Assert.Equal("page", await open.ScalarAsync("SELECT kind FROM requests"));
    }

    [Fact]
    public async Task An_answer_knows_which_share_of_its_rows_the_rules_in_force_classified()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        open.Maintenance.Seal();
        Assert.Null(await ShareAsync(open));
        ChangeRules();
        Assert.Equal(0, await ShareAsync(open));
        await open.StoreAsync("d2", Line("b"), Line("c"));
        await open.StoreAsync("d3", Line("old", hoursAgo: 30));
        Assert.Equal(0.75, await ShareAsync(open));
        Assert.Null(await ShareAsync(open, "rejects"));

        Reclassify(open);

        Assert.Null(await ShareAsync(open));
        Assert.Equal(new Classified(4, 4), open.Store.GetRules().Rows);
    }

    [Theory]
    [InlineData(3, 0, 0.0)]
    [InlineData(3, 2, 0.6666)]
    [InlineData(1_000_000, 999_999, 0.9999)]
    [InlineData(7, 7, null)]
    [InlineData(0, 0, null)]
    public void A_share_is_1_only_if_it_is_all(long all, long now, double? share) => Assert.Equal(share, new Classified(all, now).Share);

    // Truncated addresses look like others; who was addressed 192.0.2.0 before is still that.
    [Fact]
    public async Task An_address_that_may_have_been_truncated_accuses_nobody()
    {
        await using var open = new OpenStore(rules: _rules);
        foreach (var action in Enum.GetValues<PrivacyAction>())
        {
            var privacy = PrivacyRules.Default with { ClientAddress = action, HashKey = new byte[16] };
            await StoreAsync(open, $"{action}", TestDeliveries.Fields, [Line($"4{action}", address: "198.51.100.7"), Line($"6{action}", address: "2001:db8:1::7")], privacy);
        }

        open.Maintenance.Seal();
        Assert.Equal(["198.51.100.7", "2001:db8:1::7", "198.51.100.0", "2001:db8:1::"], Values(open, "client_ip").Take(4));
        WriteList("192.0.2.0/24");
        Reclassify(open);
        Assert.Equal(["mismatch", "mismatch", "none", "none", "none", "none", "none", "none"], Values(open, "proof"));

        WriteList("198.51.100.0/24");
        Reclassify(open);
        Assert.Equal(["address", "mismatch", "none", "none", "none", "none", "none", "none"], Values(open, "proof"));

        await open.StoreAsync("d2", Line("f", address: "198.51.100.0"), Line("g", address: "192.0.2.0"));
        open.Maintenance.Seal();
        WriteList("198.51.100.0/24");
        Reclassify(open);
        Assert.Equal(["address", "mismatch"], (await open.RowsAsync("SELECT proof FROM requests WHERE delivery_id = 'd2' ORDER BY client_ip DESC")).Select(row => row[0]));

        void WriteList(string prefix)
        {
            _files.Write("lists.tsv", "alpha\tExample Inc\tAgent1\t\t");
            _files.Write("agents.tsv", $"# version: 2026-12-{++_versions + 1:00}", "AlphaBot\ttoken\tAgent1\tExample Inc\ttraining\talpha", $"Other{_versions}\ttoken\tOther{_versions}\tExample Inc\ttraining");
            _files.Write("lists/alpha@20200101T000000Z.txt", "# complete: yes", prefix);
            Assert.True(_rules.ReloadIfChanged(), string.Join("; ", _rules.Problems));
        }
    }

    [Fact]
    public async Task What_fails_is_told_and_tried_again_later_and_the_others_go_on()
    {
        var time = new ManualTime();
        await using var open = new OpenStore(rules: _rules, time: time);
        await open.StoreAsync("d1", Line("a", hoursAgo: 1));
        open.Maintenance.Seal();
        await open.StoreAsync("d2", Line("b"));
        open.Maintenance.Seal();
        ChangeRules();
        open.Store.Reclassify();
        var broken = Files(open).Order(StringComparer.Ordinal).Last();
        var bytes = await File.ReadAllBytesAsync(broken);
        await File.WriteAllBytesAsync(broken, new byte[bytes.Length]);

        open.Maintenance.Reclassify(() => true);
        Assert.Contains(broken, open.Store.GetRules().Failed, StringComparison.Ordinal);
        Assert.False(open.Maintenance.Reclassify(() => true), "it does not wait");
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(open.Maintenance.Reclassify(() => true));
        Assert.Equal(new Classified(2, 1), open.Store.GetRules().Files);
        Assert.NotNull(open.Store.GetRules().Failed);

        await File.WriteAllBytesAsync(broken, bytes);
        for (var wait = 0; wait < 3; wait++)
        {
            open.Maintenance.Reclassify(() => true);
            time.Advance(TimeSpan.FromMinutes(2));
        }

        var status = open.Store.GetRules();
        Assert.Equal((new Classified(2, 2), false, null), (status.Files, status.Running, status.Failed));
        Assert.Empty(Faults.StoredData.Orphans(open.Folder));
    }

    // Deliveries are refused under the floor; a copy of a file must not be what takes the last of the space.
    [Fact]
    public async Task The_floor_of_the_disk_is_respected()
    {
        await using var open = new OpenStore(rules: _rules);
        await open.StoreAsync("d1", Line("a"));
        await open.Store.DisposeAsync();
        ChangeRules();
        await using (var full = EmbeddedStore.Open(new EmbeddedOpening(
            new DataFolder(open.Folder), new EmbeddedSettings { SpaceFloorBytes = long.MaxValue / 2 }, new FileDisk(), TimeProvider.System, new Random(7), NullLogger.Instance, "test") { Rules = _rules }))
        {
            full.Reclassify();
            full.Maintenance.Reclassify(() => true);
            Assert.Contains("MiB left", full.GetRules().Failed, StringComparison.Ordinal);
            Assert.Equal(new Classified(1, 0), full.GetRules().Files);
        }

        open.Reopen();
        Assert.Null(open.Store.GetRules().Failed);
        Finish(open);
        Assert.Equal(["d1:Agent2"], await AgentsAsync(open));
    }

    // A delivery that was being decoded when the rules changed.
    [Fact]
    public async Task What_the_rules_before_classified_and_arrives_afterwards_is_done_too()
    {
        await using var open = new OpenStore(rules: _rules);
        var late = open.Deliveries.Commit("late", DateTimeOffset.UtcNow, RepeatScope.Delivery, Line("a"));
        ChangeRules();
        Reclassify(open);
        Assert.Equal(CommitStatus.Stored, (await OpenStore.CommitAsync(open.Store, late)).Status);

        while (open.Maintenance.Reclassify(() => true))
        {
        }

        Assert.Equal(["late:Agent2"], await AgentsAsync(open));
    }

    private static string Line(string id, string userAgent = "AlphaBot", string path = "/", string address = "203.0.113.7", int hoursAgo = 0) => string.Create(
        CultureInfo.InvariantCulture,
        $"{DateTimeOffset.UtcNow.AddHours(-hoursAgo).ToUnixTimeSeconds()}.000\t{address}\t200\tGET\twww.example.com\t{path}\t{TestDeliveries.RequestId(id)}\td111111abcdef8.cloudfront.net\t0.118\t{userAgent}");

    private static void Reclassify(OpenStore open)
    {
        open.Store.Reclassify();
        Finish(open);
    }

    private static void Finish(OpenStore open)
    {
        for (var step = 0; open.Store.GetRules().Running; step++)
        {
            Assert.Null(open.Store.GetRules().Failed);
            Assert.True(step < 100, "it goes on for ever");
            open.Maintenance.Reclassify(() => true);
        }
    }

    private static async Task<double?> ShareAsync(OpenStore open, string table = "requests")
    {
        var range = new TimeRange(DateTimeOffset.UtcNow.AddDays(-7), DateTimeOffset.UtcNow.AddDays(1));
        using var result = await open.Store.QueryAsync(OpenStore.Query($"SELECT count(*) FROM {table}", range) with { Tables = [table] }, CancellationToken.None);
        return result.Classified.Share;
    }

    private static async Task<IEnumerable<string>> AgentsAsync(OpenStore open) =>
        (await open.RowsAsync("SELECT delivery_id || ':' || agent FROM requests ORDER BY 1")).Select(row => (string)row[0]!);

    private static string[] Files(OpenStore open) => Directory.GetFiles(Path.Combine(open.Folder, "segments", "requests"));

    private static string[] Agents(string file) => Read($"SELECT DISTINCT agent FROM read_parquet('{file}')");

    // Of the one file, in its order, whole rows as text.
    private static string[] Others(OpenStore open) => Read($"SELECT t::VARCHAR FROM (SELECT * EXCLUDE ({s_ruleColumns}) FROM read_parquet('{Assert.Single(Files(open))}')) AS t");

    private static string[] RuleColumns(OpenStore open) => Read($"SELECT t::VARCHAR FROM (SELECT {s_ruleColumns} FROM read_parquet('{Assert.Single(Files(open))}')) AS t");

    private static string[] Values(OpenStore open, string column) => Read($"SELECT {column} FROM read_parquet('{Assert.Single(Files(open))}')");

    private static string[] Types(OpenStore open) => Read($"SELECT name || ' ' || coalesce(type, '') || ' ' || coalesce(logical_type, '') FROM parquet_schema('{Assert.Single(Files(open))}')");

    private static string[] Read(string sql)
    {
        using var instance = DuckDbInstance.Open(new Dictionary<string, string> { ["threads"] = "1" });
        using var connection = instance.Connect();
        using var statement = connection.Prepare(sql);
        using var result = statement.Execute();
        List<string> rows = [];
        while (result.NextChunk())
        {
            for (var row = 0; row < result.ChunkSize; row++)
            {
                rows.Add(result.Vector(0).GetText(row));
            }
        }

        return [.. rows];
    }

    private static async Task StoreFixturesAsync(OpenStore open)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "fixtures");
        var labelled = File.ReadLines(Path.Combine(folder, "agents", "ua-labelled-operators.tsv")).Where(line => !line.StartsWith('#'));
        var agents = labelled.SelectMany(line => line.Split('\t')).Where(cell => cell.Contains('/', StringComparison.Ordinal)).Concat(["Mozilla/5.0 (X11) Firefox/143.0", ""]);
        EnrichedRow[] rows = [.. agents.Select((agent, place) => new EnrichedRow { UserAgent = agent, ClientIp = place % 2 == 0 ? "203.0.113.9" : "2001:db8::9", Referer = place % 3 == 0 ? "https://news.example.com/a" : "", Query = place % 5 == 0 ? "utm_source=chatgpt.com" : "" })];
        await StoreAsync(open, "agents", EnrichedRow.Fields, rows.Select(row => row.Line));
        await StoreAsync(open, "all", "", Enumerable.Range(0, 50).Select(row => Lines.All((1, $"{1_760_000_000 + row}.123"), (18, row % 2 == 0 ? "GPTBot/1.2" : "Firefox/1"), (13, $"ownSample{row:0000}ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno=="))));
        var number = 0;
        foreach (var file in Directory.GetFiles(folder, "*.*", SearchOption.AllDirectories).Where(file => file.Contains("cloudfront-", StringComparison.Ordinal) && Path.GetExtension(file) is ".tsv" or ".txt" or ".log" or ".ndjson").Order(StringComparer.Ordinal))
        {
            await StoreAsync(open, $"file{number++}", "", [await File.ReadAllTextAsync(file)]);
        }

        var stored = string.Join("; ", (await open.RowsAsync("SELECT delivery_id, count(*), count(*) FILTER (WHERE agent <> '') FROM requests GROUP BY ALL ORDER BY 1")).Select(row => string.Join(' ', row)));
        var set = string.Join("; ", (await open.RowsAsync("SELECT delivery_id, reason FROM rejects LIMIT 5")).Select(row => string.Join(' ', row)));
        Assert.True(await open.CountAsync("requests") > 170 && await open.CountAsync("requests", "agent <> ''") > 60, $"{stored} rejects: {set}");
    }

    private static async Task StoreAsync(OpenStore open, string id, string fields, IEnumerable<string> records, PrivacyRules? privacy = null)
    {
        var context = new DeliveryContext
        {
            Route = DeliveryRoute.Any,
            Framing = DeliveryFraming.Envelope,
            RequestId = id,
            CloudFrontFields = fields,
            Privacy = privacy ?? PrivacyRules.Default,
        };
        var body = new ReadOnlySequence<byte>(TestDeliveries.Envelope(id, records));
        var stored = await OpenStore.CommitAsync(open.Store, open.Deliveries.Commit(context, new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero), RepeatScope.None, body));
        Assert.Equal((CommitStatus.Stored, 0L), (stored.Status, privacy is null ? 0 : stored.Rejected));
    }

    private void ChangeRules()
    {
        _files.Write("agents.tsv", $"# version: 2026-12-{++_versions:00}", $"AlphaBot\ttoken\tAgent{_versions}\tExample Inc\ttraining");
        Assert.True(_rules.ReloadIfChanged(), string.Join("; ", _rules.Problems));
    }
}
