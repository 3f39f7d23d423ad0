using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cistern.Ingest;

/// <summary>The only answer that Firehose understands, for success and failure alike.</summary>
internal static class FirehoseReply
{
    /// <summary>Longer messages make the whole answer invalid.</summary>
    public const int MessageLengthMax = 8192;

    /// <summary>Ids are GUIDs; the bound keeps an answer under the 1 MiB that Firehose reads.</summary>
    public const int RequestIdLengthMax = 256;

    // The strict encoder writes apostrophes as \u0027, for pages that put JSON into HTML. This text is read in a log by a person.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(string requestId, long timestamp, string? errorMessage)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            writer.WriteStartObject();
            writer.WriteString("requestId"u8, Cut(requestId, RequestIdLengthMax));
            writer.WriteNumber("timestamp"u8, timestamp);
            if (errorMessage is not null)
            {
                writer.WriteString("errorMessage"u8, Cut(errorMessage, MessageLengthMax));
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Answers in one piece: the type bare, the length given, nothing chunked or compressed.</summary>
    public static async Task SendAsync(HttpContext context, IngestResult result, string requestId, DateTimeOffset now)
    {
        var body = Write(requestId, now.ToUnixTimeMilliseconds(), result.Detail);
        var response = context.Response;
        response.StatusCode = result.StatusCode;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        if (result.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        // Not with the token of the request: if the client is gone, the server drops the bytes, and that is no failure.
        await response.Body.WriteAsync(body, CancellationToken.None);
    }

    // A cut between the two halves of a surrogate pair would leave a text that is no Unicode.
    private static ReadOnlySpan<char> Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        return text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length);
    }
}
