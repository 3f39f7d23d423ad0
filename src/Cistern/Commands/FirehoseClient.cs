using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cistern.Commands;

/// <summary>Calls a Firehose as the SDKs do, unsigned: for one on this machine that takes every request.</summary>
internal sealed class FirehoseClient(HttpClient http, Uri url)
{
    private static readonly MediaTypeHeaderValue _json = new("application/x-amz-json-1.1");

    public Uri Url => url;

    public Task<JsonElement> CallAsync(string operation, JsonObject input, CancellationToken cancel) => CallAsync(operation, Encoding.UTF8.GetBytes(input.ToJsonString()), cancel);

    /// <exception cref="FirehoseCallException">The service refuses.</exception>
    /// <exception cref="HttpRequestException">It does not answer.</exception>
    public async Task<JsonElement> CallAsync(string operation, byte[] input, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(input) { Headers = { ContentType = _json } } };
        request.Headers.Add("X-Amz-Target", $"Firehose_20150804.{operation}");
        return await SendAsync(request, operation, cancel);
    }

    /// <summary>Asks one of the addresses that only our Firehose has.</summary>
    public async Task<JsonElement> AskAsync(HttpMethod method, string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, new Uri(url, path));
        if (method == HttpMethod.Post)
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        return await SendAsync(request, path, cancel);
    }

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, string what, CancellationToken cancel)
    {
        using var response = await http.SendAsync(request, cancel);
        var answer = await response.Content.ReadAsByteArrayAsync(cancel);
        if (!response.IsSuccessStatusCode)
        {
            var type = response.Headers.TryGetValues("x-amzn-ErrorType", out var types) ? types.First() : "";
            throw new FirehoseCallException(type, string.Create(CultureInfo.InvariantCulture, $"the Firehose answered {(int)response.StatusCode} to {what}: {Encoding.UTF8.GetString(answer)}"));
        }

        using var document = JsonDocument.Parse(answer);
        return document.RootElement.Clone();
    }
}

/// <summary>The Firehose refused.</summary>
/// <param name="type">The name of the error, such as <c>ResourceNotFoundException</c>.</param>
internal sealed class FirehoseCallException(string type, string message) : CommandFailedException(message)
{
    public string Type { get; } = type;
}
