using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Cistern.Tests.EndToEnd;
using Cistern.Tests.Query;

namespace Cistern.Tests.Browser;

/// <summary>A server with log events that are known one by one.</summary>
public class CloudWatchLogsSite : IAsyncLifetime
{
    public const string Hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>\u001B[31mred\u001B[0m \u202Etxt.exe\u202C a\u0000b";
    public const string Trace = "Traceback (most recent call last):\n  File \"app.py\", line 1\n    raise KeyError\nKeyError: 'cart'";

    // More digits than a browser's numbers have.
    public const string Precise = """{"level":"warn","msg":"slow answer","userId":12345678901234567890,"http":{"route":"/cart","ms":1.50},"tags":["a","b"]}""";

    private readonly TestStore _store;
    private RealServer? _server;
    private long _next;

    public CloudWatchLogsSite() => _store = TestStore.Embedded;

    private protected CloudWatchLogsSite(TestStore store) => _store = store;

    internal RealServer Server => _server ?? throw new InvalidOperationException("the server was not started");

    public string Cookie { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _server = await RealServer.StartAsync(_store);
        Cookie = await BrowserSite.SignInAsync(_server);
        await SendAsync("/aws/lambda/cart", "2026/11/28/[$LATEST]aa", [.. Enumerable.Range(0, 120).Select(place => $$"""{"level":"info","msg":"step {{place}}","userId":"{{place % 3}}"}""")]);
        await SendAsync("/aws/lambda/cart", "2026/11/28/[$LATEST]bb", "[ERROR] cart is gone", Trace, Precise);
        await SendAsync("/ecs/shop", "web/1", "no word of a level", Hostile, "DEBUG " + new string('w', 200_000));
    }

    public async ValueTask DisposeAsync() => await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);

    /// <summary>Delivers messages of one log stream, a millisecond apart, the last of them now.</summary>
    internal Task SendAsync(string group, string stream, params string[] messages)
    {
        var begin = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - messages.Length;
        var events = messages.Select((message, place) => (JsonNode)new JsonObject
        {
            ["id"] = string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _next):D56}"),
            ["timestamp"] = begin + place,
            ["message"] = message,
        });
        var document = new JsonObject
        {
            ["messageType"] = "DATA_MESSAGE",
            ["owner"] = "111122223333",
            ["logGroup"] = group,
            ["logStream"] = stream,
            ["subscriptionFilters"] = new JsonArray("to-cistern"),
            ["logEvents"] = new JsonArray([.. events]),
        };
        return Server.DeliverToAsync("/ingester/kinesis/logs", Guid.NewGuid().ToString(), [Encoding.UTF8.GetBytes(document.ToJsonString())]);
    }
}
