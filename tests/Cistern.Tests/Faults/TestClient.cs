using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Cistern.Tests.Faults;

/// <summary>What the server answered to one delivery.</summary>
internal sealed record IngestAnswer(HttpStatusCode Status, string Message, TimeSpan? RetryAfter);

/// <summary>Asks a running server, and delivers to it once, without trying again.</summary>
internal sealed class TestClient(ServerProcess server, string key)
{
    public async Task<IngestAnswer> PostAsync(SentDelivery delivery)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/logs/aws_data_firehose_cloudfront") { Content = new ReadOnlyMemoryContent(delivery.Wire.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-Amz-Firehose-Request-Id", delivery.Id);
        request.Headers.Add("X-Amz-Firehose-Protocol-Version", "1.0");
        request.Headers.Add("X-Amz-Firehose-Source-Arn", DeliveryMaker.Stream);
        request.Headers.Add("X-Amz-Firehose-Access-Key", key);
        request.Headers.Add("X-Amz-Firehose-Common-Attributes", $$$"""{"commonAttributes":{"cloudfront-fields":"{{{DeliveryMaker.Attributes["cloudfront-fields"]}}}"}}""");
        if (delivery.Wire.Gzip)
        {
            request.Content.Headers.ContentEncoding.Add("gzip");
        }

        using var answer = await server.Http.SendAsync(request);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(delivery.Id, body.RootElement.GetProperty("requestId").GetString());
        var message = body.RootElement.TryGetProperty("errorMessage", out var text) ? text.GetString()! : "";
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            delivery.MarkAnswered();
        }

        return new IngestAnswer(answer.StatusCode, message, answer.Headers.RetryAfter?.Delta);
    }

    /// <summary>The rows of one statement, through <c>/api/sql</c>. Fails with the server's words if it is refused.</summary>
    public async Task<JsonElement[][]> AskAsync(string sql)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/sql") { Content = new StringContent(sql, Encoding.UTF8, "text/plain") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await server.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{sql} was answered {(int)answer.StatusCode}: {text}");
        using var body = JsonDocument.Parse(text);
        return [.. body.RootElement.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.Clone()).ToArray())];
    }

    public async Task<long> CountAsync(string sql) => (await AskAsync(sql))[0][0].GetInt64();
}
