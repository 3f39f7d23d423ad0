using Cistern.Tests.Delivery.Http;
using Cistern.Tests.Delivery.Watching;
using Cistern.Tests.EndToEnd;
using Cistern.Tests.Query;

namespace Cistern.Tests.Browser;

/// <summary>A server that shows a Firehose, with a stream whose endpoint answers with a hostile page, and one whose records wait for a replay.</summary>
public class LocalStreamsSite : IAsyncLifetime
{
    public const string Hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>\u001B[31mred \u202Etxt.exe";
    public const string Waiting = "waiting";
    public const string Refused = "refused";

    private ScriptedPeer? _endpoint;
    private ScriptedPeer? _page;
    private RunningFirehose? _firehose;
    private readonly TestStore _store;
    private RealServer? _server;
    private volatile bool _well;

    public LocalStreamsSite() => _store = TestStore.Embedded;

    private protected LocalStreamsSite(TestStore store) => _store = store;

    internal RealServer Server => _server ?? throw new InvalidOperationException("the server was not started");

    internal RunningFirehose Firehose => _firehose ?? throw new InvalidOperationException("the Firehose was not started");

    public string Cookie { get; private set; } = "";

    /// <summary>Lets the endpoint of <see cref="Waiting"/> take deliveries.</summary>
    public void MakeWell() => _well = true;

    public async ValueTask InitializeAsync()
    {
        _endpoint = new ScriptedPeer(request => _well ? ScriptedPeer.Stored(request) : ScriptedPeer.Status(503)(request));
        _page = new ScriptedPeer(_ => ScriptedPeer.Json(502, Hostile + new string('x', 3000), "Content-Type: text/html\r\n"));
        _firehose = await RunningFirehose.StartAsync();
        await FillAsync(Waiting, _endpoint.Url, 3);
        await FillAsync(Refused, _page.Url, 2);
        _server = await RealServer.StartAsync(_store, settings => settings with { Firehose = _firehose.Address.GetLeftPart(UriPartial.Authority) });
        Cookie = await BrowserSite.SignInAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_firehose?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_endpoint?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_page?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task FillAsync(string name, Uri endpoint, int records)
    {
        await Firehose.CreateAsync(name, endpoint, "k", "failures/");
        await Firehose.PutAsync(name, Enumerable.Range(0, records).Select(place => new[] { (byte)('a' + place) }));
        await Firehose.UntilAsync(name, stream => stream.GetProperty("backedUpRecords").GetInt64() == records);
    }
}
