using System.Net;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>The words of ClickHouse's errors over the years, and of those who stand before it.</summary>
public sealed class ErrorTextTests
{
    [Theory]
    [InlineData("Code: 60. DB::Exception: Table default.x does not exist. (UNKNOWN_TABLE) (version 26.7.1.1)\n", 60, "Table default.x does not exist. (UNKNOWN_TABLE)")]
    [InlineData("Code: 47. DB::Exception: Unknown identifier `a`. (UNKNOWN_IDENTIFIER) (version 24.8.4.13 (official build))", 47, "Unknown identifier `a`. (UNKNOWN_IDENTIFIER)")]
    [InlineData("Code: 60, e.displayText() = DB::Exception: Table default.x doesn't exist., e.what() = DB::Exception", 60, "Table default.x doesn't exist.")]
    [InlineData("Code: 62, e.displayText() = DB::Exception: Syntax error: a (version 20.3.8.53 (official build))", 62, "Syntax error: a")]
    [InlineData("Code: 319, e.displayText() = DB::Exception: Unknown status. Reason: Code: 159, e.displayText() = DB::Exception: Timeout, e.what() = DB::Exception, e.what() = DB::Exception", 319, "Unknown status. Reason: Code: 159, e.displayText() = DB::Exception: Timeout")]
    [InlineData("Code: 999. Coordination::Exception: Session expired (Session expired)", 999, "Session expired (Session expired)")]
    [InlineData("Poco::Exception. Code: 1000, e.code() = 111, e.displayText() = Connection refused, e.what() = Connection refused", 1000, "Connection refused")]
    [InlineData("std::exception. Code: 1001, type: std::bad_alloc, e.what() = std::bad_alloc", 1001, "type: std::bad_alloc")]
    [InlineData("<html>502 Bad Gateway</html>", 0, "clickhouse.test:8123 answered 500: <html>502 Bad Gateway</html>")]
    [InlineData("", 0, "clickhouse.test:8123 answered 500: ")]
    public async Task The_code_and_the_words_are_taken_from_the_text(string text, int code, string words)
    {
        using var http = new HttpMessageInvoker(new Answer(text));
        var client = new ClickHouseClient(http, new Uri("http://clickhouse.test:8123/"), new ClickHouseAddress([], "app", "secret", "default", null));

        var error = await Assert.ThrowsAsync<ClickHouseException>(() => client.RunAsync("SELECT 1", new Dictionary<string, string>(), TestContext.Current.CancellationToken));

        Assert.Equal((code, words, code == 0), (error.Code, error.Message, error.IsLost));
    }

    private sealed class Answer(string text) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent(text) });
    }
}
