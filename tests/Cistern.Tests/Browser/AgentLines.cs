using System.Globalization;
using Cistern.Demo;
using CloudFrontLines = Cistern.Tests.Store.TestDeliveries;

namespace Cistern.Tests.Browser;

/// <summary>Readers that the tests look for, whatever the demo's visitors do by chance in three hours.</summary>
internal static class AgentLines
{
    /// <summary>No machine of the demo comes from it.</summary>
    public const int ImpostorNetwork = 64_500;

    public const string Unnamed = "HarborTestBot";
    public const string Contact = "https://harbor.example/bot";

    /// <summary>Disallowed by the demo's robots.txt since days, so that no grace applies.</summary>
    public const string Forbidden = "/blog/forbidden-to-learn";

    private const string Fields = "timestamp c-ip sc-status cs-method cs-host cs-uri-stem x-edge-request-id cs-user-agent sc-content-type c-country asn";
    private const string GptBot = "Mozilla/5.0%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko);%20compatible;%20GPTBot/1.4;%20+https://openai.com/gptbot";
    private const string ChatGptUser = "Mozilla/5.0%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko);%20compatible;%20ChatGPT-User/1.0;%20+https://openai.com/bot";

    public static Task SendAsync(EndToEnd.RealServer server) => server.DeliverAsync(
        "agents", [$$$"""X-Amz-Firehose-Common-Attributes: {"commonAttributes":{"cloudfront-fields":"{{{Fields}}}"}}"""],
        [
            .. Enumerable.Range(0, 3).Select(place => Line($"true{place}", "132.196.86.9", 8075, GptBot, Forbidden)),
            .. Enumerable.Range(0, 4).Select(place => Line($"false{place}", "203.0.113.99", ImpostorNetwork, GptBot, "/docs/")),
            .. Enumerable.Range(0, 5).Select(place => Line($"bot{place}", "198.51.100.99", 64_501, $"{Unnamed}/1.0%20(+{Contact})", "/docs/")),
            Line("asked", "198.51.100.98", 64_502, ChatGptUser, "/docs/"),
        ]);

    private static string Line(string id, string address, int network, string userAgent, string path) => string.Create(
        CultureInfo.InvariantCulture,
        $"{DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeSeconds()}.000\t{address}\t200\tGET\t{DemoSite.Host}\t{path}\t{CloudFrontLines.RequestId(id)}\t{userAgent}\ttext/html\tUS\t{network}");
}
