using System.Globalization;
using System.Text;
using Cistern.Commands.Checking;

namespace Cistern.Tests.Commands.Checking;

/// <summary>Endpoints that answer wrongly in one way: that is named, and nothing else.</summary>
public sealed class AnswerFindingTests
{
    private static readonly Dictionary<string, Func<PeerRequest, string>> s_wrong = new()
    {
        ["answer-seconds"] = request => CheckedPeer.Ok(string.Create(CultureInfo.InvariantCulture, $$"""{"requestId":"{{request.Id}}","timestamp":{{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}}}""")),
        ["answer-clock"] = request => CheckedPeer.Ok(string.Create(CultureInfo.InvariantCulture, $$"""{"requestId":"{{request.Id}}","timestamp":{{DateTimeOffset.UtcNow.AddHours(2).ToUnixTimeMilliseconds()}}}""")),
        ["answer-chunked"] = request => $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{Chunked(CheckedPeer.Body(request.Id))}",
        ["answer-without-length"] = request => $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{CheckedPeer.Body(request.Id)}",
        ["answer-not-200"] = request => CheckedPeer.Ok(CheckedPeer.Body(request.Id), status: "202 Accepted"),
        ["answer-redirect"] = _ => "HTTP/1.1 301 Moved Permanently\r\nLocation: /firehose/\r\nContent-Length: 0\r\n\r\n",
        ["answer-charset"] = request => CheckedPeer.Ok(CheckedPeer.Body(request.Id), "Content-Type: application/json; charset=utf-8\r\n"),
        ["answer-type"] = request => CheckedPeer.Ok(CheckedPeer.Body(request.Id), "Content-Type: text/plain\r\n"),
        ["answer-type/none"] = request => CheckedPeer.Ok(CheckedPeer.Body(request.Id), ""),
        ["answer-type/two"] = request => CheckedPeer.Ok(CheckedPeer.Body(request.Id), "Content-Type: application/json\r\ncontent-type: application/json\r\n"),
        ["answer-compressed"] = request => CheckedPeer.Ok("packed", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"),
        ["answer-reason-phrase"] = request => CheckedPeer.Ok(CheckedPeer.Body(request.Id), status: "200 " + new string('o', 65)),
        ["answer-extra-member"] = request => CheckedPeer.Ok(CheckedPeer.Body(request.Id)[..^1] + ",\"status\":\"fine\"}"),
        ["answer-wrong-id"] = request => CheckedPeer.Ok(CheckedPeer.Body("another")),
        ["answer-without-timestamp"] = request => CheckedPeer.Ok($$"""{"requestId":"{{request.Id}}"}"""),
        ["answer-timestamp-text"] = request => CheckedPeer.Ok($$"""{"requestId":"{{request.Id}}","timestamp":"1760000060420"}"""),
        ["answer-not-json"] = _ => CheckedPeer.Ok("<html>It works</html>"),
        ["answer-not-json/empty"] = _ => CheckedPeer.Ok(""),
        ["answer-not-json/list"] = _ => CheckedPeer.Ok("[]"),
        ["answer-invalid"] = request => CheckedPeer.Ok(CheckedPeer.Body(request.Id)[..^1] + ",\"errorMessage\":7}"),
        ["path-unknown"] = _ => CheckedPeer.Ok("no", "Content-Type: text/plain\r\n", "404 Not Found"),
        ["method-refused"] = _ => CheckedPeer.Ok("no", "Allow: GET\r\n", "405 Method Not Allowed"),
        ["delivery-refused"] = _ => CheckedPeer.Ok("no", "", "400 Bad Request"),
        ["rate-limited"] = _ => CheckedPeer.Ok("slowly", "", "429 Too Many Requests"),
        ["server-unavailable"] = _ => CheckedPeer.Ok("bad gateway", "", "502 Bad Gateway"),
        ["server-error"] = _ => CheckedPeer.Ok("oh", "", "500 Internal Server Error"),
        ["body-limit-always"] = _ => CheckedPeer.Ok("too large", "", "413 Payload Too Large"),
        ["key-refused"] = _ => CheckedPeer.Ok("forbidden", "", "403 Forbidden"),
    };

    private static readonly Dictionary<string, PeerAnswer> s_hostile = new()
    {
        ["answer-timeout"] = CheckedPeer.Hang,
        ["answer-timeout/drop by drop"] = async (_, stream, _, cancel) =>
        {
            foreach (var character in CheckedPeer.Ok("{}"))
            {
                await CheckedPeer.SendAsync(stream, character.ToString(), cancel);
                await Task.Delay(400, cancel);
            }
        },
        ["connection-reset"] = CheckedPeer.Reset,
        ["connection-reset/closed"] = (_, _, _, _) => Task.CompletedTask,
        ["connection-reset/cut"] = (_, stream, _, cancel) => CheckedPeer.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", cancel),
        ["answer-not-http"] = (_, stream, _, cancel) => CheckedPeer.SendAsync(stream, "SSH-2.0-OpenSSH_9.2\r\n", cancel),
        ["answer-not-http/http2"] = (_, stream, _, cancel) => CheckedPeer.SendAsync(stream, "\0\0\u0012\u0004\0\0\0\0\0", cancel),
        ["answer-not-http/tls"] = (_, stream, _, cancel) => CheckedPeer.SendAsync(stream, "\u0015\u0003\u0003\0\u0002\u0002\u0046", cancel),
        ["answer-not-http/status"] = (_, stream, _, cancel) => CheckedPeer.SendAsync(stream, "HTTP/1.1 fine OK\r\n\r\n", cancel),
        ["answer-not-http/header"] = (_, stream, _, cancel) => CheckedPeer.SendAsync(stream, "HTTP/1.1 200 OK\r\nno header\r\n\r\n", cancel),
        ["answer-not-http/length"] = (_, stream, _, cancel) => CheckedPeer.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", cancel),
        ["answer-not-http/chunk"] = (_, stream, _, cancel) => CheckedPeer.SendAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", cancel),
        ["answer-not-http/only announced"] = CheckedPeer.Endless("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ["answer-too-large"] = CheckedPeer.Endless("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", new string(' ', 10_000)),
        ["answer-too-large/chunks"] = CheckedPeer.Endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "400\r\n" + new string(' ', 1024) + "\r\n"),
        ["answer-too-large/headers"] = CheckedPeer.Endless("HTTP/1.1 200 OK\r\n", "X-More: and more\r\n"),
        ["answer-too-large/one header"] = CheckedPeer.Endless("HTTP/1.1 200 OK\r\nX-Long: ", "and on "),
    };

    public static TheoryData<string> Wrong => [.. s_wrong.Keys];

    public static TheoryData<string> Hostile => [.. s_hostile.Keys];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_answer_is_named_and_nothing_else(string wrong)
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(s_wrong[wrong]));

        (await CheckRig.RunAsync(CheckRig.Plan(peer.Url))).AssertBad(wrong.Split('/')[0]);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_hostile_peer_ends_in_a_finding(string hostile)
    {
        await using var peer = new CheckedPeer(s_hostile[hostile]);

        (await CheckRig.RunAsync(CheckRig.Plan(peer.Url) with { Limits = CheckRig.Impatient })).AssertBad(hostile.Split('/')[0]);
    }

    [Fact]
    public async Task A_good_endpoint_has_no_bad_finding()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(CheckedPeer.Good));

        var report = await CheckRig.RunAsync(CheckRig.Plan(peer.Url));

        report.AssertBad();
        Assert.True(report.Has(FindingKinds.AnswerGood) && report.Has(FindingKinds.KeyWrongRefused) && report.Has(FindingKinds.KeyGood) && report.Has(FindingKinds.GzipGood) && report.Has(FindingKinds.TimeGood), report.Dump());
    }

    [Fact]
    public async Task Several_faults_of_one_answer_are_all_named()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(_ => CheckedPeer.Ok("""{"requestId":"x","timestamp":"1","more":1}""", "Content-Type: application/json;charset=UTF-8\r\n")));

        (await CheckRig.RunAsync(CheckRig.Plan(peer.Url))).AssertBad("answer-charset", "answer-wrong-id", "answer-timestamp-text", "answer-extra-member");
    }

    [Fact]
    public async Task What_a_stranger_answers_brings_no_control_characters_to_the_terminal()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(_ => CheckedPeer.Ok("\u001b[2J\u001b]0;owned\u0007", "", "400 Bad Request")));

        var report = await CheckRig.RunAsync(CheckRig.Plan(peer.Url));

        Assert.Contains("owned", report.Detail("delivery-refused"), StringComparison.Ordinal);
        Assert.DoesNotContain(report.Findings, finding => finding.Text.Any(char.IsControl));
    }

    [Fact]
    public async Task A_refusal_that_quotes_the_key_does_not_show_it()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(_ => CheckedPeer.Ok($"the key {CheckedPeer.Key} is not known", "", "401 Unauthorized")));

        var report = await CheckRig.RunAsync(CheckRig.Plan(peer.Url));

        report.AssertBad("key-refused");
        Assert.DoesNotContain(report.Findings, finding => finding.Text.Contains(CheckedPeer.Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_key_that_is_taken_or_refused_otherwise_is_told()
    {
        await using var open = new CheckedPeer((request, stream, _, cancel) => CheckedPeer.SendAsync(stream, CheckedPeer.Good(request), cancel));
        await using var terse = new CheckedPeer((request, stream, _, cancel) => CheckedPeer.SendAsync(stream, request.HasKey ? CheckedPeer.Good(request) : CheckedPeer.Ok("", "", "403 Forbidden"), cancel));

        await using var lax = new CheckedPeer((request, stream, _, cancel) =>
            CheckedPeer.SendAsync(stream, request.HasKey || !request.Headers.ContainsKey("x-amz-firehose-access-key") ? CheckedPeer.Good(request) : CheckedPeer.Refusal(request), cancel));

        (await CheckRig.RunAsync(CheckRig.Plan(open.Url))).AssertBad("key-not-checked");
        (await CheckRig.RunAsync(CheckRig.Plan(lax.Url))).AssertBad("key-not-needed");
        (await CheckRig.RunAsync(CheckRig.Plan(terse.Url))).AssertBad("key-refusal-form");
    }

    [Fact]
    public async Task An_endpoint_that_does_not_inflate_is_told()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(request => request.IsGzip ? CheckedPeer.Ok("what is this", "", "415 Unsupported Media Type") : CheckedPeer.Good(request)));

        (await CheckRig.RunAsync(CheckRig.Plan(peer.Url))).AssertBad("gzip-refused");
    }

    [Fact]
    public async Task A_slow_endpoint_is_told_with_its_figures()
    {
        await using var peer = new CheckedPeer(async (request, stream, _, cancel) =>
        {
            await Task.Delay(150, cancel);
            await CheckedPeer.SendAsync(stream, request.HasKey ? CheckedPeer.Good(request) : CheckedPeer.Refusal(request), cancel);
        });

        var report = await CheckRig.RunAsync(CheckRig.Plan(peer.Url) with { Limits = CheckRig.Short with { SlowMedian = TimeSpan.FromMilliseconds(100) } });

        report.AssertBad("time-slow");
        Assert.Contains("the limit is 180 s", report.Detail("time-slow"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_tires_is_told_where_it_did()
    {
        var count = 0;
        await using var peer = new CheckedPeer(CheckedPeer.Answering(request => Interlocked.Increment(ref count) > 4 ? CheckedPeer.Ok("later", "", "503 Service Unavailable") : CheckedPeer.Good(request)));

        var report = await CheckRig.RunAsync(CheckRig.Plan(peer.Url));

        report.AssertBad("server-unavailable");
        Assert.StartsWith("delivery 3 of 5", report.Detail("server-unavailable"), StringComparison.Ordinal);
    }

    private static string Chunked(string body) => string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(body):x}\r\n{body}\r\n0\r\n\r\n");
}
