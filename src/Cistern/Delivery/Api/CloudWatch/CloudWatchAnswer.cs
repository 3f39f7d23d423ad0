using System.Buffers;
using System.Formats.Cbor;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace Cistern.Delivery.Api.CloudWatch;

/// <summary>Writes outputs and errors in the protocol of their request. Outputs hold times as seconds since 1970.</summary>
internal static class CloudWatchAnswer
{
    private const string Xmlns = "http://monitoring.amazonaws.com/doc/2010-08-01/";
    private const string ShapePrefix = "com.amazonaws.cloudwatch#";

    public static Task WriteAsync(HttpContext context, CloudWatchRequest request, JsonObject output)
    {
        var body = request.Protocol switch
        {
            CloudWatchProtocol.Query => Xml($"<{request.Operation}Response xmlns=\"{Xmlns}\"><{request.Operation}Result>{Inner(output)}</{request.Operation}Result>"
                + $"<ResponseMetadata><RequestId>{RequestId(context)}</RequestId></ResponseMetadata></{request.Operation}Response>"),
            CloudWatchProtocol.Json => Json(output),
            CloudWatchProtocol.Cbor => Cbor(output),
        };
        return SendAsync(context, request.Protocol, 200, body);
    }

    public static Task WriteErrorAsync(HttpContext context, CloudWatchProtocol protocol, ApiError error)
    {
        var (code, queryStatus) = CloudWatchErrors.QueryCodeOf(error);
        var fault = error.Status >= 500 ? "Receiver" : "Sender";
        if (protocol == CloudWatchProtocol.Query)
        {
            return SendAsync(context, protocol, queryStatus, Xml(
                $"<ErrorResponse xmlns=\"{Xmlns}\"><Error><Type>{fault}</Type><Code>{Escaped(code)}</Code><Message>{Escaped(error.Message)}</Message></Error><RequestId>{RequestId(context)}</RequestId></ErrorResponse>"));
        }

        // Newer clients show the older name of an error, which this header gives.
        context.Response.Headers["x-amzn-query-error"] = $"{code};{fault}";
        var body = new JsonObject { ["__type"] = ShapePrefix + error.Type, ["message"] = error.Message };
        return SendAsync(context, protocol, error.Status, protocol == CloudWatchProtocol.Json ? Json(body) : Cbor(body));
    }

    private static async Task SendAsync(HttpContext context, CloudWatchProtocol protocol, int status, ReadOnlyMemory<byte> body)
    {
        if (protocol == CloudWatchProtocol.Cbor)
        {
            context.Response.Headers["smithy-protocol"] = "rpc-v2-cbor";
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = protocol switch
        {
            CloudWatchProtocol.Query => "text/xml",
            CloudWatchProtocol.Json => "application/x-amz-json-1.0",
            CloudWatchProtocol.Cbor => "application/cbor",
        };
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static string RequestId(HttpContext context) => context.Response.Headers["x-amzn-RequestId"].ToString();

    private static byte[] Xml(string text) => Encoding.UTF8.GetBytes(text);

    private static ReadOnlyMemory<byte> Json(JsonObject output)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        output.WriteTo(json);
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static byte[] Cbor(JsonObject output)
    {
        var writer = new CborWriter(CborConformanceMode.Lax);
        Write(writer, output, isTime: false);
        return writer.Encode();
    }

    private static bool IsTime(string name) => name is "Timestamp" or "Timestamps";

    private static string Inner(JsonNode? node, bool isTime = false) => node switch
    {
        JsonObject members => string.Concat(members.Select(member => $"<{member.Key}>{Inner(member.Value, IsTime(member.Key))}</{member.Key}>")),
        JsonArray items => string.Concat(items.Select(item => $"<member>{Inner(item, isTime)}</member>")),
        JsonValue seconds when isTime => Time((double)seconds),
        JsonValue value => Escaped(value.ToString()),
        null => "",
        _ => throw new InvalidOperationException("no other kind of node exists"),
    };

    private static string Time(double seconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // What a request put in may hold characters that XML cannot.
    private static string Escaped(string text) =>
        System.Security.SecurityElement.Escape(string.Concat(text.Select(character => XmlConvert.IsXmlChar(character) ? character : '?')));

    private static void Write(CborWriter writer, JsonNode? node, bool isTime)
    {
        switch (node)
        {
            case JsonObject members:
                writer.WriteStartMap(members.Count);
                foreach (var (name, value) in members)
                {
                    writer.WriteTextString(name);
                    Write(writer, value, IsTime(name));
                }

                writer.WriteEndMap();
                break;
            case JsonArray items:
                writer.WriteStartArray(items.Count);
                foreach (var item in items)
                {
                    Write(writer, item, isTime);
                }

                writer.WriteEndArray();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                writer.WriteTextString((string)value!);
                break;
            case JsonValue number:
                if (isTime)
                {
                    writer.WriteTag(CborTag.UnixTimeSeconds);
                }

                writer.WriteDouble((double)number);
                break;
            default:
                writer.WriteNull();
                break;
        }
    }
}
