using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>The connections to a real server: kept, closed by it, cut before and after a statement was done.</summary>
public sealed class ConnectionTests(DebianClickHouse server) : OneServerTests(server)
{
    [Fact]
    public async Task Many_statements_of_every_kind_use_one_connection()
    {
        using var connections = new CountedConnections();
        var client = Server.ClientOn(connections.Http);
        await MakeTableAsync("many");

        for (var number = 0; number < 100; number++)
        {
            await client.InsertAsync("INSERT INTO many FORMAT Native", new BlockContent(new NumberBlock(number, 1)), None, Cancel);
            await client.RunAsync("CREATE TABLE IF NOT EXISTS many (n Int64) ENGINE = Memory", None, Cancel);
            Assert.Equal($"{number + 1}", await AskAsync(client, "SELECT count() FROM many"));
            await RefusalAsync(() => client.RunAsync("SELEC 1", None, Cancel));
        }

        Assert.Equal(1, connections.Opened);
    }

    /// <summary>It closes them after three seconds (<c>keep_alive_timeout</c>).</summary>
    [Fact]
    public async Task A_connection_that_the_server_closed_as_idle_costs_no_statement()
    {
        using var connections = new CountedConnections();
        var client = Server.ClientOn(connections.Http);
        await MakeTableAsync("idle");
        await client.RunAsync("SELECT 1", None, Cancel);

        await Task.Delay(TimeSpan.FromSeconds(3.5), Cancel);
        await client.InsertAsync("INSERT INTO idle FORMAT Native", new BlockContent(new NumberBlock(0, 1)), None, Cancel);

        Assert.Equal("1", await AskAsync(client, "SELECT count() FROM idle"));
        Assert.Equal(2, connections.Opened);
    }

    [Fact]
    public async Task A_query_that_meets_a_closed_connection_is_asked_again()
    {
        await using var relay = new CutRelay(Server.Host);
        using var connections = new CountedConnections();
        var client = new ClickHouseClient(connections.Http, relay.Address, Server.Address);
        await AskAsync(client, "SELECT 1");

        relay.ClosesAtNextRequest = true;

        Assert.Equal("2", await AskAsync(client, "SELECT 2"));
        Assert.Equal(2, relay.Connections);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task An_insert_on_a_connection_that_ends_is_lost_and_never_sent_twice(bool done, long rows)
    {
        var table = $"cut_{done}";
        await MakeTableAsync(table);
        await using var relay = new CutRelay(Server.Host);
        using var connections = new CountedConnections();
        var client = new ClickHouseClient(connections.Http, relay.Address, Server.Address);
        await AskAsync(client, "SELECT 1");

        (relay.ClosesAtNextRequest, relay.AnswerBytes) = (!done, done ? 0 : null);
        var error = await RefusalAsync(() => client.InsertAsync($"INSERT INTO {table} FORMAT Native", new BlockContent(new NumberBlock(0, 1)), None, Cancel));

        Assert.True(error.IsLost);
        Assert.StartsWith($"{relay.Address.Authority} does not answer: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(rows, await NumberAsync(Server.Client, $"SELECT count() FROM {table}"));
        Assert.Equal(1, relay.Connections);
    }

    /// <summary>Wherever an answer ends, it is never taken for a shorter one; before its first row nothing is lost by asking again.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(100, true)]
    [InlineData(1_000, false)]
    [InlineData(100_000, false)]
    [InlineData(null, false)]
    public async Task An_answer_that_is_cut_is_an_error(int? bytes, bool again)
    {
        const string Sql = "SELECT number, cityHash64(number) FROM numbers(50000)";
        await using var relay = new CutRelay(Server.Host);
        using var connections = new CountedConnections();
        var client = new ClickHouseClient(connections.Http, relay.Address, Server.Address);
        var whole = await AskAsync(client, Sql);
        var sent = connections.Received;
        Assert.InRange(sent, 200_000, 2_000_000);

        relay.AnswerBytes = bytes ?? sent - 20; // The last: within the sum at the end of the compressed text.
        var answer = "";
        var error = await Record.ExceptionAsync(async () => answer = await AskAsync(client, Sql));

        Assert.True(again ? error is null : error is HttpRequestException or IOException or InvalidDataException, $"{error}");
        Assert.Equal(again ? whole : "", answer);
        Assert.Equal(whole, await AskAsync(client, Sql));
    }

    [Fact]
    public async Task Both_ways_are_compressed()
    {
        using var connections = new CountedConnections();
        var client = Server.ClientOn(connections.Http);
        await MakeTableAsync("compressed");

        await client.InsertAsync("INSERT INTO compressed FORMAT Native", new BlockContent(new NumberBlock(0, 1_000_000)), None, Cancel);
        var sent = connections.Sent;
        var answer = await AskAsync(client, $"SELECT '{string.Concat(Enumerable.Repeat("compressible ", 100))}' FROM compressed WHERE n < 10000");

        Assert.InRange(sent, 1, 7_000_000); // Of eight.
        Assert.InRange(connections.Received, 1, 1_000_000);
        Assert.Equal(10_000 * 1_301 - 1, answer.Length);
        Assert.Equal("499999500000", await AskAsync(client, "SELECT sum(n) FROM compressed"));
    }

    [Fact]
    public async Task Many_at_once_do_not_mix_their_answers()
    {
        using var connections = new CountedConnections();
        var client = Server.ClientOn(connections.Http);
        await MakeTableAsync("together");

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async one =>
        {
            for (var number = 0; number < 20; number++)
            {
                await client.InsertAsync("INSERT INTO together FORMAT Native", new BlockContent(new NumberBlock((one * 20) + number, 1)), None, Cancel);
                Assert.Equal($"{one}-{number}", await AskAsync(client, $"SELECT '{one}-{number}'"));
            }
        }));

        Assert.Equal("320\t51040", await AskAsync(client, "SELECT uniq(n), sum(n) FROM together"));
        Assert.InRange(connections.Opened, 1, 16);
    }

    private async Task MakeTableAsync(string name) => await Server.Client.RunAsync($"CREATE TABLE IF NOT EXISTS {name} (n Int64) ENGINE = MergeTree ORDER BY n", None, Cancel);
}
