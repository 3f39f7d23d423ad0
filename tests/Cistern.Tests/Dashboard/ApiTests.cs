using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json;
using Cistern.Formats.CloudFront;
using Cistern.Ingest.Keys;
using Cistern.Tests.Ingest;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cistern.Tests.Dashboard;

/// <summary>What holds of all addresses of the API, and the two that only tell: status and setup.</summary>
public sealed class ApiTests
{
    [Fact]
    public async Task Every_address_of_the_api_is_described_and_none_but_the_session_answers_without_access()
    {
        await using var server = await DashboardServer.StartAsync();
        using var document = JsonDocument.Parse((await server.GetAsync("/openapi.json")).Body);
        var routes = server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal)).ToArray();
        Assert.True(routes.Length >= 13, $"{routes.Length} routes");

        foreach (var route in routes)
        {
            var path = route.RoutePattern.RawText!.TrimEnd('/');
            foreach (var method in route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)
            {
                Assert.True(
                    document.RootElement.GetProperty("paths").TryGetProperty(path, out var described) && described.TryGetProperty(method.ToLowerInvariant(), out _),
                    $"openapi.json does not describe {method} {path}");
                if (path != "/api/session")
                {
                    Problem.Assert(await server.SendAsync(method, path, ""), 401, "no-access");
                    Problem.Assert(await server.SendAsync(method, path.ToUpperInvariant() + "/", ""), 401, "no-access");
                }
            }
        }
    }

    [Fact]
    public async Task Long_answers_are_compressed_for_who_takes_that()
    {
        await using var server = await DashboardServer.StartAsync();
        var key = server.NewKey("reader", KeyScopes.Read);
        var plain = await AskAsync(server, "/api/catalogue", key, "");

        foreach (var accepted in new[] { "br", "gzip", "gzip, deflate, br" })
        {
            var answer = await AskAsync(server, "/api/catalogue", key, accepted);
            Assert.Equal(accepted == "gzip" ? "gzip" : "br", answer.Encoding);
            Assert.Equal(plain.Plain, answer.Plain);
            Assert.True(answer.Length < plain.Length / 3, $"{answer.Length} of {plain.Length} bytes");
            Assert.Equal("Accept-Encoding", answer.Vary);
        }

        Assert.Equal("", plain.Encoding);
        Assert.Equal("", (await AskAsync(server, "/api/session", key, "br, gzip")).Encoding);
        Assert.Equal("", (await AskAsync(server, "/api/nothing", key, "br, gzip")).Encoding);
    }

    // A store in memory cannot be asked at all: the page would fail if it did.
    [Fact]
    public async Task The_status_is_told_while_the_store_decodes_its_journal()
    {
        await using var server = await DashboardServer.StartAsync();
        var key = server.NewKey("all", KeyScopes.Ingest | KeyScopes.Read);
        server.Store.Decoding = true;
        Assert.Equal(200, (await PostAsync(server, "a", key)).Status);
        Assert.Equal(200, (await PostAsync(server, "a", key)).Status);
        Assert.Equal(401, (await PostAsync(server, "b", "wrong")).Status);

        var answer = await server.GetAsync("/api/status", $"X-API-Key: {key}");

        Assert.Equal(200, answer.Status);
        using var document = JsonDocument.Parse(answer.Body);
        var status = document.RootElement;
        Assert.Equal("""{"canStore":true,"canQuery":false,"reason":"the journal is being decoded"}""", status.GetProperty("ready").GetRawText());
        Assert.Matches(@"^\d+\.\d+\.\d+", status.GetProperty("version").GetString());
        Assert.True(status.GetProperty("started").GetDateTimeOffset() <= status.GetProperty("now").GetDateTimeOffset());
        var answers = status.GetProperty("answers");
        Assert.Equal((1, 1), (answers.GetProperty("stored").GetInt32(), answers.GetProperty("repeated").GetInt32()));
        Assert.Equal("""[{"fault":"access_key_malformed","count":1}]""", answers.GetProperty("refused").GetRawText());
        Assert.InRange(answers.GetProperty("p95Seconds").GetDouble(), answers.GetProperty("p50Seconds").GetDouble(), 60);
        var store = status.GetProperty("store");
        var local = store.GetProperty("local");
        Assert.Equal((1L << 40, 64L << 20, 1L << 30), (store.GetProperty("freeBytes").GetInt64(), local.GetProperty("hotLimitBytes").GetInt64(), local.GetProperty("spaceFloorBytes").GetInt64()));
        Assert.Empty(store.GetProperty("servers").EnumerateArray());
        Assert.Equal((3600, JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null), (
            store.GetProperty("repeatWindowConfiguredSeconds").GetInt32(), store.GetProperty("retentionSeconds").ValueKind, store.GetProperty("retentionBytes").ValueKind, store.GetProperty("oldestRow").ValueKind));
        var queue = status.GetProperty("queue");
        Assert.Equal((0, 0, 1024, 0, 192L << 20), (
            queue.GetProperty("inFlight").GetInt32(), queue.GetProperty("waiting").GetInt32(), queue.GetProperty("maxWaiting").GetInt32(), queue.GetProperty("inFlightBytes").GetInt64(), queue.GetProperty("inFlightLimitBytes").GetInt64()));
        var process = status.GetProperty("process");

        // Not compared with each other: the system may take pages of the heap that nobody uses.
        Assert.True(process.GetProperty("residentBytes").GetInt64() > 1 << 20);
        Assert.True(process.GetProperty("heapBytes").GetInt64() > 1 << 10);
        Assert.Equal(Environment.ProcessorCount, process.GetProperty("processors").GetInt32());
    }

    [Fact]
    public async Task The_status_names_the_limits_that_are_set()
    {
        await using var server = await DashboardServer.StartAsync(settings => settings with { Store = settings.Store with { RetentionAge = TimeSpan.FromDays(30), RetentionBytes = 1L << 30 } });
        server.Store.Full = "only 12 MiB are free on the disk";

        using var document = JsonDocument.Parse((await server.GetAsync("/api/status", await server.SignInAsync())).Body);

        var store = document.RootElement.GetProperty("store");
        Assert.Equal((2_592_000, 1L << 30), (store.GetProperty("retentionSeconds").GetInt64(), store.GetProperty("retentionBytes").GetInt64()));
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("answers").GetProperty("p50Seconds").ValueKind);
        Assert.Equal("""{"canStore":false,"canQuery":true,"reason":"only 12 MiB are free on the disk"}""", document.RootElement.GetProperty("ready").GetRawText());
    }

    [Fact]
    public async Task The_setup_describes_every_field_and_recommends_a_list_that_needs_no_configuration()
    {
        await using var server = await DashboardServer.StartAsync();

        using var document = JsonDocument.Parse((await server.GetAsync("/api/setup", $"X-API-Key: {server.NewKey("reader", KeyScopes.Read)}")).Body);

        var fields = document.RootElement.GetProperty("fields").EnumerateArray().ToArray();
        Assert.Equal(CloudFrontFields.Names, fields.Select(field => field.GetProperty("name").GetString()!));
        Assert.Equal(Enumerable.Range(1, 71), fields.Select(field => field.GetProperty("number").GetInt32()));
        Assert.All(fields, field =>
        {
            Assert.Matches("^[a-zA-Z].{8,110}[^.]$", field.GetProperty("use").GetString());
            Assert.Matches(@"^[A-Za-z].+[.…]$", field.GetProperty("description").GetString());
            Assert.DoesNotContain("field", field.GetProperty("description").GetString()!.Replace("field-level", "", StringComparison.Ordinal).Replace("Fields that", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.True(Cistern.Formats.Tables.Requests.TryPlaceOf(field.GetProperty("column").GetString()!, out _));
        });
        var recommended = CloudFrontFields.NamesOf(document.RootElement.GetProperty("recommended").GetString()!);
        Assert.Equal(recommended, fields.Where(field => field.GetProperty("recommended").GetBoolean()).Select(field => field.GetProperty("name").GetString()!));
        Assert.Equal(46, recommended.Count);
        Assert.Equal(["/v1/logs/aws_data_firehose_cloudfront", "/ingester/kinesis/logs", "/ingester/kinesis/metrics", "/firehose"], document.RootElement.GetProperty("endpoints").EnumerateArray().Select(endpoint => endpoint.GetProperty("path").GetString()!));
    }

    private static async Task<RawAnswer> PostAsync(DashboardServer server, string id, string key)
    {
        var body = TestDeliveries.Body(id, "x");
        using var http = new RawHttp(server.Address);
        await http.SendHeadAsync("POST", TestServer.Firehose, "Content-Type: application/json", $"Content-Length: {body.Length}", $"X-Amz-Firehose-Request-Id: {id}",
            "X-Amz-Firehose-Protocol-Version: 1.0", $"X-Amz-Firehose-Source-Arn: {TestDeliveries.Stream}", $"X-Amz-Firehose-Access-Key: {key}");
        await http.SendAsync(body);
        return await http.ReadAnswerAsync();
    }

    private static async Task<(string Encoding, string Vary, int Length, string Plain)> AskAsync(DashboardServer server, string path, string key, string accepted)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        using var answer = await client.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var encoding = string.Join(", ", answer.Content.Headers.ContentEncoding);
        using Stream stream = encoding switch
        {
            "br" => new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress),
            "gzip" => new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress),
            _ => new MemoryStream(bytes),
        };
        using var reader = new StreamReader(stream);
        return (encoding, answer.Headers.Vary.ToString(), bytes.Length, await reader.ReadToEndAsync());
    }
}
