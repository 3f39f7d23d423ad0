using System.Net;
using System.Text;
using System.Text.Json;
using Cistern.Tests.Delivery.Http;

namespace Cistern.Tests.Delivery.Simulation;

/// <summary>How an endpoint behaves.</summary>
internal enum EndpointMood
{
    Well,
    Slow,

    /// <summary>Answers 4xx or 5xx, without storing.</summary>
    Refusing,

    /// <summary>Stores, and answers what does not count as a success.</summary>
    Lying,

    /// <summary>The connection breaks, before or after it stored.</summary>
    Dying,

    /// <summary>Never answers, although it may store.</summary>
    Silent,
}

/// <summary>An HTTP endpoint without a network, on the simulation's clock. Knows each attempt and each record that it stored.</summary>
internal sealed class SimulatedEndpoint(SteppedTime time, Random random) : HttpMessageHandler
{
    private static readonly HttpStatusCode[] _refusals = [HttpStatusCode.InternalServerError, HttpStatusCode.ServiceUnavailable, HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests];

    public EndpointMood Mood { get; set; }

    /// <summary>Texts of the records that are stored, with how often.</summary>
    public Dictionary<string, int> Stored { get; } = [];

    public List<Attempt> Attempts { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var id = request.Headers.GetValues("X-Amz-Firehose-Request-Id").Single();
        var body = await EnvelopeText.ReadAsync(request);
        var records = RecordsOf(body, id);
        var attempt = new Attempt(id, request.RequestUri!, time.GetUtcNow(), records);
        Attempts.Add(attempt);
        try
        {
            var response = await AnswerAsync(id, records, cancel);
            attempt.Delivered = response.StatusCode == HttpStatusCode.OK && Mood is EndpointMood.Well or EndpointMood.Slow;
            return response;
        }
        finally
        {
            attempt.Ended = time.GetUtcNow();
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(string id, List<string> records, CancellationToken cancel)
    {
        switch (Mood)
        {
            case EndpointMood.Refusing:
                return Answer(_refusals[random.Next(_refusals.Length)], id, "refused");
            case EndpointMood.Lying:
                Store(records);
                return Lie(id);
            case EndpointMood.Dying:
                StoreByChance(records);
                throw new HttpRequestException(HttpRequestError.Unknown, "the connection broke (simulated)");
            case EndpointMood.Silent:
                StoreByChance(records);
                await SimulatedWait.Async(Timeout.InfiniteTimeSpan, time, cancel);
                throw new InvalidOperationException("nobody waits for ever");
            case EndpointMood.Slow:
                await SimulatedWait.Async(TimeSpan.FromSeconds(random.Next(1, 170)), time, cancel);
                break;
        }

        Store(records);
        return Answer(HttpStatusCode.OK, id, message: null);
    }

    private HttpResponseMessage Lie(string id) => random.Next(3) switch
    {
        0 => Answer(HttpStatusCode.Accepted, id, message: null),
        1 => Answer(HttpStatusCode.OK, "another-id", message: null),
        _ => Answer(HttpStatusCode.BadGateway, id, "stored all the same"),
    };

    private void StoreByChance(List<string> records)
    {
        if (random.Next(2) == 0)
        {
            Store(records);
        }
    }

    private void Store(List<string> records) => records.ForEach(record => Stored[record] = Stored.GetValueOrDefault(record) + 1);

    private HttpResponseMessage Answer(HttpStatusCode status, string id, string? message)
    {
        var text = message is null ? "" : $",\"errorMessage\":\"{message}\"";
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes($"{{\"requestId\":\"{id}\",\"timestamp\":{time.GetUtcNow().ToUnixTimeMilliseconds()}{text}}}"));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        content.Headers.ContentLength = content.ReadAsByteArrayAsync().Result.Length;
        return new HttpResponseMessage(status) { Content = content };
    }

    private static List<string> RecordsOf(byte[] body, string id)
    {
        using var json = JsonDocument.Parse(body);
        Assert.Equal(id, json.RootElement.GetProperty("requestId").GetString());
        return [.. json.RootElement.GetProperty("records").EnumerateArray().Select(record => Encoding.UTF8.GetString(record.GetProperty("data").GetBytesFromBase64()).TrimEnd())];
    }

    /// <summary>One request.</summary>
    internal sealed class Attempt(string id, Uri url, DateTimeOffset began, List<string> records)
    {
        public string Id { get; } = id;

        public Uri Url { get; } = url;

        public DateTimeOffset Began { get; } = began;

        public DateTimeOffset Ended { get; set; }

        public bool Delivered { get; set; }

        public List<string> Records { get; } = records;
    }
}
