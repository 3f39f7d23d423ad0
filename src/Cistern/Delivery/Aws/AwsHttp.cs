using System.Text.Json;
using Cistern.Formats.Deliveries;

namespace Cistern.Delivery.Aws;

/// <summary>What clients of AWS services share: connections, bounded bodies, the type of an error.</summary>
internal static class AwsHttp
{
    private const int FirstBytes = 16 << 10;
    private const int MessageCharactersMax = 1000;

    public static SocketsHttpHandler CreateHandler(Uri endpoint) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !endpoint.IsLoopback,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>The body; null if it is over the limit.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpResponseMessage response, int bytesMax, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[Math.Clamp(response.Content.Headers.ContentLength ?? FirstBytes, 1, bytesMax + 1L)];
        var length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), cancel) is > 0 and var read)
        {
            length += read;
            if (length > bytesMax)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(Math.Max(FirstBytes, buffer.Length * 2L), bytesMax + 1L));
            }
        }

        return buffer.AsMemory(0, length);
    }

    /// <summary>The type of an error without its namespace, such as <c>ResourceNotFoundException</c>; empty if the answer names none.</summary>
    public static string ErrorTypeOf(HttpResponseMessage response, ReadOnlySpan<byte> body, out string message)
    {
        var type = response.Headers.TryGetValues("x-amzn-ErrorType", out var named) ? named.First() : "";
        message = "";
        try
        {
            var json = new Utf8JsonReader(body);
            if (json.Read() && json.TokenType == JsonTokenType.StartObject)
            {
                ReadMembers(ref json, ref type, ref message);
            }
        }
        catch (JsonException)
        {
            // Not from the service itself: a proxy's page.
        }

        // com.amazonaws.kinesis#ResourceNotFoundException, ResourceNotFoundException:http://…
        type = type[(type.LastIndexOf('#') + 1)..];
        var colon = type.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? type : type[..colon];
    }

    private static void ReadMembers(ref Utf8JsonReader json, ref string type, ref string message)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isType = JsonText.Is(ref json, "__type"u8);
            var isMessage = JsonText.Is(ref json, "message"u8) || JsonText.Is(ref json, "Message"u8);
            json.Read();
            if ((isType || isMessage) && json.TokenType == JsonTokenType.String && JsonText.TryGet(ref json, out var text))
            {
                type = isType && type.Length == 0 ? text : type;
                message = isMessage ? text[..Math.Min(text.Length, MessageCharactersMax)] : message;
            }

            json.Skip();
        }
    }
}
