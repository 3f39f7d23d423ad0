using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Cistern.Query.Live;

/// <summary>An answer of server-sent events. Each is sent when it is written, and writing waits for a client that reads slowly.</summary>
internal sealed class EventStream(HttpResponse response)
{
    public const string ContentType = "text/event-stream";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Task StartAsync(CancellationToken cancel)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";

        // nginx would collect what it is to pass on.
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return response.StartAsync(cancel);
    }

    /// <summary>Sends an event with JSON, which has no line ends of its own.</summary>
    public async Task SendAsync(string name, string? id, Action<Utf8JsonWriter> data, CancellationToken cancel)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        Encoding.UTF8.GetBytes(id is null ? $"event: {name}\ndata: " : $"event: {name}\nid: {id}\ndata: ", buffer);
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            data(writer);
        }

        buffer.Write("\n\n"u8);
        await WriteAsync(buffer.WrittenMemory, cancel);
    }

    /// <summary>Sends what is no event but keeps the connection open, and tells the place from which to go on.</summary>
    public Task KeepAliveAsync(string id, CancellationToken cancel) => WriteAsync(Encoding.UTF8.GetBytes($": alive\nid: {id}\n\n"), cancel);

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await response.Body.WriteAsync(bytes, cancel);
        await response.Body.FlushAsync(cancel);
    }
}
