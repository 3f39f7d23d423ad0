using System.Buffers;
using System.Globalization;
using Cistern.DuckDb;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats;
using Cistern.Formats.Deliveries;
using Cistern.Store;
using Cistern.Tests.Enrich;
using Cistern.Tests.Formats;

namespace Cistern.Tests.Store;

/// <summary>A store with rules that change, and what its files hold before and after.</summary>
public abstract class ReclassifyRig : IDisposable
{
    private protected static readonly string s_ruleColumns = string.Join(", ", Enricher.Sets.Select(place => Tables.Requests.Columns[place].Name));

    private protected readonly RulesFolder _files = new();
    private protected readonly RuleStore _rules;
    private protected int _versions;

    protected ReclassifyRig()
    {
        _rules = _files.Open();
        ChangeRules();
    }

    public void Dispose()
    {
        _files.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static string Line(string id, string userAgent = "AlphaBot", string path = "/", string address = "203.0.113.7", int hoursAgo = 0) => string.Create(
        CultureInfo.InvariantCulture,
        $"{DateTimeOffset.UtcNow.AddHours(-hoursAgo).ToUnixTimeSeconds()}.000\t{address}\t200\tGET\twww.example.com\t{path}\t{TestDeliveries.RequestId(id)}\td111111abcdef8.cloudfront.net\t0.118\t{userAgent}");

    private protected static void Reclassify(OpenStore open)
    {
        open.Store.Reclassify();
        Finish(open);
    }

    private protected static void Finish(OpenStore open)
    {
        // As a server does: while a store that was opened reads its files, none of them is replaced.
        Assert.True(open.Store.Recovered.Wait(TimeSpan.FromMinutes(1)), "the store does not come up");
        for (var step = 0; open.Store.GetRules().Running; step++)
        {
            Assert.Null(open.Store.GetRules().Failed);
            Assert.True(step < 100, "it goes on for ever");
            open.Maintenance.Reclassify(() => true);
        }
    }

    private protected static async Task<double?> ShareAsync(OpenStore open, string table = "requests")
    {
        var range = new TimeRange(DateTimeOffset.UtcNow.AddDays(-7), DateTimeOffset.UtcNow.AddDays(1));
        using var result = await open.Store.QueryAsync(OpenStore.Query($"SELECT count(*) FROM {table}", range) with { Tables = [table] }, CancellationToken.None);
        return result.Classified.Share;
    }

    private protected static async Task<IEnumerable<string>> AgentsAsync(OpenStore open) =>
        (await open.RowsAsync("SELECT delivery_id || ':' || agent FROM requests ORDER BY 1")).Select(row => (string)row[0]!);

    private protected static string[] Files(OpenStore open) => Directory.GetFiles(Path.Combine(open.Folder, "segments", "requests"));

    private protected static string[] Agents(string file) => Read($"SELECT DISTINCT agent FROM read_parquet('{file}')");

    // Of the one file, in its order, whole rows as text.
    private protected static string[] Others(OpenStore open) => Read($"SELECT t::VARCHAR FROM (SELECT * EXCLUDE ({s_ruleColumns}) FROM read_parquet('{Assert.Single(Files(open))}')) AS t");

    private protected static string[] RuleColumns(OpenStore open) => Read($"SELECT t::VARCHAR FROM (SELECT {s_ruleColumns} FROM read_parquet('{Assert.Single(Files(open))}')) AS t");

    private protected static string[] Values(OpenStore open, string column) => Read($"SELECT {column} FROM read_parquet('{Assert.Single(Files(open))}')");

    private protected static string[] Types(OpenStore open) => Read($"SELECT name || ' ' || coalesce(type, '') || ' ' || coalesce(logical_type, '') FROM parquet_schema('{Assert.Single(Files(open))}')");

    private protected static string[] Read(string sql)
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

    private protected static async Task StoreFixturesAsync(OpenStore open)
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

    private protected static async Task StoreAsync(OpenStore open, string id, string fields, IEnumerable<string> records, PrivacyRules? privacy = null)
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

    private protected void ChangeRules()
    {
        _files.Write("agents.tsv", $"# version: 2026-12-{++_versions:00}", $"AlphaBot\ttoken\tAgent{_versions}\tExample Inc\ttraining");
        Assert.True(_rules.ReloadIfChanged(), string.Join("; ", _rules.Problems));
    }
}
