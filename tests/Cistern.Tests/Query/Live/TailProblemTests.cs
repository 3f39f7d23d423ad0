using Cistern.Store;

namespace Cistern.Tests.Query.Live;

/// <summary>Tails that cannot be, or not for long.</summary>
public class TailProblemTests(TestStore kind = TestStore.Embedded)
{
    [Theory]
    [InlineData("where=path:%22", "filter-invalid")]
    [InlineData("columns=paht", "name-unknown")]
    [InlineData("after=nonsense", "cursor-invalid")]
    [InlineData("from=-1h", "parameter-invalid")]
    public async Task What_cannot_be_asked_is_refused_before_the_stream_begins(string query, string type)
    {
        await using var host = await QueryHost.StartAsync(kind);

        var reply = (await host.GetAsync($"/api/tail?{query}")).Expect(400);

        Assert.Equal($"urn:cistern:problem:{type}", reply.Type);
    }

    [Fact]
    public async Task A_query_that_fails_later_is_told_as_an_event()
    {
        await using var host = await QueryHost.StartAsync(kind);
        using var tail = await TailClient.OpenAsync(new Uri(host.Address), "any");
        Assert.Equal("columns", (await tail.NextAsync())!.Name);

        host.Store.Failure = new StoreQueryException(StoreQueryFault.Unavailable, "the engine is made anew");

        var problem = (await tail.NextAsync())!;
        Assert.Equal(("problem", "urn:cistern:problem:unavailable"), (problem.Name, problem.Data.GetProperty("type").GetString()));
        Assert.Null(await tail.NextAsync());
    }
}

public sealed class TailProblemOnClickHouseTests() : TailProblemTests(TestStore.ClickHouse);
