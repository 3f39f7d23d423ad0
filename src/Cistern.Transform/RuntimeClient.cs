using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cistern.Transform;

/// <summary>Speaks the Lambda Runtime API: asks for events, posts what the function makes of them. AWS, "Using the Lambda runtime API".</summary>
internal sealed class RuntimeClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http;

    /// <param name="address"><c>AWS_LAMBDA_RUNTIME_API</c>.</param>
    public RuntimeClient(string address) => _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false })
    {
        BaseAddress = new Uri($"http://{address}/2018-06-01/runtime/"),
        Timeout = Timeout.InfiniteTimeSpan, // Until there is an event, the process may be frozen for hours.
    };

    /// <summary>Goes on until the process is ended.</summary>
    /// <exception cref="HttpRequestException">The Runtime API is gone, or refuses.</exception>
    public async Task RunAsync(Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> function)
    {
        while (true)
        {
            using var next = await _http.GetAsync(new Uri("invocation/next", UriKind.Relative));
            next.EnsureSuccessStatusCode();
            var id = next.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").First();
            await AnswerAsync(id, await next.Content.ReadAsByteArrayAsync(), function);
        }
    }

    /// <summary>Says that the function cannot begin.</summary>
    public Task FailInitAsync(string message)
    {
        Console.Error.WriteLine(message);
        return PostErrorAsync("init/error", "Cistern.Configuration", message);
    }

    public void Dispose() => _http.Dispose();

    // Whatever goes wrong with an event, the next one is another.
    private async Task AnswerAsync(string id, byte[] payload, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> function)
    {
        ReadOnlyMemory<byte> answer;
        try
        {
            answer = function(payload);
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync(exception.ToString());
            await PostErrorAsync($"invocation/{id}/error", exception.GetType().Name, exception.Message);
            return;
        }

        using var response = await PostAsync($"invocation/{id}/response", answer);
    }

    private async Task PostErrorAsync(string path, string type, string message)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("errorType"u8, type);
            json.WriteString("errorMessage"u8, message);
            json.WriteStartArray("stackTrace"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        using var response = await PostAsync(path, body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    private async Task<HttpResponseMessage> PostAsync(string path, ReadOnlyMemory<byte> body)
    {
        using var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = Json;
        return await _http.PostAsync(new Uri(path, UriKind.Relative), content);
    }
}
