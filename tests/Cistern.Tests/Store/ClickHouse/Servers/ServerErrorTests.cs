using System.Net.Http.Headers;
using Cistern.Store;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>What a real server refuses, and as whom: an old one tells its codes only in its text.</summary>
public sealed class ServerErrorTests(DebianClickHouse server) : OneServerTests(server)
{
    [Theory]
    [InlineData("SELEC 1", 62, "Syntax error")]
    [InlineData("SELECT * FROM no_table", 60, "Table default.no_table doesn't exist.")]
    [InlineData("SELECT * FROM no_database.any", 81, "Database no_database doesn't exist")]
    [InlineData("SELECT no_column", 47, "Unknown identifier: no_column")]
    [InlineData("SELECT 1 FORMAT Nope", 73, "Unknown format Nope")]
    [InlineData("SELECT toInt32('x')", 6, "Cannot parse string 'x' as Int32")]
    [InlineData("SELECT number, throwIf(number = 3000000) FROM numbers(6000000)", 395, "Value passed to 'throwIf' function is non zero")] // After megabytes of rows: an error, never a shorter answer.
    public async Task A_refusal_is_its_code_and_its_words(string sql, int code, string words)
    {
        var error = await RefusalAsync(() => AskAsync(Server.Client, sql));

        Assert.Equal(code, error.Code);
        Assert.False(error.IsLost);
        Assert.StartsWith(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("e.what()", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT sum(cityHash64(number, number + 1)) FROM numbers(1000000000000)", "max_execution_time", "1", 159, StoreQueryFault.TimedOut)]
    [InlineData("SELECT groupArray(number) FROM numbers(100000000)", "max_memory_usage", "1000000", 241, StoreQueryFault.OutOfMemory)]
    [InlineData("SELECT number FROM numbers(1000)", "max_result_rows", "10", 396, StoreQueryFault.TooManyRows)]
    [InlineData("CREATE TABLE forbidden (n Int8) ENGINE = Memory", "readonly", "2", 164, StoreQueryFault.Invalid)]
    [InlineData("SELECT 1", "no_such_setting", "1", 115, StoreQueryFault.Invalid)]
    public async Task A_limit_that_is_reached_is_told_apart(string sql, string setting, string value, int code, StoreQueryFault fault)
    {
        var error = await RefusalAsync(() => Server.Client.SelectAsync(sql, None, new Dictionary<string, string> { [setting] = value }, Cancel));

        Assert.Equal(code, error.Code);
        Assert.Equal(fault, QueryErrors.Translate(error, new QueryLimits(TimeSpan.FromSeconds(1), 10), timedOut: false).Fault);
    }

    /// <summary>A statement without rows has the same end: an error behind its first words would else be lost.</summary>
    [Fact]
    public async Task A_statement_that_fails_late_has_failed()
    {
        var error = await RefusalAsync(() => Server.Client.RunAsync("SELECT number, throwIf(number = 3000000) FROM numbers(6000000)", None, Cancel));

        Assert.Equal(395, error.Code);
    }

    [Theory]
    [InlineData(DebianClickHouse.User, "wrong", 193, "Wrong password for user app")]
    [InlineData("nobody", DebianClickHouse.Password, 192, "Unknown user nobody")]
    [InlineData(DebianClickHouse.User, "", 194, null)]
    public async Task Who_may_not_come_in_is_told_so_without_a_password(string user, string password, int code, string? words)
    {
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)));

        var error = await RefusalAsync(() => AskAsync(new ClickHouseClient(http, Server.Host, Server.Address with { User = user, Password = password }), "SELECT 1"));

        Assert.Equal(code, error.Code);
        Assert.StartsWith(words ?? "", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(DebianClickHouse.Password, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_with_every_kind_of_character_is_sent_right() => Assert.Equal("1", await AskAsync(Server.Client, "SELECT 1"));

    /// <summary>The refusal comes when the server has read the body, and the connection can be used again.</summary>
    [Theory]
    [InlineData(true, 193)]
    [InlineData(false, 60)]
    public async Task A_large_insert_that_is_refused_says_why_and_leaves_the_connection_usable(bool wrongPassword, int code)
    {
        using var connections = new CountedConnections();
        var refused = new ClickHouseClient(connections.Http, Server.Host, wrongPassword ? Server.Address with { Password = "wrong" } : Server.Address);

        var error = await RefusalAsync(() => refused.InsertAsync("INSERT INTO no_table FORMAT Native", new ByteArrayContent(new byte[30_000_000]), None, Cancel));

        Assert.Equal(code, error.Code);
        Assert.Equal("1", await AskAsync(Server.ClientOn(connections.Http), "SELECT 1"));
        Assert.Equal(1, connections.Opened);
    }

    [Fact]
    public async Task A_body_that_is_no_gzip_is_refused()
    {
        var content = new ByteArrayContent("no gzip"u8.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");

        Assert.Equal(354, (await RefusalAsync(() => Server.Client.InsertAsync("INSERT INTO no_table FORMAT Native", content, None, Cancel))).Code);
    }

    [Fact]
    public async Task Too_many_statements_at_once_are_refused_and_the_others_run()
    {
        var running = Enumerable.Range(0, 2 * DebianClickHouse.StatementsMax).Select(async _ =>
        {
            try
            {
                using var answer = await Server.Client.SelectAsync("SELECT sleep(1)", None, new Dictionary<string, string> { ["queue_max_wait_ms"] = "1" }, Cancel);
                return (await answer.Content.ReadAsStringAsync(Cancel)).Trim();
            }
            catch (ClickHouseException error)
            {
                return $"{error.Code}";
            }
        });

        var answers = await Task.WhenAll(running);

        Assert.Contains("0", answers);
        Assert.Contains("202", answers);
        Assert.All(answers, answer => Assert.True(answer is "0" or "202", answer));
    }
}
