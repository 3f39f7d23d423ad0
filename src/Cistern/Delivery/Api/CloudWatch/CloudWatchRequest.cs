using System.Formats.Cbor;
using System.Text;
using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Shapes;

namespace Cistern.Delivery.Api.CloudWatch;

/// <summary>The protocols that clients of CloudWatch speak: the older AWS CLI the first, newer ones and JavaScript the second, Go and Java the third.</summary>
internal enum CloudWatchProtocol
{
    Query = 0,
    Json = 1,
    Cbor = 2,
}

/// <summary>A request as its protocol names it; the body is not read yet.</summary>
internal sealed record CloudWatchRequest(CloudWatchProtocol Protocol, string Operation)
{
    public const string Service = "GraniteServiceVersion20100801";

    /// <summary>The largest question has 500 queries of half a kilobyte.</summary>
    public const int BodyBytesMax = 1 << 20;

    private const string TargetPrefix = Service + ".";
    private const string CborPrefix = "/service/" + Service + "/operation/";

    /// <summary>Whether a request is for CloudWatch, and what it asks.</summary>
    public static CloudWatchRequest? TryRead(HttpRequest request, ReadOnlySpan<byte> body)
    {
        if (request.Path.Value is { } path && path.StartsWith(CborPrefix, StringComparison.Ordinal))
        {
            return new CloudWatchRequest(CloudWatchProtocol.Cbor, path[CborPrefix.Length..]);
        }

        var target = request.Headers["X-Amz-Target"].ToString();
        if (target.StartsWith(TargetPrefix, StringComparison.Ordinal))
        {
            return new CloudWatchRequest(CloudWatchProtocol.Json, target[TargetPrefix.Length..]);
        }

        // Some clients say that every body is a form; the target says better what it is.
        var isForm = target.Length == 0 && (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ?? false);
        return isForm ? new CloudWatchRequest(CloudWatchProtocol.Query, body.Length <= BodyBytesMax ? QueryInput.ActionOf(body) : "") : null;
    }

    /// <summary>The input as the shape says.</summary>
    /// <exception cref="ApiException">It cannot be read.</exception>
    public JsonObject Read(ReadOnlyMemory<byte> body, Structure shape) => Protocol switch
    {
        CloudWatchProtocol.Query => (JsonObject)InputCoercion.Coerce(QueryInput.Read(body.Span), shape)!,
        CloudWatchProtocol.Cbor => (JsonObject)(InputCoercion.Coerce(CborInput.Read(body), shape) ?? new JsonObject()),
        CloudWatchProtocol.Json => InputReader.Read(body.Span, shape),
    };
}

/// <summary>Reads the query protocol: a form, whose names are paths such as <c>Dimensions.member.1.Name</c>.</summary>
internal static class QueryInput
{
    // The largest question has 500 queries with some 70 members each.
    private const int PairsMax = 50_000;
    private const int PartsMax = 16;

    public static string ActionOf(ReadOnlySpan<byte> body)
    {
        foreach (var (name, value) in Pairs(body))
        {
            if (name == "Action")
            {
                return value;
            }
        }

        return "";
    }

    /// <summary>Objects and arrays of texts.</summary>
    public static JsonObject Read(ReadOnlySpan<byte> body)
    {
        var root = new JsonObject();
        foreach (var (name, value) in Pairs(body).Take(PairsMax))
        {
            if (name is not ("Action" or "Version"))
            {
                Put(root, name.Split('.'), value);
            }
        }

        return root;
    }

    private static IEnumerable<(string Name, string Value)> Pairs(ReadOnlySpan<byte> body) => Encoding.UTF8.GetString(body)
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .Select(pair => (Decoded(pair[0]), pair.Length > 1 ? Decoded(pair[1]) : ""));

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static void Put(JsonObject root, string[] path, string value)
    {
        if (path.Length > PartsMax)
        {
            throw InputReader.Unreadable($"the name {string.Join('.', path[..PartsMax])}… has too many parts");
        }

        JsonObject holder = root;
        for (var place = 0; place < path.Length - 1;)
        {
            if (path[place + 1] != "member")
            {
                holder = Child(holder, path[place++]);
            }
            else if (path.Length > place + 2 && int.TryParse(path[place + 2], out var number)
                && (holder[path[place]] as JsonArray ?? Added(holder, path[place])) is var list && number >= 1 && number <= list.Count + 1)
            {
                // Clients number the members of a list in order; a gap would let a short text make a long list.
                if (number > list.Count)
                {
                    list.Add((JsonNode?)null);
                }

                if (path.Length == place + 3)
                {
                    list[number - 1] = value;
                    return;
                }

                holder = list[number - 1] as JsonObject ?? Replaced(list, number - 1);
                place += 3;
            }
            else
            {
                throw InputReader.Unreadable($"the list {path[place]} has no such member");
            }
        }

        holder[path[^1]] = value;
    }

    private static JsonObject Child(JsonObject holder, string name)
    {
        if (holder[name] is JsonObject child)
        {
            return child;
        }

        var added = new JsonObject();
        holder[name] = added;
        return added;
    }

    private static JsonArray Added(JsonObject holder, string name)
    {
        var added = new JsonArray();
        holder[name] = added;
        return added;
    }

    private static JsonObject Replaced(JsonArray list, int index)
    {
        var added = new JsonObject();
        list[index] = added;
        return added;
    }
}

/// <summary>Reads the body of Smithy's protocol <c>rpc-v2-cbor</c>.</summary>
internal static class CborInput
{
    private const int DepthMax = 32;

    public static JsonNode? Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return null;
        }

        try
        {
            return Read(new CborReader(body, CborConformanceMode.Lax), 0);
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException or ArgumentException)
        {
            throw InputReader.Unreadable($"cannot read the request as CBOR: {error.Message}");
        }
    }

    private static JsonNode? Read(CborReader reader, int depth)
    {
        if (depth > DepthMax)
        {
            throw InputReader.Unreadable($"cannot read the request as CBOR: it is deeper than {DepthMax}");
        }

        switch (reader.PeekState())
        {
            case CborReaderState.StartMap:
                return ReadMap(reader, depth);
            case CborReaderState.StartArray:
                return ReadArray(reader, depth);
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                return JsonValue.Create(reader.ReadTextString());
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                return JsonValue.Create(reader.ReadInt64());
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat:
                return JsonValue.Create(reader.ReadDouble());
            case CborReaderState.Boolean:
                return JsonValue.Create(reader.ReadBoolean());
            case CborReaderState.Tag:
                reader.ReadTag();
                return Read(reader, depth + 1);
            default:
                reader.SkipValue();
                return null;
        }
    }

    private static JsonObject ReadMap(CborReader reader, int depth)
    {
        reader.ReadStartMap();
        var read = new JsonObject();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var name = reader.ReadTextString();
            read[name] = Read(reader, depth + 1);
        }

        reader.ReadEndMap();
        return read;
    }

    private static JsonArray ReadArray(CborReader reader, int depth)
    {
        reader.ReadStartArray();
        var read = new JsonArray();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            read.Add(Read(reader, depth + 1));
        }

        reader.ReadEndArray();
        return read;
    }
}
