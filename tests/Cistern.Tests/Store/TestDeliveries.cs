using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats.Deliveries;
using Cistern.Store;

namespace Cistern.Tests.Store;

/// <summary>Deliveries as Firehose sends them, with lines of a few fields, for tests of the store.</summary>
/// <param name="rules">The rules that classify; the program's own if there are none.</param>
internal sealed class TestDeliveries(RuleStore? rules = null)
{
    public const string Stream = "arn:aws:firehose:us-east-1:111122223333:deliverystream/test";
    public const string Fields = "timestamp c-ip sc-status cs-method cs-host cs-uri-stem x-edge-request-id x-host-header time-taken cs-user-agent";

    private readonly EnrichingDecoder _decoder = new(rules ?? RuleStore.Own);

    /// <summary>A request's line in canonical order of <see cref="Fields"/>.</summary>
    /// <param name="id">What makes the request id; the same id gives the same request.</param>
    public static string Line(DateTimeOffset time, string id, string path = "/", int status = 200) => string.Create(
        CultureInfo.InvariantCulture,
        $"{time.ToUnixTimeMilliseconds() / 1000m:0.000}\t203.0.113.7\t{status}\tGET\twww.example.com\t{path}\t{RequestId(id)}\td111111abcdef8.cloudfront.net\t0.118\tMozilla/5.0%20(X11;%20Linux%20x86_64)");

    public static string RequestId(string id)
    {
        var bytes = new byte[40];
        Encoding.UTF8.GetBytes(id).AsSpan().CopyTo(bytes);
        return Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');
    }

    public static byte[] Envelope(string deliveryId, params IEnumerable<string> records) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["requestId"] = deliveryId,
        ["timestamp"] = 1_760_000_000_000,
        ["records"] = new JsonArray([.. records.Select(record => new JsonObject { ["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(record)) })]),
    }.ToJsonString());

    public DeliveryCommit Commit(string deliveryId, DateTimeOffset received, RepeatScope scope, params IEnumerable<string> records) => Commit(
        new DeliveryContext { Route = DeliveryRoute.Any, Framing = DeliveryFraming.Envelope, RequestId = deliveryId, CloudFrontFields = Fields },
        received,
        scope,
        new ReadOnlySequence<byte>(Envelope(deliveryId, records)));

    public DeliveryCommit Commit(DeliveryContext context, DateTimeOffset received, RepeatScope scope, ReadOnlySequence<byte> body)
    {
        var rows = new DecodedDelivery();
        Assert.Null(_decoder.Decode(context, body, rows));
        return new DeliveryCommit
        {
            DeliveryId = context.RequestId!,
            Stream = Stream,
            Received = received,
            Route = "/firehose",
            Key = "test",
            SourceAddress = "127.0.0.1",
            Attributes = new Dictionary<string, string> { ["env"] = "test" },
            Context = context,
            Body = body,
            Rows = rows,
            Repeats = scope,
            Duration = TimeSpan.FromMilliseconds(1.5),
        };
    }
}
