using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cistern.Delivery.Api.Shapes;

/// <summary>Reads a JSON text as the shape says. Members that the shape does not know are left out; what has another type is an error.</summary>
/// <remarks>The texts of the errors are those that AWS's own JSON reader gives, as far as they are known.</remarks>
internal static class InputReader
{
    private const int DepthMax = 64;

    /// <exception cref="ApiException">SerializationException: the text is not JSON, or a member has the wrong type.</exception>
    public static JsonObject Read(ReadOnlySpan<byte> json, Structure shape)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthMax });
        try
        {
            reader.Read();
            var value = ReadValue(ref reader, shape) as JsonObject ?? throw Unreadable("the request is not a JSON object");
            reader.Read();
            return value;
        }
        catch (JsonException error)
        {
            throw Unreadable($"cannot read the request as JSON: {Shorten(error.Message)}");
        }
        catch (InvalidOperationException)
        {
            // A text that is no UTF-8, or half of a surrogate pair.
            throw Unreadable("cannot read the request as JSON: a text holds bytes or escapes that are no characters");
        }
    }

    public static ApiException Unreadable(string message) => new(ApiErrors.Serialization(message));

    private static JsonNode? ReadValue(ref Utf8JsonReader reader, Shape shape)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        return shape switch
        {
            Structure structure => ReadStructure(ref reader, structure),
            MapShape map => ReadMap(ref reader, map),
            ListShape list => ReadList(ref reader, list),
            TextShape or EnumShape => ReadText(ref reader),
            BlobShape => ReadBlob(ref reader),
            FlagShape => ReadFlag(ref reader),
            WholeShape => ReadWhole(ref reader),
            _ => ReadNumber(ref reader),
        };
    }

    private static JsonObject ReadStructure(ref Utf8JsonReader reader, Structure structure)
    {
        Expect(ref reader, JsonTokenType.StartObject, "a structure");
        var read = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var member = structure.Find(reader.GetString()!);
            reader.Read();
            if (member is null)
            {
                reader.Skip();
            }
            else if (ReadValue(ref reader, member.Shape) is { } value)
            {
                // The last one counts, as with most JSON readers.
                read[member.Name] = value;
            }
        }

        return read;
    }

    private static JsonObject ReadMap(ref Utf8JsonReader reader, MapShape map)
    {
        Expect(ref reader, JsonTokenType.StartObject, "a map");
        var read = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            read[name] = ReadValue(ref reader, map.Value);
        }

        return read;
    }

    private static JsonArray ReadList(ref Utf8JsonReader reader, ListShape list)
    {
        Expect(ref reader, JsonTokenType.StartArray, "a list");
        var read = new JsonArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            read.Add(ReadValue(ref reader, list.Member));
        }

        return read;
    }

    private static JsonValue ReadText(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.String, "String");
        return JsonValue.Create(reader.GetString()!);
    }

    private static JsonValue ReadBlob(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.String, "Blob");
        if (!reader.TryGetBytesFromBase64(out _))
        {
            throw Unreadable("a blob is not base64");
        }

        return JsonValue.Create(reader.GetString()!);
    }

    private static JsonValue ReadFlag(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => JsonValue.Create(true),
        JsonTokenType.False => JsonValue.Create(false),
        _ => throw Mismatch(reader.TokenType, "Boolean"),
    };

    // A fraction is cut off, as AWS does.
    private static JsonValue ReadWhole(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.Number, "Integer");
        return JsonValue.Create(reader.TryGetInt64(out var whole) ? whole : (long)Math.Clamp(reader.GetDouble(), long.MinValue, long.MaxValue));
    }

    private static JsonValue ReadNumber(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.Number, "Double");
        var number = reader.GetDouble();
        return double.IsFinite(number) ? JsonValue.Create(number) : throw Unreadable("a number is too large");
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string wanted)
    {
        if (reader.TokenType != type)
        {
            throw Mismatch(reader.TokenType, wanted);
        }
    }

    private static ApiException Mismatch(JsonTokenType found, string wanted) => found switch
    {
        JsonTokenType.StartObject => Unreadable("Start of structure or map found where not expected."),
        JsonTokenType.StartArray => Unreadable("Start of list found where not expected"),
        _ => Unreadable($"{Name(found)} can not be converted to {wanted}"),
    };

    private static string Name(JsonTokenType type) => type switch
    {
        JsonTokenType.String => "STRING_VALUE",
        JsonTokenType.Number => "NUMBER_VALUE",
        JsonTokenType.True => "TRUE_VALUE",
        JsonTokenType.False => "FALSE_VALUE",
        _ => type.ToString(),
    };

    private static string Shorten(string text) => text.Length <= 300 ? text : string.Concat(text.AsSpan(0, 300), "…");
}
