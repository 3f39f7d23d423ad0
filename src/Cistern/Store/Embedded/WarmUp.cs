using System.Buffers;
using Cistern.Delivery.Http;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats;
using Cistern.Formats.Deliveries;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded;

/// <summary>Has the runtime compile what every delivery needs, before the first one comes: it would wait for that some hundred milliseconds.</summary>
/// <remarks>Small deliveries are made, decoded and copied as real ones are, and nothing is stored. On a thread of its own, beside a server that listens already.</remarks>
internal static class WarmUp
{
    private const string Fields = "timestamp c-ip sc-status sc-bytes cs-method cs-host cs-uri-stem cs-uri-query x-edge-request-id x-host-header time-taken cs-user-agent cs-referer";
    private const int Lines = 40;

    // The runtime compiles a method anew, with care, when it was called thirty times.
    private const int Rounds = 40;

    private static ReadOnlySpan<byte> Line =>
        "1700000000.123\t203.0.113.7\t200\t512\tGET\twww.example.com\t/a/path\tq=1\tAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\td1.cloudfront.net\t0.118\tMozilla/5.0%20(X11;%20Linux%20x86_64)\t-"u8;

    public static void Start() => new Thread(() => Run(Rounds)) { IsBackground = true, Name = "cistern warm-up" }.Start();

    /// <summary>Has it compiled in haste, and returns then.</summary>
    public static void Once() => Run(1);

    private static void Run(int rounds)
    {
        var decoder = new EnrichingDecoder(RuleStore.Own);
        var rows = new DecodedDelivery();
        foreach (var gzip in (bool[])[false, true])
        {
            var body = MakeBody(gzip);
            var context = new DeliveryContext { Route = DeliveryRoute.CloudFront, Framing = DeliveryFraming.Envelope, Gzip = gzip, CloudFrontFields = Fields };
            for (var round = 0; round < rounds; round++)
            {
                rows.Clear();
                decoder.Decode(context, body, rows);
                Store(DeliveryOf(context, body, rows));
            }
        }
    }

    private static DeliveryCommit DeliveryOf(DeliveryContext context, ReadOnlySequence<byte> body, DecodedDelivery rows) => new()
    {
        DeliveryId = "warm-up",
        Stream = "",
        Received = default,
        Route = "",
        Key = "",
        SourceAddress = "",
        Attributes = new Dictionary<string, string>(),
        Context = context,
        Body = body,
        Rows = rows,
    };

    private static ReadOnlySequence<byte> MakeBody(bool gzip)
    {
        using var envelope = new EnvelopeWriter(gzip);
        envelope.Begin("warm-up", DateTimeOffset.UnixEpoch);
        for (var line = 0; line < Lines; line++)
        {
            envelope.Add(Line);
        }

        return new ReadOnlySequence<byte>(envelope.Finish().Body);
    }

    private static void Store(DeliveryCommit delivery)
    {
        var header = JournalHeader.Read(JournalHeader.Of(delivery, null).Write());
        var table = new HotTable(Tables.Requests);
        table.Append(delivery.Rows.Requests, default, Publisher.CommonOf(header));
        table.Release();
    }
}
