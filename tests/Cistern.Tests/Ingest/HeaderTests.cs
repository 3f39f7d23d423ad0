using System.Text;
using System.Text.Json;
using Cistern.Formats.Deliveries;
using Cistern.Ingest.Keys;
using Cistern.Operations.Settings;
using Cistern.Store;

namespace Cistern.Tests.Ingest;

/// <summary>Keys, common attributes and the other headers of a delivery.</summary>
public sealed class HeaderTests
{
    private const string Id = "77777777-1111-4222-8333-444444444444";

    private static readonly byte[] Body = TestDeliveries.Body(Id, "x");

    [Theory]
    [InlineData("X-API-Key: {0}")]
    [InlineData("Authorization: Bearer {0}")]
    [InlineData("authorization: bearer {0}")]
    public async Task A_key_is_taken_from_other_headers_too(string header)
    {
        await using var server = await TestServer.StartAsync();
        var headers = server.Headers(Id, Body.Length).Where(line => !line.Contains("Access-Key", StringComparison.Ordinal));

        var answer = await server.PostAsync(TestServer.Firehose, [.. headers, string.Format(null, header, server.Key)], Body);

        Protocol.AssertAnswer(answer, 200, Id);
    }

    [Fact]
    public async Task A_wrong_Firehose_key_is_not_saved_by_another_header()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.PostAsync(TestServer.Firehose, [.. server.Headers(Id, Body.Length, key: "wrong"), $"X-API-Key: {server.Key}"], Body);

        Protocol.AssertAnswer(answer, 401, Id);
    }

    [Fact]
    public async Task A_key_in_the_url_is_no_key()
    {
        await using var server = await TestServer.StartAsync();
        var headers = server.Headers(Id, Body.Length).Where(line => !line.Contains("Access-Key", StringComparison.Ordinal));

        Protocol.AssertAnswer(await server.PostAsync($"{TestServer.Firehose}?key={server.Key}&access_key={server.Key}", headers, Body), 401, Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Header_names_are_read_in_any_case(bool upper)
    {
        await using var server = await TestServer.StartAsync();
        var headers = server.Headers(Id, Body.Length).Select(line => line.Split(": ", 2)).Select(parts => $"{(upper ? parts[0].ToUpperInvariant() : Lower(parts[0]))}: {parts[1]}");

        Protocol.AssertAnswer(await server.PostAsync(TestServer.Firehose, headers, Body), 200, Id);
    }

    [Fact]
    public async Task Sixty_four_KB_of_common_attributes_are_taken()
    {
        await using var server = await TestServer.StartAsync();
        var attributes = Enumerable.Range(0, 50).ToDictionary(number => $"{number:d2}{new string('k', 254)}", number => new string('v', 1024));
        var header = JsonSerializer.Serialize(attributes, TestJson.Default.DictionaryStringString);
        Assert.InRange(header.Length, 64_000, 70_000);

        var answer = await server.PostAsync(TestServer.Firehose, [.. server.Headers(Id, Body.Length), $"X-Amz-Firehose-Common-Attributes: {{\"commonAttributes\":{header}}}"], Body);

        Protocol.AssertAnswer(answer, 200, Id);
        Assert.Equal(attributes, server.Store.Only.Delivery.Attributes);
    }

    [Theory]
    [InlineData("{\"commonAttributes\":{\"env\":\"dev\"}}", "dev")]
    [InlineData("{\"env\":\"dev\"}", "dev")]
    [InlineData("{\"commonAttributes\":{\"env\":\"Zürich\"}}", "Zürich")]
    [InlineData("{\"env\":7}", "7")]
    [InlineData("{\"env\":\"\"}", "")]
    [InlineData("{\"commonAttributes\":{\"env\":", null)]
    [InlineData("no json", null)]
    [InlineData("[1]", null)]
    [InlineData("{\"env\":\"\\ud800\"}", null)]
    public async Task Common_attributes_are_read_or_ignored_but_never_lose_the_delivery(string header, string? env)
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.PostAsync(TestServer.Firehose, [.. server.Headers(Id, Body.Length), $"X-Amz-Firehose-Common-Attributes: {header}"], Body);

        Protocol.AssertAnswer(answer, 200, Id);
        Assert.Equal(env, server.Store.Only.Delivery.Attributes.GetValueOrDefault("env"));
    }

    [Fact]
    public async Task A_header_that_is_not_UTF_8_does_not_lose_the_delivery()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Connect();

        await http.SendAsync(Encoding.Latin1.GetBytes(
            $"POST /firehose HTTP/1.1\r\nHost: test\r\n{string.Join("\r\n", server.Headers(Id, Body.Length))}\r\nX-Amz-Firehose-Common-Attributes: {{\"env\":\"Z\xFCrich\"}}\r\n\r\n"));
        await http.SendAsync(Body);

        Protocol.AssertAnswer(await http.ReadAnswerAsync(), 200, Id);
    }

    [Fact]
    public async Task The_fields_of_CloudFront_lines_come_from_attributes_then_stream_then_key()
    {
        await using var server = await TestServer.StartAsync(settings => settings with { Streams = [new StreamSettings("*/shop", "1-46")] });
        var key = server.NewKey(new NewKey { Name = "fields", CloudFrontFields = "1-7" });
        var other = TestDeliveries.Stream.Replace("shop", "other", StringComparison.Ordinal);

        var inAttributes = await FieldsAsync(server, key, "a", TestDeliveries.Stream, "{\"cloudfront-fields\":\"timestamp,c-ip\",\"cloudfront-fields-2\":\"sc-status\"}");
        var ofStream = await FieldsAsync(server, key, "b", TestDeliveries.Stream, "{}");
        var ofKey = await FieldsAsync(server, key, "c", other, "{}");
        var none = await FieldsAsync(server, server.Key, "d", other, "{}");

        Assert.Equal(("timestamp,c-ip,sc-status", "1-46", "1-7", ""), (inAttributes, ofStream, ofKey, none));
    }

    [Theory]
    [InlineData("5", 20)]
    [InlineData("12.5%", 8)]
    [InlineData("100", 1)]
    [InlineData("0", 1)]
    [InlineData("150", 1)]
    [InlineData("much", 1)]
    public async Task The_sampling_percentage_sets_the_weight(string percent, double weight)
    {
        await using var server = await TestServer.StartAsync();

        await server.PostAsync(TestServer.CloudFront, [.. server.Headers(Id, Body.Length), $"X-Amz-Firehose-Common-Attributes: {{\"cloudfront-sampling\":\"{percent}\"}}"], Body);

        Assert.Equal(weight, server.Store.Only.Delivery.Context.Weight);
    }

    [Fact]
    public async Task An_admin_key_may_import()
    {
        await using var server = await TestServer.StartAsync();
        var admin = server.NewKey(new NewKey { Name = "admin", Scopes = KeyScopes.Admin });

        Protocol.AssertAnswer(await server.PostAsync(TestServer.Firehose, [.. server.Headers(Id, Body.Length, admin), "X-Cistern-Repeat-Scope: import"], Body), 200, Id);

        Assert.Equal(RepeatScope.Import, server.Store.Only.Delivery.Repeats);
        Protocol.AssertAnswer(await server.PostAsync(TestServer.Firehose, [.. server.Headers(Id, Body.Length, admin), "X-Cistern-Repeat-Scope: all"], Body), 400, Id);
    }

    [Fact]
    public async Task Entries_without_Firehose_headers_are_taken_at_the_CloudFront_address()
    {
        await using var server = await TestServer.StartAsync();
        var entry = "{\"timestamp\":1760000000000,\"host\":\"example.com\",\"method\":\"GET\",\"pathname\":\"/\",\"status\":200}"u8.ToArray();

        var answer = await server.PostAsync(TestServer.CloudFront, ["Content-Type: application/json", $"Content-Length: {entry.Length}", $"X-API-Key: {server.Key}"], entry);

        var delivery = server.Store.Only.Delivery;
        Protocol.AssertAnswer(answer, 200, delivery.DeliveryId);
        Assert.Equal(("entries:plain", RepeatScope.None, DeliveryFraming.Entries), (delivery.Stream, delivery.Repeats, delivery.Context.Framing));
        Assert.Equal((1, 0), (server.Store.Only.Rows, server.Store.Only.Rejects));
        Assert.True(Guid.TryParse(delivery.DeliveryId, out _));
        Assert.Contains(("entry", "request", "entries:plain", "plain"), server.Store.Counts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_envelope_without_its_headers_is_not_taken_for_entries(bool gzip)
    {
        await using var server = await TestServer.StartAsync();
        var body = gzip ? TestDeliveries.Gzip(Body) : Body;
        string[] headers = ["Content-Type: application/json", $"Content-Length: {body.Length}", $"X-API-Key: {server.Key}"];

        var answer = await server.PostAsync(TestServer.CloudFront, gzip ? [.. headers, "Content-Encoding: gzip"] : headers, body);

        Assert.Equal(400, answer.Status);
        Assert.Contains("X-Amz-Firehose-Request-Id is missing", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliveries_without_a_key_are_taken_from_listed_networks_only()
    {
        await using var open = await TestServer.StartAsync(settings => WithAnonymous(settings, "127.0.0.0/8"));
        await using var closed = await TestServer.StartAsync(settings => WithAnonymous(settings, "10.0.0.0/8"));
        var headers = open.Headers(Id, Body.Length).Where(line => !line.Contains("Access-Key", StringComparison.Ordinal)).ToArray();

        Protocol.AssertAnswer(await open.PostAsync(TestServer.Firehose, headers, Body), 200, Id);
        Protocol.AssertAnswer(await closed.PostAsync(TestServer.Firehose, headers, Body), 401, Id);

        Assert.Equal("anonymous", open.Store.Only.Delivery.Key);
        Assert.Equal(401, (await open.PostAsync(Id, Body, key: "wrong")).Status);
        Assert.Equal(401, (await open.GetAsync("/api/catalogue")).Status);
    }

    private static CisternSettings WithAnonymous(CisternSettings settings, string network) => settings with
    {
        Ingest = settings.Ingest with { AllowAnonymous = true, AnonymousNetworks = [System.Net.IPNetwork.Parse(network)] },
    };

    private static async Task<string> FieldsAsync(TestServer server, string key, string id, string stream, string attributes)
    {
        var body = TestDeliveries.Body(id, "x");
        var headers = server.Headers(id, body.Length, key).Select(line => line.StartsWith("X-Amz-Firehose-Source-Arn", StringComparison.Ordinal) ? $"X-Amz-Firehose-Source-Arn: {stream}" : line);
        Protocol.AssertAnswer(await server.PostAsync(TestServer.CloudFront, [.. headers, $"X-Amz-Firehose-Common-Attributes: {attributes}"], body), 200, id);
        return server.Store.Commits[^1].Delivery.Context.CloudFrontFields;
    }

    private static string Lower(string name) => string.Concat(name.Select(char.ToLowerInvariant));
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class TestJson : System.Text.Json.Serialization.JsonSerializerContext;
