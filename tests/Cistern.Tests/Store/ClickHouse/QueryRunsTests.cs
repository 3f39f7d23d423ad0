using System.Net;
using System.Text;
using System.Web;
using Cistern.Store;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>What is asked of a ClickHouse around a query, and answers that break off. The engine of the tests cannot kill a query, so the server is a script.</summary>
public sealed class QueryRunsTests
{
    private static readonly byte[] Head = [1, 1, (byte)'n', 6, .. "String"u8];

    [Fact]
    public async Task A_query_whose_caller_leaves_is_killed_on_the_server()
    {
        using var left = new CancellationTokenSource();
        var server = new Script((request, cancel) =>
        {
            if (request.Body.StartsWith("KILL", StringComparison.Ordinal))
            {
                return Task.FromResult(Script.Answer([]));
            }

            left.Cancel();
            return Task.Delay(Timeout.Infinite, cancel).ContinueWith(_ => Script.Answer([]), TaskScheduler.Default).WaitAsync(cancel);
        });

        var failed = await Assert.ThrowsAsync<StoreQueryException>(() => Runs(server).RunAsync(Query(QueryPool.Panels), left.Token));

        Assert.Equal(StoreQueryFault.Canceled, failed.Fault);
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal($"KILL QUERY WHERE query_id = '{server.Requests[0].Parameters["query_id"]}' ASYNC", server.Requests[1].Body);
    }

    [Fact]
    public async Task A_server_that_cannot_be_told_to_stop_changes_nothing()
    {
        using var left = new CancellationTokenSource();
        var server = new Script(async (_, cancel) =>
        {
            await left.CancelAsync();
            cancel.ThrowIfCancellationRequested();
            throw new HttpRequestException("gone");
        });

        Assert.Equal(StoreQueryFault.Canceled, (await Assert.ThrowsAsync<StoreQueryException>(() => Runs(server).RunAsync(Query(QueryPool.Panels), left.Token))).Fault);
    }

    [Fact]
    public async Task Limits_are_passed_on_and_a_users_statement_may_only_read()
    {
        var server = new Script((_, _) => Task.FromResult(Script.Answer(Head)));
        using var panels = await Runs(server).RunAsync(Query(QueryPool.Panels), TestContext.Current.CancellationToken);
        using var user = await Runs(server).RunAsync(Query(QueryPool.Sql), TestContext.Current.CancellationToken);

        var (ours, theirs) = (server.Requests[0].Parameters, server.Requests[1].Parameters);
        Assert.Equal(("7.5", "2", null, null), (ours["max_execution_time"], ours["readonly"], ours["max_result_rows"], ours["max_memory_usage"]));
        Assert.Equal(("7.5", "1", "20", "throw"), (theirs["max_execution_time"], theirs["readonly"], theirs["max_result_rows"], theirs["result_overflow_mode"]));
        Assert.Equal(("1000000", "500000", "500000"), (theirs["max_memory_usage"], theirs["max_bytes_before_external_group_by"], theirs["max_bytes_before_external_sort"]));
        Assert.Equal("1", theirs["cancel_http_readonly_queries_on_client_close"]);
    }

    [Theory]
    [InlineData("breaks off in a value")]
    [InlineData("breaks off between two values")]
    [InlineData("an error after rows")]
    public async Task An_answer_that_does_not_end_well_is_an_error_and_no_shorter_result(string how)
    {
        byte[] rows = [1, (byte)'a', 1, (byte)'b'];
        HttpContent body = how switch
        {
            "breaks off in a value" => new ByteArrayContent([.. Head, .. rows, 9, (byte)'c']),
            "breaks off between two values" => new StreamContent(new BreakingStream([.. Head, .. rows])),
            _ => new ByteArrayContent([.. Head, .. rows, .. Encoding.UTF8.GetBytes("Code: 241. DB::Exception: Memory limit (for query) exceeded. (MEMORY_LIMIT_EXCEEDED)\n")]),
        };
        var server = new Script((_, _) => Task.FromResult(Script.Answer(body)));
        using var result = await Runs(server).RunAsync(Query(QueryPool.Panels), TestContext.Current.CancellationToken);

        var failed = Assert.Throws<StoreQueryException>(() =>
        {
            while (result.Read())
            {
            }
        });

        Assert.Equal(StoreQueryFault.Unavailable, failed.Fault);
    }

    private static StoreQuery Query(QueryPool pool) => new("SELECT 1", [], [], null, pool, new QueryLimits(TimeSpan.FromSeconds(7.5), 20));

    private static QueryRuns Runs(Script server)
    {
        Assert.True(ClickHouseAddress.TryParse("clickhouse://u:p@127.0.0.1:1/db", out var address, out _));
        return new QueryRuns(new ClickHouseClient(new HttpMessageInvoker(server), address.Hosts[0], address), sqlMemory: 1_000_000);
    }

    private sealed record Asked(string Body, System.Collections.Specialized.NameValueCollection Parameters);

    private sealed class Script(Func<Asked, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        public List<Asked> Requests { get; } = [];

        public static HttpResponseMessage Answer(byte[] body) => Answer(new ByteArrayContent(body));

        public static HttpResponseMessage Answer(HttpContent body) => new(HttpStatusCode.OK) { Content = body };

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            var asked = new Asked(await request.Content!.ReadAsStringAsync(cancel), HttpUtility.ParseQueryString(request.RequestUri!.Query));
            Requests.Add(asked);
            return await answer(asked, cancel);
        }
    }

    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, count) is > 0 and var read ? read : throw new HttpIOException(HttpRequestError.ResponseEnded, "the response ended");

        public override int Read(Span<byte> buffer) => base.Read(buffer) is > 0 and var read ? read : throw new HttpIOException(HttpRequestError.ResponseEnded, "the response ended");

        public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => await Task.FromResult(Read(buffer, offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));
    }
}
