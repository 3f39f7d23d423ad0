using System.Text.Json.Nodes;
using Cistern.DuckDb;
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

    private static async Task<IEnumerable<string>> PositionsAsync(OpenStore open) =>
        (await open.RowsAsync("SELECT delivery_id || ':' || coalesce(position::VARCHAR, 'NULL') FROM deliveries ORDER BY 1")).Select(row => (string)row[0]!);

    private static string[] Files(string folder) => Directory.GetFiles(Path.Combine(folder, "segments", "deliveries"));

    private static void MakeOlder(string folder)
    {
        var file = Assert.Single(Files(folder));
        using (var instance = DuckDbInstance.Open(new Dictionary<string, string>()))
        {
            using var connection = instance.Connect();
            connection.Execute($"COPY (SELECT * EXCLUDE (position) FROM read_parquet('{file}')) TO '{file}.older' (FORMAT parquet)");
        }

        File.Move($"{file}.older", file, overwrite: true);
        var path = Path.Combine(folder, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        var info = manifest["tables"]!["deliveries"]![0]!;
        Assert.Equal(2, info["schema"]!.GetValue<int>());
        (info["schema"], info["bytes"], manifest["schema"]) = (1, new FileInfo(file).Length, 1);
        File.WriteAllText(path, manifest.ToJsonString());
    }
}
