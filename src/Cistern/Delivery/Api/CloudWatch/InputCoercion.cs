using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Shapes;

namespace Cistern.Delivery.Api.CloudWatch;

/// <summary>Gives values the type of their shape: the query protocol has texts only, CBOR has numbers of several kinds.</summary>
internal static class InputCoercion
{
    /// <exception cref="ApiException">A value cannot be of the shape's type.</exception>
    public static JsonNode? Coerce(JsonNode? value, Shape shape) => (shape, value) switch
    {
        (_, null) => null,
        (Structure structure, JsonObject members) => Members(members, structure),
        (ListShape list, JsonArray items) => new JsonArray([.. items.Select(item => Coerce(item, list.Member))]),
        (TextShape or EnumShape, JsonValue text) when text.GetValueKind() == JsonValueKind.String => text.DeepClone(),
        (FlagShape, JsonValue flag) => Flag(flag),
        (WholeShape, JsonValue number) => (long)Number(number),
        (TimeShape, JsonValue time) => Time(time),
        _ => throw Wrong(value, shape),
    };

    private static JsonObject Members(JsonObject members, Structure structure)
    {
        var read = new JsonObject();
        foreach (var member in structure.Members)
        {
            if (Coerce(members[member.Name], member.Shape) is { } value)
            {
                read[member.Name] = value;
            }
        }

        return read;
    }

    private static JsonValue Flag(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.True => JsonValue.Create(true),
        JsonValueKind.False => JsonValue.Create(false),
        _ when bool.TryParse(value.ToString(), out var flag) => JsonValue.Create(flag),
        _ => throw Wrong(value, Shape.Flag),
    };

    private static JsonValue Time(JsonValue value)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        var isText = value.GetValueKind() == JsonValueKind.String;
        return isText && DateTimeOffset.TryParse(value.ToString(), CultureInfo.InvariantCulture, Utc, out var time)
            ? JsonValue.Create(time.ToUnixTimeMilliseconds() / 1000.0)
            : JsonValue.Create(Number(value));
    }

    private static double Number(JsonValue value) =>
        double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && Math.Abs(number) < 1e15
            ? number
            : throw Wrong(value, Shape.Whole(0));

    private static ApiException Wrong(JsonNode value, Shape shape)
    {
        var shown = value is JsonValue ? value.ToString() : value.GetValueKind().ToString();
        return InputReader.Unreadable($"'{(shown.Length <= 100 ? shown : shown[..100])}' cannot be read as {shape.GetType().Name.Replace("Shape", "", StringComparison.Ordinal)}");
    }
}
