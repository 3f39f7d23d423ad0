using System.Buffers;
using System.Globalization;
using System.Text;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats.Deliveries;
using Cistern.Tests.Formats;

namespace Cistern.Tests.Enrich;

/// <summary>A request of a real-time log, with the fields that the rules look at.</summary>
internal sealed record EnrichedRow
{
    public const string Fields = "timestamp c-ip sc-status cs-method cs-host cs-uri-stem cs-user-agent cs-referer cs-uri-query sc-content-type cs-headers cs-header-names";

    public DateTimeOffset Time { get; init; } = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    public string ClientIp { get; init; } = "203.0.113.7";

    public string Method { get; init; } = "GET";

    public string Host { get; init; } = "www.example.com";

    public string Path { get; init; } = "/";

    public string UserAgent { get; init; } = "";

    public string Referer { get; init; } = "";

    public string Query { get; init; } = "";

    public string ContentType { get; init; } = "text/html";

    public string Headers { get; init; } = "";

    public string HeaderNames { get; init; } = "";

    public string Line => string.Create(CultureInfo.InvariantCulture,
        $"{Time.ToUnixTimeMilliseconds() / 1000m:0.000}\t{ClientIp}\t200\t{Method}\t{Host}\t{Encode(Path)}\t{Encode(UserAgent)}\t{Encode(Referer)}\t{Encode(Query)}\t{Encode(ContentType)}\t{Encode(Headers)}\t{Encode(HeaderNames)}\n");

    public static DeliveryContext Context { get; } = Bodies.CloudFront with { CloudFrontFields = Fields };

    public static DecodedDelivery Decode(RuleStore rules, DeliveryContext context, params IEnumerable<EnrichedRow> rows)
    {
        var into = new DecodedDelivery();
        var decoder = new EnrichingDecoder(rules);
        Assert.Null(decoder.Decode(context, new ReadOnlySequence<byte>(Bodies.Envelope([.. rows.Select(row => row.Line)])), into));
        Assert.Equal(0, into.Rejects.RowCount);
        return into;
    }

    public IReadOnlyDictionary<string, string> Enrich(RuleStore? rules = null, DeliveryContext? context = null) => Rows.Of(Decode(rules ?? RuleStore.Own, context ?? Context, this).Requests, 0);

    private static string Encode(string text)
    {
        var encoded = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            encoded.Append(value is > 32 and < 127 && !"<>\"#%{}|\\^~[]`'".Contains((char)value, StringComparison.Ordinal) ? ((char)value).ToString() : $"%{value:X2}");
        }

        return encoded.Length == 0 ? "-" : encoded.ToString();
    }
}
