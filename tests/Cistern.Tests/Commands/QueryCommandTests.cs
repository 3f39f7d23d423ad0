using System.Text;
using Cistern.Tests.Delivery.Http;

namespace Cistern.Tests.Commands;

public sealed class QueryCommandTests
{
    private const string Answer = """
        {"columns":[{"name":"time","type":"time"},{"name":"path","type":"text"},{"name":"requests","type":"number","unit":"requests"},{"name":"time_taken_p95","type":"number","unit":"seconds"},{"name":"bytes_sent","type":"integer","unit":"bytes"},{"name":"error_rate","type":"number","unit":"ratio"}],
        "rows":[["2026-11-20T14:00:00Z","/a,\"b\"",12345,0.0123,1536,0.25],["2026-11-20T15:00:00Z","/x\u001b[31m[red]",1,null,0,0]],"meta":{"note":"sampled: figures are scaled"}}
        """;

    [Fact]
    public async Task The_question_is_asked_as_it_was_written()
    {
        await using var peer = Peer();

        var run = await CommandRun.RunAsync(
            $"query status:5xx -path:/health* --url {Server(peer)} --key secret --signal requests --from -7d --to now --measure requests,time_taken_p95 --by time:1h --by path --having requests>=10 --order -requests --limit 5 --compare --tz Europe/Berlin");

        Assert.Equal(0, run.ExitCode);
        var request = Assert.Single(peer.Requests);
        Assert.Equal(("POST /api/query HTTP/1.1", "application/json", "Bearer secret"), (request.RequestLine, request["Content-Type"], request["Authorization"]));
        Assert.Equal(
            """{"signal":"requests","from":"-7d","to":"now","measures":["requests","time_taken_p95"],"by":["time:1h","path"],"where":"status:5xx -path:/health*","having":"requests\u003E=10","order":"-requests","limit":5,"compare":true,"tz":"Europe/Berlin"}""",
            Encoding.UTF8.GetString(request.Body));
    }

    [Fact]
    public async Task Without_options_it_asks_how_many_of_the_last_day()
    {
        await using var peer = Peer();

        await CommandRun.RunAsync($"query --url {Server(peer)} --key k --signal deliveries");

        Assert.Equal("""{"signal":"deliveries","from":"-24h","to":"now","measures":[],"by":[]}""", Encoding.UTF8.GetString(peer.Requests[0].Body));
    }

    [Fact]
    public async Task Sql_goes_as_it_is()
    {
        await using var peer = Peer();

        var run = await CommandRun.RunAsync(["query", "--url", Server(peer), "--key", "k", "--sql", "SELECT 'ä'"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(("POST /api/sql HTTP/1.1", "text/plain", "SELECT 'ä'"), (peer.Requests[0].RequestLine, peer.Requests[0]["Content-Type"], Encoding.UTF8.GetString(peer.Requests[0].Body)));
    }

    [Fact]
    public async Task Csv_is_the_default_in_a_pipe_with_plain_numbers_and_quoted_text()
    {
        await using var peer = Peer();

        var run = await CommandRun.RunAsync($"query --url {Server(peer)} --key k");

        Assert.Equal(
            ["time,path,requests,time_taken_p95,bytes_sent,error_rate", "2026-11-20T14:00:00Z,\"/a,\"\"b\"\"\",12345,0.0123,1536,0.25", "2026-11-20T15:00:00Z,/x\u001b[31m[red],1,,0,0", ""],
            run.Out.Split('\n'));
        Assert.Equal("sampled: figures are scaled\n", run.Error);
    }

    [Fact]
    public async Task A_table_has_human_units_and_lets_no_control_character_through()
    {
        await using var peer = Peer();

        var run = await CommandRun.RunAsync($"query --url {Server(peer)} --key k --format table");

        Assert.Matches(@"2026-11-20 14:00:00\s+/a,""b""\s+12,345\s+12\.3 ms\s+1\.5 KiB\s+25\.0 %", run.Out);
        Assert.Matches(@"2026-11-20 15:00:00\s+/x\uFFFD\[31m\[red\]\s+1\s+-\s+0 B\s+0\.0 %", run.Out);
        Assert.DoesNotContain('\u001b', run.Out);
    }

    [Fact]
    public async Task Json_is_what_the_server_wrote()
    {
        await using var peer = Peer();

        var run = await CommandRun.RunAsync($"query --url {Server(peer)} --key k --format json");

        Assert.Equal(Answer, run.Out.TrimEnd('\n'));
    }

    [Fact]
    public async Task A_refused_question_is_exit_code_1_with_what_the_server_says_about_it()
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(
            400, """{"type":"about:blank","title":"Bad filter","status":400,"detail":"cannot read the filter at 0: unknown field 'stats'; did you mean status?","position":0}""", "Content-Type: application/problem+json\r\n"));

        var run = await CommandRun.RunAsync($"query stats:5 --url {Server(peer)} --key k");

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Equal("cistern query: cannot read the filter at 0: unknown field 'stats'; did you mean status?\n", run.Error);
    }

    [Theory]
    [InlineData(502, "<html>bad gateway</html>", "the server answered 502")]
    [InlineData(200, "<html>sign in</html>", "cannot read the answer of")]
    [InlineData(200, "{}", "cannot read the answer of")]
    public async Task What_is_not_our_server_is_said_so(int status, string body, string message)
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(status, body));

        var run = await CommandRun.RunAsync($"query --url {Server(peer)} --key k");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    private static ScriptedPeer Peer() => new(_ => ScriptedPeer.Json(200, Answer));

    private static string Server(ScriptedPeer peer) => peer.Url.GetLeftPart(UriPartial.Authority);
}
