using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cistern.Operations;

/// <summary>Refusals of the API: problem details as RFC 9457 describes them.</summary>
internal static class Problems
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task SendAsync(HttpContext context, int status, string title, string detail)
    {
        var body = Write(status, title, detail);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static ReadOnlyMemory<byte> Write(int status, string title, string detail)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            writer.WriteStartObject();
            writer.WriteString("title"u8, title);
            writer.WriteNumber("status"u8, status);
            writer.WriteString("detail"u8, detail);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
