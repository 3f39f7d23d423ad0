using Cistern.Store;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>What goes wrong with queries in ClickHouse's own engine, and a peer that is not there.</summary>
public sealed class QueryErrorTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    [Theory]
    [InlineData("SELECT nope", StoreQueryFault.Invalid)]
    [InlineData("SELECT count() FROM no_table", StoreQueryFault.Invalid)]
    [InlineData("SELECT sum(cityHash64(number, number + 1)) FROM numbers_mt(1000000000000)", StoreQueryFault.TimedOut)]
    [InlineData("SELECT groupArray(number) FROM numbers(100000000) SETTINGS max_memory_usage = 1000000", StoreQueryFault.OutOfMemory)]
    public async Task An_error_is_one_that_a_caller_can_act_on(string sql, StoreQueryFault fault) => Assert.Equal(fault, await FaultOfAsync(engine.Client, sql));

    [Fact]
    public async Task A_peer_that_is_not_there_makes_the_store_unavailable()
    {
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(1)));
        var client = new ClickHouseClient(http, new Uri("http://127.0.0.1:1/"), engine.Address);

        Assert.Equal(StoreQueryFault.Unavailable, await FaultOfAsync(client, "SELECT 1"));
    }

    [Fact]
    public async Task A_wrong_password_is_said()
    {
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)));
        var client = new ClickHouseClient(http, engine.Address.Hosts[0], engine.Address with { Password = "other" });

        var error = await Assert.ThrowsAsync<ClickHouseException>(() => client.RunAsync("SELECT 1", new Dictionary<string, string>(), TestContext.Current.CancellationToken));

        Assert.Equal(516, error.Code);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private static async Task<StoreQueryFault> FaultOfAsync(ClickHouseClient client, string sql)
    {
        var query = ClickHouseQuery.Of(new StoreQuery(sql, [], [], null, QueryPool.Panels, new QueryLimits(TimeSpan.FromSeconds(2), 100)));
        try
        {
            using var answer = await client.SelectAsync(query.Sql, query.Parameters, query.Settings, TestContext.Current.CancellationToken);
        }
        catch (ClickHouseException error)
        {
            return QueryErrors.Translate(error, new QueryLimits(TimeSpan.FromSeconds(2), 100), timedOut: false).Fault;
        }

        return default;
    }
}
