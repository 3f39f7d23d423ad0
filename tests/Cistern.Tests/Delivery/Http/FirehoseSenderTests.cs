using System.Text;
using Cistern.Delivery.Http;

namespace Cistern.Tests.Delivery.Http;

public sealed class FirehoseSenderTests
{
    private const string Id = "0c0f7c2e-1111-4222-8333-444444444444";
    private const string Arn = "arn:aws:firehose:us-east-1:111122223333:deliverystream/own-stream";

    private readonly SteppedTime _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delivery_looks_as_firehose_makes_it(bool gzip)
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Stored);

        var outcome = await SendAsync(peer, Wrap(gzip, "one\n", "", "two\n"), destination => destination with
        {
            AccessKey = "own-made-access-key",
            CommonAttributes = new Dictionary<string, string> { ["env"] = "dev", ["größe"] = "\"x\"" },
        });

        Assert.True(outcome.Delivered, outcome.Last.Message);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1760000060420), outcome.Last.AnsweredAt);
        var request = Assert.Single(peer.Requests);
        Assert.Equal("POST /firehose?tenant=7 HTTP/1.1", request.RequestLine);
        Assert.Equal("1.0", request["X-Amz-Firehose-Protocol-Version"]);
        Assert.Equal(Id, request.RequestId);
        Assert.Equal(Arn, request["X-Amz-Firehose-Source-Arn"]);
        Assert.Equal("own-made-access-key", request["X-Amz-Firehose-Access-Key"]);
        Assert.Equal("""{"commonAttributes":{"env":"dev","gr\u00F6\u00DFe":"\u0022x\u0022"}}""", request["X-Amz-Firehose-Common-Attributes"]);
        Assert.Equal("application/json", request["Content-Type"]);
        Assert.Equal(gzip ? "gzip" : null, request["Content-Encoding"]);
        Assert.Equal($$"""{"requestId":"{{Id}}","timestamp":1728000000000,"records":[{"data":"b25lCg=="},{"data":""},{"data":"dHdvCg=="}]}""", Encoding.UTF8.GetString(request.Body));
    }

    [Fact]
    public async Task Without_key_and_attributes_their_headers_are_left_out()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Stored);

        await SendAsync(peer, Wrap(gzip: false, "x"));

        Assert.Null(peer.Requests[0]["X-Amz-Firehose-Access-Key"]);
        Assert.Null(peer.Requests[0]["X-Amz-Firehose-Common-Attributes"]);
    }

    [Fact]
    public async Task A_failed_delivery_is_sent_again_with_the_same_id_and_the_same_bytes()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Status(503), ScriptedPeer.Reset, ScriptedPeer.Status(429), ScriptedPeer.Status(201), ScriptedPeer.Stored);

        var outcome = await SendAsync(peer, Wrap(gzip: true, "line\n"));

        Assert.True(outcome.Delivered, outcome.Last.Message);
        Assert.Equal(5, outcome.Attempts);
        Assert.Equal(5, peer.Requests.Count);
        Assert.All(peer.Requests, request => Assert.Equal(Id, request.RequestId));
        Assert.All(peer.Requests, request => Assert.Equal(peer.Requests[0].WireBody, request.WireBody));
        Assert.InRange(outcome.Elapsed.TotalSeconds, 15 * 0.85, (15 * 1.15) + 5);
    }

    [Theory]
    [InlineData("""{"requestId":"0c0f7c2e-1111-4222-8333-444444444444","timestamp":1}""", "Content-Type: application/json; charset=utf-8\r\n", "Content-Type")]
    [InlineData("""{"requestId":"0c0f7c2e-1111-4222-8333-444444444444","timestamp":1}""", "Content-Type: text/plain\r\n", "Content-Type")]
    [InlineData("""{"requestId":"0c0f7c2e-1111-4222-8333-444444444444","timestamp":1}""", "", "Content-Type")]
    [InlineData("""{"requestId":"0c0f7c2e-1111-4222-8333-444444444444","timestamp":1}""", "Content-Type: application/json\r\nContent-Encoding: identity\r\n", "Content-Encoding")]
    [InlineData("""{"requestId":"0c0f7c2e-9999-4222-8333-444444444444","timestamp":1}""", "Content-Type: application/json\r\n", "requestId")]
    [InlineData("""{"timestamp":1}""", "Content-Type: application/json\r\n", "requestId")]
    [InlineData("""{"requestId":"0c0f7c2e-1111-4222-8333-444444444444","timestamp":"1"}""", "Content-Type: application/json\r\n", "timestamp")]
    [InlineData("""{"requestId":"0c0f7c2e-1111-4222-8333-444444444444"}""", "Content-Type: application/json\r\n", "timestamp")]
    [InlineData("""{"requestId":"0c0f7c2e-1111-4222-8333-444444444444","timestamp":1,"extra":1}""", "Content-Type: application/json\r\n", "extra")]
    [InlineData("""{"requestId":"0c0f7c2e-1111-4222-8333-444444444444","timestamp":1}x""", "Content-Type: application/json\r\n", "JSON")]
    [InlineData("", "Content-Type: application/json\r\n", "JSON")]
    [InlineData("stored", "Content-Type: application/json\r\n", "JSON")]
    public async Task A_200_that_breaks_the_contract_is_a_failure(string body, string headers, string named)
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(200, body, headers));

        var attempt = await AttemptAsync(peer);

        Assert.Equal(DeliveryError.InvalidResponseFromDestination, attempt.Error);
        Assert.Contains(named, attempt.Message, StringComparison.Ordinal);
        Assert.False(attempt.Permanent);
    }

    [Fact]
    public async Task A_200_without_content_length_is_a_failure()
    {
        var body = $$"""{"requestId":"{{Id}}","timestamp":1}""";
        await using var peer = new ScriptedPeer(_ => Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n"));

        var attempt = await AttemptAsync(peer);

        Assert.Equal(DeliveryError.InvalidResponseFromDestination, attempt.Error);
        Assert.Contains("Content-Length", attempt.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_content_types_are_an_illegal_response()
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(200, $$"""{"requestId":"{{Id}}","timestamp":1}""", "Content-Type: application/json\r\nContent-Type: application/json\r\n"));

        Assert.Equal(DeliveryError.IllegalResponseFailure, (await AttemptAsync(peer)).Error);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(307, "", "Location: /elsewhere\r\n"));

        Assert.Equal(DeliveryError.InvalidStatusCode, (await AttemptAsync(peer)).Error);
        Assert.Single(peer.Requests);
    }

    [Fact]
    public async Task A_413_is_final_because_firehose_throws_the_batch_away()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Status(413), ScriptedPeer.Stored);

        var outcome = await SendAsync(peer, Wrap(gzip: false, "x"));

        Assert.False(outcome.Delivered);
        Assert.Equal((1, true), (outcome.Attempts, outcome.Last.Permanent));
        Assert.Contains("413", outcome.Last.Message, StringComparison.Ordinal);
        Assert.Contains("not now", outcome.Last.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_never_comes_is_a_timeout_and_tried_again()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Hang, ScriptedPeer.Stored);
        var errors = new List<DeliveryError?>();

        var outcome = await SendAsync(peer, Wrap(gzip: false, "x"), destination => destination with { AnswerTimeout = TimeSpan.FromSeconds(180) }, errors);

        Assert.True(outcome.Delivered, outcome.Last.Message);
        Assert.Equal([DeliveryError.RequestTimeout], errors);
        Assert.InRange(outcome.Elapsed.TotalSeconds, 180, 200);
    }

    [Fact]
    public async Task An_answer_over_a_mebibyte_is_too_large()
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(200, new string(' ', DestinationAnswer.BodyBytesMax + 1)));

        Assert.Equal(DeliveryError.ResponseTooLarge, (await AttemptAsync(peer)).Error);
    }

    [Fact]
    public async Task A_long_reason_phrase_is_refused()
    {
        await using var peer = new ScriptedPeer(_ => Encoding.ASCII.GetBytes($"HTTP/1.1 200 {new string('x', 65)}\r\nContent-Length: 0\r\n\r\n"));

        Assert.Equal(DeliveryError.ResponseReasonPhraseExceededLimit, (await AttemptAsync(peer)).Error);
    }

    [Fact]
    public async Task What_is_not_http_is_told_from_a_reset_and_a_closed_port()
    {
        await using var peer = new ScriptedPeer(_ => "220 mail.example.com ESMTP\r\n\r\n"u8.ToArray(), ScriptedPeer.Reset);

        Assert.Equal(DeliveryError.IllegalMessageStart, (await AttemptAsync(peer)).Error);
        Assert.Equal(DeliveryError.ConnectionReset, (await AttemptAsync(peer)).Error);
        Assert.Equal(DeliveryError.ConnectionFailed, (await AttemptAsync(new Uri("http://127.0.0.1:9/"))).Error);
    }

    [Fact]
    public async Task A_delivery_is_given_up_when_the_window_has_closed()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Status(503));

        var outcome = await SendAsync(peer, Wrap(gzip: false, "x"), destination => destination with { RetryWindow = TimeSpan.FromSeconds(20) });

        Assert.False(outcome.Delivered);
        Assert.Equal("HttpEndpoint.DestinationException", outcome.Last.Error?.Code());
        Assert.InRange(outcome.Attempts, 5, 6); // At 0, 1, 3, 7, 15 seconds, and once as the window closes.
        Assert.InRange(outcome.Elapsed.TotalSeconds, 20, 25);
    }

    [Fact]
    public async Task A_cancelled_delivery_ends_at_once()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Status(503));
        using var cancel = new CancellationTokenSource();
        using var http = new HttpMessageInvoker(FirehoseSender.CreateHandler(peer.Url));
        var sending = new FirehoseSender(http, Destination(peer.Url), TimeProvider.System, new Random(1)).SendAsync(Wrap(gzip: false, "x"), cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private static HttpDestination Destination(Uri url) => new() { Url = url, SourceArn = Arn };

    private static OutgoingDelivery Wrap(bool gzip, params string[] records)
    {
        using var envelope = new EnvelopeWriter(gzip);
        envelope.Begin(Id, DateTimeOffset.UnixEpoch.AddDays(20_000));
        foreach (var record in records)
        {
            envelope.Add(Encoding.UTF8.GetBytes(record));
        }

        return envelope.Finish();
    }

    private static Task<DeliveryAttempt> AttemptAsync(ScriptedPeer peer) => AttemptAsync(peer.Url);

    private static async Task<DeliveryAttempt> AttemptAsync(Uri url)
    {
        using var http = new HttpMessageInvoker(FirehoseSender.CreateHandler(url));
        return await new FirehoseSender(http, Destination(url), TimeProvider.System, new Random(1)).AttemptAsync(Wrap(gzip: false, "x"), default);
    }

    private async Task<DeliveryOutcome> SendAsync(ScriptedPeer peer, OutgoingDelivery delivery, Func<HttpDestination, HttpDestination>? change = null, List<DeliveryError?>? errors = null)
    {
        using var http = new HttpMessageInvoker(FirehoseSender.CreateHandler(peer.Url));
        var destination = Destination(peer.Url);
        var sender = new FirehoseSender(http, change?.Invoke(destination) ?? destination, _time, new Random(42));
        sender.Retrying += (_, attempt, _) => errors?.Add(attempt.Error);
        return await _time.RunAsync(sender.SendAsync(delivery, default));
    }
}
