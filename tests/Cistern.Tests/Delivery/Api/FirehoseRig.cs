using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Delivery;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Tests.Journal;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Delivery.Api;

/// <summary>A running Firehose on a folder of its own, whose records a test can see.</summary>
internal sealed class FirehoseRig : IAsyncDisposable
{
    public const string Destination = "destinationId-000000000001";

    private readonly ScratchFolder _folder = new();
    private readonly Func<FirehoseOptions, FirehoseOptions> _change;
    private FirehoseServer _server = null!;

    private FirehoseRig(Func<FirehoseOptions, FirehoseOptions> change) => _change = change;

    public RecordingDelivery Delivery { get; private set; } = null!;

    public FirehoseServer Server => _server;

    public HttpClient Http { get; private set; } = null!;

    public string Folder => _folder;

    public static async Task<FirehoseRig> StartAsync(Func<FirehoseOptions, FirehoseOptions>? change = null)
    {
        var rig = new FirehoseRig(change ?? (options => options));
        await rig.StartAgainAsync();
        return rig;
    }

    public async Task StartAgainAsync()
    {
        Delivery = new RecordingDelivery();
        _server = await FirehoseServer.StartAsync(_change(new FirehoseOptions
        {
            Data = _folder,
            Listen = ["http://127.0.0.1:0"],
            Catalogue = new CatalogueOptions { TransitionTime = TimeSpan.Zero },
            Logging = logging => logging.ClearProviders(),
            OpenDelivery = _ => Delivery,
        }));
        Http = new HttpClient { BaseAddress = new Uri(_server.Urls[0]) };
    }

    public async Task StopAsync()
    {
        Http.Dispose();
        await _server.StopAsync();
    }

    public async Task<ApiAnswer> CallAsync(string operation, string input, string region = "us-east-1", string accessKey = "AKIDEXAMPLE")
    {
        using var request = Request(operation, input);
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={accessKey}/20261128/{region}/firehose/aws4_request, SignedHeaders=host;x-amz-date, Signature=00");
        return await ApiAnswer.ReadAsync(await Http.SendAsync(request));
    }

    public async Task<ApiAnswer> CallAsync(string operation, JsonNode input) => await CallAsync(operation, input.ToJsonString());

    public static HttpRequestMessage Request(string operation, string input)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(input)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", $"Firehose_20150804.{operation}");
        return request;
    }

    /// <summary>Creates a stream with an HTTP endpoint.</summary>
    public async Task CreateAsync(string name, JsonObject? destination = null) =>
        (await CallAsync("CreateDeliveryStream", Requests.Create(name, "HttpEndpointDestinationConfiguration", destination ?? Requests.Http()))).Expect(200);

    public async Task<JsonElement> DescribeAsync(string name) =>
        (await CallAsync("DescribeDeliveryStream", new JsonObject { ["DeliveryStreamName"] = name })).Expect(200).GetProperty("DeliveryStreamDescription");

    public Task<ApiAnswer> UpdateAsync(string name, string version, string member, JsonNode update) => CallAsync("UpdateDestination", new JsonObject
    {
        ["DeliveryStreamName"] = name,
        ["CurrentDeliveryStreamVersionId"] = version,
        ["DestinationId"] = Destination,
        [member] = update,
    });

    public StreamPlan Plan(string name) => Delivery.Plans[$"arn:aws:firehose:us-east-1:000000000000:deliverystream/{name}"];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }
}

/// <summary>An answer of the API.</summary>
internal sealed record ApiAnswer(int Status, string ErrorType, string RequestId, string ContentType, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public static async Task<ApiAnswer> ReadAsync(HttpResponseMessage response)
    {
        string Header(string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : "";
        return new ApiAnswer((int)response.StatusCode, Header("x-amzn-ErrorType"), Header("x-amzn-RequestId"), response.Content.Headers.ContentType?.ToString() ?? "", await response.Content.ReadAsStringAsync());
    }

    public JsonElement Expect(int status)
    {
        Assert.True(Status == status, $"{Status}, not {status}: {Text}");
        return Json;
    }

    /// <summary>Checks the whole form of an error.</summary>
    /// <returns>Its message.</returns>
    public string ExpectError(string type, int status = 400)
    {
        Expect(status);
        Assert.Equal((type, type), (ErrorType, Json.GetProperty("__type").GetString()));
        Assert.Equal("application/x-amz-json-1.1", ContentType);
        Assert.True(Guid.TryParse(RequestId, out _), RequestId);
        return Json.GetProperty("message").GetString()!;
    }
}

/// <summary>Inputs that the API takes, for a test to spoil.</summary>
internal static class Requests
{
    public const string Role = "arn:aws:iam::111122223333:role/own";

    public static JsonObject Create(string name, string member, JsonNode destination) => new() { ["DeliveryStreamName"] = name, [member] = destination };

    public static JsonObject Bucket() => new() { ["RoleARN"] = Role, ["BucketARN"] = "arn:aws:s3:::own-bucket" };

    public static JsonObject Http() => new()
    {
        ["EndpointConfiguration"] = new JsonObject { ["Url"] = "https://logs.example.com/firehose", ["Name"] = "own", ["AccessKey"] = "own-made-access-key" },
        ["S3Configuration"] = Bucket(),
    };

    public static JsonObject Lambda(params (string Name, string Value)[] parameters) => new()
    {
        ["Enabled"] = true,
        ["Processors"] = new JsonArray(Processor("Lambda", parameters)),
    };

    public static JsonObject Processor(string type, params (string Name, string Value)[] parameters) => new()
    {
        ["Type"] = type,
        ["Parameters"] = new JsonArray([.. parameters.Select(parameter => (JsonNode)new JsonObject { ["ParameterName"] = parameter.Name, ["ParameterValue"] = parameter.Value })]),
    };

    /// <summary>Sets a member deep within an object: <c>a.b.0.c</c>. Null removes it.</summary>
    public static JsonObject With(this JsonObject input, string path, JsonNode? value)
    {
        var parts = path.Split('.');
        JsonNode holder = input;
        foreach (var part in parts[..^1])
        {
            holder = holder is JsonArray list ? list[int.Parse(part)]! : holder[part] ??= new JsonObject();
        }

        if (value is null)
        {
            ((JsonObject)holder).Remove(parts[^1]);
        }
        else
        {
            holder[parts[^1]] = value;
        }

        return input;
    }
}
