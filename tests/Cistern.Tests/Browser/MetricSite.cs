using System.Globalization;
using System.Text;
using System.Text.Json;
using Cistern.Tests.EndToEnd;
using Cistern.Tests.Query;

namespace Cistern.Tests.Browser;

/// <summary>A server with two hours of metrics of known values, one point a minute.</summary>
public class MetricSite : IAsyncLifetime
{
    public const string Hostile = "<img src=x onerror=alert(1)>\"';:,\\\u202Etxt";

    private const int Minutes = 120;
    private const int Instances = 12;

    private readonly TestStore _store;
    private RealServer? _server;

    public MetricSite() => _store = TestStore.Embedded;

    private protected MetricSite(TestStore store) => _store = store;

    internal RealServer Server => _server ?? throw new InvalidOperationException("the server was not started");

    internal string Cookie { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists("/usr/bin/chromium"))
        {
            return; // Each test says so by NeedChromium.
        }

        _server = await RealServer.StartAsync(_store);
        var now = DateTimeOffset.UtcNow;
        var first = now.AddSeconds(-now.Second).AddMilliseconds(-now.Millisecond).AddMinutes(-Minutes);
        var records = Enumerable.Range(0, Minutes).Select(minute => Encoding.UTF8.GetBytes(string.Join('\n', LinesOf(first.AddMinutes(minute).ToUnixTimeMilliseconds()))));
        await _server.DeliverToAsync("/ingester/kinesis/metrics", "metrics", records);
        Cookie = await BrowserSite.SignInAsync(_server);
    }

    public async ValueTask DisposeAsync() => await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);

    private static IEnumerable<string> LinesOf(long time)
    {
        foreach (var (function, average) in new[] { ("shop", 100), ("mail", 40) })
        {
            // As AWS sends it: once for the function, and once more for each of its resources.
            foreach (var dimensions in new[] { $"\"FunctionName\":\"{function}\"", $"\"FunctionName\":\"{function}\",\"Resource\":\"{function}\"" })
            {
                yield return Line(time, "AWS/Lambda", "Duration", dimensions, "Milliseconds", average, ",\"p99\":480");
                yield return Line(time, "AWS/Lambda", "Invocations", dimensions, "Count", 1);
            }
        }

        for (var instance = 1; instance <= Instances; instance++)
        {
            yield return Line(time, "AWS/EC2", "CPUUtilization", $"\"InstanceId\":\"i-{instance:D3}\"", "Percent", instance);
        }

        var hostile = JsonEncodedText.Encode(Hostile).ToString();
        yield return Line(time, hostile, hostile, $"\"{hostile}\":\"{hostile}\",\"long\":\"{new string('w', 1000)}\"", hostile, 7);
    }

    // Each point is of four samples.
    private static string Line(long time, string name, string metric, string dimensions, string unit, int average, string more = "") => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"metric_stream_name":"all","account_id":"123456789012","region":"us-east-1","namespace":"{{{name}}}","metric_name":"{{{metric}}}","dimensions":{{{{dimensions}}}},"timestamp":{{{time}}},"value":{"max":{{{average * 2}}},"min":{{{average / 2}}},"sum":{{{average * 4}}},"count":4{{{more}}}},"unit":"{{{unit}}}"}""");
}
