using System.Security.Cryptography;
using CloudFrontLines = Cistern.Tests.Store.TestDeliveries;

namespace Cistern.Tests.EndToEnd;

/// <summary>A server with rows in a segment and in memory, tight limits for questions, and a look at whether a question did harm.</summary>
public sealed class AskedServer : IAsyncLifetime
{
    public const int SealedRows = 60_000;
    public const int RowsMax = 1_000;

    public static readonly TimeSpan SqlTimeout = TimeSpan.FromSeconds(2);

    private static readonly DateTimeOffset Start = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    private Dictionary<string, string> _files = [];
    private int _rows = SealedRows;

    internal RealServer Server { get; private set; } = null!;

    /// <summary>A live segment of <c>requests</c>.</summary>
    public string Segment { get; private set; } = "";

    public string KeyFile => Path.Combine(Server.Folder, "keys.json");

    public async ValueTask InitializeAsync()
    {
        Server = await RealServer.StartAsync(settings => settings with
        {
            Query = settings.Query with { PanelMemoryBytes = 32 << 20, SqlMemoryBytes = 64 << 20, SpillBytes = 1 << 20, SqlTimeout = SqlTimeout, MaxRows = RowsMax },
        });
        await Server.DeliverAsync("sealed", Fields, Enumerable.Range(0, SealedRows).Select(row => Line(row)));

        // A stop seals.
        await Server.StopAsync();
        await Server.StartAgainAsync();
        Segment = Assert.Single(Directory.GetFiles(Path.Combine(Server.Folder, "segments", "requests")));
        _files = Hashes();
        await CheckUnharmedAsync();
    }

    /// <summary>Ingest goes on, panels and statements are answered and see all rows, and no file was touched.</summary>
    public async Task CheckUnharmedAsync()
    {
        var row = _rows++;
        await Server.DeliverAsync($"delivery {row}", Fields, [Line(row)]);

        var panel = (await Server.AskAsync("""{"from":"2026-11-20T00:00:00Z","to":"2026-11-21T00:00:00Z","measures":["requests"],"by":["status"]}""")).Expect(200);
        Assert.Equal([$"[200,{_rows}]"], panel.Rows);
        Assert.Equal([$"[{_rows},{_rows}]"], await Server.RowsAsync("SELECT count(*), count(DISTINCT request_id) FROM requests"));

        // One failure shall not become that of all tests after it.
        var before = _files;
        _files = Hashes();
        Assert.Equal(before, _files);
    }

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();

    private static string[] Fields => [$"X-Amz-Firehose-Common-Attributes: {{\"commonAttributes\":{{\"cloudfront-fields\":\"{CloudFrontLines.Fields}\"}}}}"];

    private static string Line(int row) => CloudFrontLines.Line(Start.AddMilliseconds(row), $"request {row}", $"/path/{row:D12}/of-some-length");

    // Segments, the manifest and the keys; what was there must stay as it is. The journal grows, so it is none of them.
    private Dictionary<string, string> Hashes() => Directory
        .GetFiles(Path.Combine(Server.Folder, "segments"), "*", SearchOption.AllDirectories)
        .Append(KeyFile)
        .Append(Path.Combine(Server.Folder, "manifest.json"))
        .ToDictionary(file => file, file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));
}
