using Cistern.Ingest.Keys;
using Cistern.Store;

namespace Cistern.Tests.Ingest;

/// <summary>The table of answers, row by row, each over a socket and with its exact form.</summary>
public sealed class AnswerTableTests
{
    private const string Id = "0c0f7c2e-1111-4222-8333-444444444444";

    private static readonly byte[] Body = TestDeliveries.Body(Id, "{\"not\":\"known\"}");

    [Fact]
    public async Task A_delivery_is_stored_and_answered_200()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.PostAsync(Id, Body);

        Assert.Null(Protocol.AssertAnswer(answer, 200, Id));
        var (delivery, bodyLength) = (server.Store.Only.Delivery, server.Store.Only.BodyLength);
        Assert.Equal((Id, TestDeliveries.Stream, "/firehose", "plain", "127.0.0.1"), (delivery.DeliveryId, delivery.Stream, delivery.Route, delivery.Key, delivery.SourceAddress));
        Assert.Equal(Body.Length, bodyLength);
        Assert.Equal(RepeatScope.Delivery, delivery.Repeats);
        Assert.Equal(Id, delivery.Context.RequestId);
    }

    [Fact]
    public async Task A_repeat_is_answered_200_and_counted()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(Id, Body);

        var answer = await server.PostAsync(Id, Body);

        Protocol.AssertAnswer(answer, 200, Id);
        Assert.Single(server.Store.Commits);
        Assert.Contains(("repeat", "delivery", TestDeliveries.Stream, "plain"), server.Store.Counts);
    }

    [Fact]
    public async Task An_answer_has_the_exact_head_that_Firehose_reads()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.PostAsync(Id, Body);

        Assert.Equal("OK", answer.Reason);
        Assert.Equal(["Content-Length", "Content-Type", "Date"], answer.Headers.Select(header => header.Name).Order());
        Assert.Matches($$"""^\{"requestId":"{{Id}}","timestamp":1\d{12}\}$""", answer.Text);
    }

    [Theory]
    [InlineData("X-Amz-Firehose-Protocol-Version", "2.0", 400, "protocol_version_unknown", "protocol version is '2.0'")]
    [InlineData("X-Amz-Firehose-Request-Id", null, 400, "request_id_missing", "X-Amz-Firehose-Request-Id is missing")]
    [InlineData("X-Amz-Firehose-Access-Key", null, 401, "access_key_missing", "there is no access key")]
    [InlineData("X-Amz-Firehose-Access-Key", "own-made-access-key", 401, "access_key_malformed", "begins with aa_")]
    [InlineData("Content-Type", "text/plain", 415, "content_type_unsupported", "send application/json")]
    [InlineData("Content-Type", null, 415, "content_type_unsupported", "send application/json")]
    [InlineData("Content-Encoding", "deflate", 415, "content_encoding_unsupported", "choose GZIP")]
    [InlineData("X-Cistern-Repeat-Scope", "import", 403, "scope_missing", "needs the scope admin")]
    public async Task A_header_that_is_wrong_or_missing_is_refused(string name, string? value, int status, string reason, string message)
    {
        await using var server = await TestServer.StartAsync();
        var headers = server.Headers(Id, Body.Length).Where(header => !header.StartsWith(name + ":", StringComparison.Ordinal)).ToList();
        if (value is not null)
        {
            headers.Add($"{name}: {value}");
        }

        var answer = await server.PostAsync(TestServer.Firehose, headers, Body);

        Assert.Contains(message, Protocol.AssertAnswer(answer, status, name == "X-Amz-Firehose-Request-Id" ? "" : Id), StringComparison.Ordinal);
        Assert.Empty(server.Store.Commits);
        Assert.Contains(server.Store.Counts, count => count.Kind == "refused" && count.Reason == reason);
    }

    [Fact]
    public async Task An_absent_protocol_version_is_taken()
    {
        await using var server = await TestServer.StartAsync();
        var headers = server.Headers(Id, Body.Length).Where(header => !header.Contains("Protocol-Version", StringComparison.Ordinal));

        Protocol.AssertAnswer(await server.PostAsync(TestServer.Firehose, headers, Body), 200, Id);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"requestId\":\"0c0f7c2e-1111-4222-8333-444444444444\",\"timestamp\":1}")]
    [InlineData("{\"timestamp\":1,\"records\":[]}")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_body_that_is_no_delivery_is_answered_400(string body)
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.PostAsync(Id, System.Text.Encoding.UTF8.GetBytes(body));

        Assert.NotNull(Protocol.AssertAnswer(answer, 400, Id));
        Assert.Contains(("refused", "envelope_malformed", TestDeliveries.Stream, "plain"), server.Store.Counts);
    }

    [Fact]
    public async Task Ids_that_differ_are_answered_400_with_the_id_of_the_header()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.PostAsync(Id, TestDeliveries.Body("another-id", "x"));

        Assert.NotNull(Protocol.AssertAnswer(answer, 400, Id));
        Assert.Contains(server.Store.Counts, count => count.Reason == "request_id_differs");
    }

    [Fact]
    public async Task Broken_gzip_is_answered_400()
    {
        await using var server = await TestServer.StartAsync();
        var body = TestDeliveries.Gzip(Body)[..^4];

        var answer = await server.PostAsync(TestServer.Firehose, [.. server.Headers(Id, body.Length), "Content-Encoding: gzip"], body);

        Assert.NotNull(Protocol.AssertAnswer(answer, 400, Id));
        Assert.Contains(server.Store.Counts, count => count.Reason == "gzip_broken");
    }

    [Fact]
    public async Task A_key_that_is_unknown_expired_or_revoked_is_answered_401()
    {
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(time: time);
        var expiring = server.NewKey(new NewKey { Name = "expiring", Expires = time.GetUtcNow() + TimeSpan.FromHours(1) });
        var revoked = server.NewKey(new NewKey { Name = "revoked" });
        server.Keys.Revoke("revoked");
        Assert.Equal(200, (await server.PostAsync(Id, Body, expiring)).Status);
        time.Advance(TimeSpan.FromHours(2));

        var answers = new[]
        {
            (await server.PostAsync(Id, Body, KeySecret.Create().Reveal()), "is not known here"),
            (await server.PostAsync(Id, Body, expiring), "'expiring' expired at"),
            (await server.PostAsync(Id, Body, revoked), "'revoked' was revoked at"),
        };

        Assert.All(answers, answer => Assert.Contains(answer.Item2, answer.Item1.Text, StringComparison.Ordinal));
        Assert.All(answers, answer => Assert.Equal(401, answer.Item1.Status));
        Assert.Equal(["access_key_unknown", "access_key_expired", "access_key_revoked"], server.Store.Counts.Where(count => count.Kind == "refused").Select(count => count.Reason));
    }

    [Fact]
    public async Task A_key_that_is_not_allowed_here_is_answered_403()
    {
        await using var server = await TestServer.StartAsync();
        var reader = server.NewKey(new NewKey { Name = "reader", Scopes = KeyScopes.Read });
        var metrics = server.NewKey(new NewKey { Name = "metrics", Signals = ["metrics"] });
        var other = server.NewKey(new NewKey { Name = "other", Streams = ["arn:aws:firehose:*:deliverystream/other-*"] });

        var answers = new[]
        {
            await server.PostAsync(TestServer.Firehose, server.Headers(Id, Body.Length, reader), Body),
            await server.PostAsync(TestServer.CloudFront, server.Headers(Id, Body.Length, metrics), Body),
            await server.PostAsync(TestServer.Firehose, server.Headers(Id, Body.Length, other), Body),
        };

        Assert.All(answers, answer => Assert.NotNull(Protocol.AssertAnswer(answer, 403, Id)));
        Assert.Equal(["scope_missing", "signal_not_allowed", "stream_not_allowed"], server.Store.Counts.Select(count => count.Reason));
    }

    [Fact]
    public async Task An_address_that_does_not_exist_is_answered_404()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.PostAsync("/v1/firehose?tenant=7", server.Headers(Id, Body.Length), Body);

        Assert.Contains("/firehose", Protocol.AssertAnswer(answer, 404, Id), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Another_method_is_answered_405_with_those_that_are_allowed(string method)
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.GetAsync(TestServer.CloudFront, method, $"X-Amz-Firehose-Request-Id: {Id}", "Content-Length: 0");

        Assert.NotNull(Protocol.AssertAnswer(answer, 405, Id));
        Assert.Equal("GET, HEAD, POST", answer.Header("Allow"));
    }

    [Fact]
    public async Task A_key_over_its_rate_is_answered_429_with_when_to_come_again()
    {
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(time: time);
        var slow = server.NewKey(new NewKey { Name = "slow", RequestsPerSecond = 0.1 });
        Assert.Equal(200, (await server.PostAsync(Id, Body, slow)).Status);

        var refused = await server.PostAsync(Id, Body, slow);
        time.Advance(TimeSpan.FromSeconds(10));
        var later = await server.PostAsync(Id, Body, slow);

        Assert.NotNull(Protocol.AssertAnswer(refused, 429, Id));
        Assert.Equal("10", refused.Header("Retry-After"));
        Assert.Equal(200, later.Status);
    }

    [Fact]
    public async Task A_store_that_takes_nothing_is_answered_503_with_its_reason_and_when_to_come_again()
    {
        await using var server = await TestServer.StartAsync();
        server.Store.Full = "only 12 MiB are free on the disk; free some space";

        var answer = await server.PostAsync(Id, Body);

        Assert.Equal(server.Store.Full, Protocol.AssertAnswer(answer, 503, Id));
        Assert.NotNull(answer.Header("Retry-After"));
        Assert.Contains(("refused", "store_unavailable", TestDeliveries.Stream, "plain"), server.Store.Counts);
    }

    [Fact]
    public async Task A_full_queue_is_answered_503_with_when_to_come_again()
    {
        await using var server = await TestServer.StartAsync(settings => settings with
        {
            Ingest = settings.Ingest with { MaxBodyBytes = 1 << 20, InFlightBytes = 1 << 20, WaitLimit = TimeSpan.FromSeconds(1) },
        });
        server.Store.Hold = new TaskCompletionSource();
        var large = TestDeliveries.Body("first", new string('x', 300 << 10));
        var holding = server.PostAsync("first", large);
        await server.Store.CommitBegan.Task.WaitAsync(TimeSpan.FromSeconds(10));

        var answer = await server.PostAsync(Id, TestDeliveries.Body(Id, new string('x', 300 << 10)));
        server.Store.Hold.SetResult();

        Assert.Contains("waited 1s for memory", Protocol.AssertAnswer(answer, 503, Id), StringComparison.Ordinal);
        Assert.NotNull(answer.Header("Retry-After"));
        Assert.Equal(200, (await holding).Status);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_answered_503_at_once_and_never_413()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Connect();

        await http.SendHeadAsync("POST", TestServer.Firehose, server.Headers(Id, 200L << 20));
        var answer = await http.ReadAnswerAsync();

        Assert.Contains("over the limit of 128MiB", Protocol.AssertAnswer(answer, 503, Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_our_own_is_answered_500_in_the_same_form()
    {
        await using var server = await TestServer.StartAsync();
        server.Store.Failure = new InvalidOperationException("made by the test");

        var answer = await server.PostAsync(Id, Body);

        Assert.DoesNotContain("made by the test", Protocol.AssertAnswer(answer, 500, Id), StringComparison.Ordinal);
        server.Store.Failure = null;
        Assert.Equal(200, (await server.PostAsync(Id, Body)).Status);
    }

    [Theory]
    [InlineData(TestServer.CloudFront)]
    [InlineData(TestServer.Firehose)]
    public async Task A_probe_gets_200_and_a_line_that_says_what_the_address_is_for(string path)
    {
        await using var server = await TestServer.StartAsync();

        var get = await server.GetAsync(path);
        var head = await server.GetAsync(path, "HEAD");

        Assert.Equal((200, 200), (get.Status, head.Status));
        Assert.Contains("Firehose", Assert.Single(get.Text.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.Equal(get.Header("Content-Length"), head.Header("Content-Length"));
    }

    [Fact]
    public async Task An_id_is_sent_back_as_json_whatever_characters_it_has()
    {
        await using var server = await TestServer.StartAsync();
        const string odd = "a\"b\\c%41<é>";

        var answer = await server.PostAsync(TestServer.Firehose, server.Headers(odd, Body.Length, key: "none"), Body);

        Protocol.AssertAnswer(answer, 401, odd);
    }
}
