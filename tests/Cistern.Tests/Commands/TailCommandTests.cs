using Cistern.Commands.Asking;
using Cistern.Tests.Query;

namespace Cistern.Tests.Commands;

/// <summary><c>cistern tail</c> against the reading addresses, and what its lines let through.</summary>
public sealed class TailCommandTests : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await QueryHost.StartAsync();
        _host.Store.Execute("""
            INSERT INTO logs (time, level, log_group, log_stream, message) VALUES
                (TIMESTAMP '2026-11-20 11:59:58', 'error', '/aws/lambda/orders', '2026/11/20/[$LATEST]0123456789ab', 'first' || chr(10) || 'second' || chr(27) || '[31m'),
                (TIMESTAMP '2026-11-20 11:59:59', '', 'web', 'abc', 'later');
            INSERT INTO requests (time, status, method, host, path, agent) VALUES (TIMESTAMP '2026-11-20 11:59:59', 503, 'GET', 'a.example', '/x', 'GPTBot');
            INSERT INTO metrics (time, namespace, metric, dimensions, sum, count, unit) VALUES (TIMESTAMP '2026-11-20 11:59:00', 'AWS/EC2', 'CPU', MAP {'Id': 'i-1'}, 9, 4, 'Percent');
            """);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("tail", "2026-11-20 11:59:58.000Z ERROR orders 01234567 first\n    second␛[31m\n2026-11-20 11:59:59.000Z -     web abc later\n")]
    [InlineData("tail logs level:error --limit 1", "2026-11-20 11:59:58.000Z ERROR orders 01234567 first\n    second␛[31m\n")]
    [InlineData("tail requests", "2026-11-20 11:59:59.000Z 503 GET a.example /x GPTBot\n")]
    [InlineData("tail metrics", "2026-11-20 11:59:00.000Z AWS/EC2 CPU {Id=i-1} sum=9 avg=2.25 Percent\n")]
    public async Task The_past_is_shown_one_line_a_row_the_oldest_first(string command, string expected)
    {
        var run = await CommandRun.RunAsync($"{command} --url {_host.Address} --key k --no-follow --utc");

        Assert.Equal((0, expected, ""), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Json_is_one_object_a_line_in_which_control_characters_are_escaped()
    {
        var run = await CommandRun.RunAsync($"tail level:error --url {_host.Address} --key k --no-follow --format json");

        Assert.Contains("\"message\":\"first\\nsecond\\u001B[31m\"", Assert.Single(run.Out.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Colours_are_for_who_asks_for_them()
    {
        var run = await CommandRun.RunAsync($"tail level:error --url {_host.Address} --key k --no-follow --color always");

        Assert.Contains("\u001b[31mERROR\u001b[0m", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[31m\n", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tail (", 1, "cannot read the filter at 1")]
    [InlineData("tail ( --no-follow", 1, "cannot read the filter at 1")]
    [InlineData("tail --limit 0", 2, "--limit")]
    public async Task What_the_server_refuses_is_said_in_one_line(string command, int exitCode, string hint)
    {
        var run = await CommandRun.RunAsync($"{command} --url {_host.Address} --key k");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(hint, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_failure()
    {
        var run = await CommandRun.RunAsync("tail --url http://127.0.0.1:1 --key k");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot reach", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u001b]0;x\u0007", "␛]0;x␇")]
    [InlineData("a\u009b31m", "a\\u009b31m")]
    [InlineData("\u202eabc\u2066", "\\u202eabc\\u2066")]
    [InlineData("a\rb\u007f\tc", "a␍b␡\tc")]
    [InlineData("Grüße 🎉", "Grüße 🎉")]
    public void Control_characters_are_shown_and_not_sent(string text, string expected) => Assert.Equal(expected, TailText.Visible(text, keepLines: false));
}
