using System.Text.Json.Nodes;
using Cistern.DuckDb;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Store;

namespace Cistern.Tests.Store;

public sealed class OlderFilesTests
{
    // The file of a release that did not know the column 'position' yet.
    [Fact]
    public async Task A_file_that_lacks_a_later_column_is_read_and_joined()
    {
        await using var open = new OpenStore(new() { CompactFiles = 2 });
        await open.StoreAsync("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"));
        await open.Store.DisposeAsync();
        MakeOlder(open.Folder);
        open.Reopen();
        await open.StoreAsync("d2", TestDeliveries.Line(DateTimeOffset.UtcNow, "b"));

        Assert.Equal(["d1:NULL", "d2:2"], await PositionsAsync(open));
        open.Maintenance.Seal();
        while (open.Maintenance.Compact())
        {
        }

        Assert.Equal(["d1:NULL", "d2:2"], await PositionsAsync(open));
        Assert.Equal(CommitStatus.Repeated, (await open.StoreAsync("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"))).Status);
        await open.RestartAsync();
        Assert.Equal(["d1:NULL", "d2:2"], await PositionsAsync(open));
        Assert.Single(Files(open.Folder));
    }

    // The file of a release that did not classify.
    [Fact]
    public async Task Requests_that_were_stored_before_there_were_rules_have_empty_classes()
    {
        await using var open = new OpenStore(new() { CompactFiles = 2 });
        await open.StoreAsync("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"));
        await open.Store.DisposeAsync();
        MakeOlder(open.Folder, "requests", string.Join(", ", Enricher.Columns), schema: 2);
        open.Reopen();
        await open.StoreAsync("d2", TestDeliveries.Line(DateTimeOffset.UtcNow, "b"));

        Assert.Equal(["d1::", "d2:page:other-bot"], await ClassesAsync(open));
        open.Maintenance.Seal();
        while (open.Maintenance.Compact())
        {
        }

        Assert.Equal(["d1::", "d2:page:other-bot"], await ClassesAsync(open));
    }

    // The file of a release that did not judge by robots.txt.
    [Fact]
    public async Task Requests_that_were_stored_before_robots_txt_was_judged_keep_their_classes()
    {
        await using var open = new OpenStore(new() { CompactFiles = 2 });
        await open.StoreAsync("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"));
        await open.Store.DisposeAsync();
        MakeOlder(open.Folder, "requests", "robots", schema: 3);
        open.Reopen();
        await open.StoreAsync("d2", TestDeliveries.Line(DateTimeOffset.UtcNow, "b"));
        open.Maintenance.Seal();
        while (open.Maintenance.Compact())
        {
        }

        Assert.Equal(["d1:page:other-bot", "d2:page:other-bot"], await ClassesAsync(open));
        Assert.All(await open.RowsAsync("SELECT robots FROM requests"), row => Assert.Equal("", row[0]));
    }

    // The journal holds no classes: they are made again when it is decoded.
    [Fact]
    public async Task Rows_of_the_journal_are_classified_again_after_a_crash()
    {
        await using var open = new OpenStore();
        await open.StoreAsync("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"));
        open.Crash();

        Assert.Equal(["d1:page:other-bot"], await ClassesAsync(open));
    }

    [Fact]
    public async Task A_file_knows_the_rules_that_classified_its_rows()
    {
        await using var open = new OpenStore(new() { CompactFiles = 2 });
        await open.StoreAsync("d1", TestDeliveries.Line(DateTimeOffset.UtcNow, "a"));
        open.Maintenance.Seal();
        Assert.Equal([RuleSet.Own.Version.Number], RulesOfFiles(open.Folder));

        var other = open.Deliveries.Commit("d2", DateTimeOffset.UtcNow, RepeatScope.Delivery, TestDeliveries.Line(DateTimeOffset.UtcNow, "b"));
        other.Rows.Rules = 7;
        await OpenStore.CommitAsync(open.Store, other);
        open.Maintenance.Seal();
        Assert.Equal([RuleSet.Own.Version.Number, 7], RulesOfFiles(open.Folder));
        while (open.Maintenance.Compact())
        {
        }

        // Of rows with several versions nothing is said.
        Assert.Equal([0], RulesOfFiles(open.Folder));
    }

    private static IEnumerable<int> RulesOfFiles(string folder) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json")))!["tables"]!["requests"]!.AsArray().Select(info => info!["rules"]!.GetValue<int>());

    private static async Task<IEnumerable<string>> ClassesAsync(OpenStore open) =>
        (await open.RowsAsync("SELECT delivery_id || ':' || kind || ':' || class FROM requests ORDER BY 1")).Select(row => (string)row[0]!);

    private static async Task<IEnumerable<string>> PositionsAsync(OpenStore open) =>
        (await open.RowsAsync("SELECT delivery_id || ':' || coalesce(position::VARCHAR, 'NULL') FROM deliveries ORDER BY 1")).Select(row => (string)row[0]!);

    private static string[] Files(string folder, string table = "deliveries") => Directory.GetFiles(Path.Combine(folder, "segments", table));

    private static void MakeOlder(string folder, string table = "deliveries", string columns = "position", int schema = 1)
    {
        var file = Assert.Single(Files(folder, table));
        using (var instance = DuckDbInstance.Open(new Dictionary<string, string>()))
        {
            using var connection = instance.Connect();
            connection.Execute($"COPY (SELECT * EXCLUDE ({columns}) FROM read_parquet('{file}')) TO '{file}.older' (FORMAT parquet)");
        }

        File.Move($"{file}.older", file, overwrite: true);
        var path = Path.Combine(folder, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        var info = manifest["tables"]![table]![0]!;
        Assert.Equal(Cistern.Formats.Tables.Version, info["schema"]!.GetValue<int>());
        (info["schema"], info["bytes"], manifest["schema"]) = (schema, new FileInfo(file).Length, schema);
        File.WriteAllText(path, manifest.ToJsonString());
    }
}
