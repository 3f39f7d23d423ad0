using System.Text.Json;
using System.Text.Json.Serialization;
using Cistern.Operations;

namespace Cistern.Query.Model;

/// <summary>The body of <c>POST /api/query</c>, as it is written.</summary>
internal sealed record QueryModel
{
    public string? Signal { get; init; }

    [JsonConverter(typeof(MomentText))]
    public string? From { get; init; }

    [JsonConverter(typeof(MomentText))]
    public string? To { get; init; }

    public IReadOnlyList<string>? Measures { get; init; }

    public IReadOnlyList<string>? By { get; init; }

    public string? Where { get; init; }

    public string? Having { get; init; }

    public string? Order { get; init; }

    public int? Limit { get; init; }

    public bool Compare { get; init; }

    public string? Tz { get; init; }

    /// <summary>Members that nothing here knows: kept, so that the refusal can say which was meant.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    private static string[] Members { get; } = ["signal", "from", "to", "measures", "by", "where", "having", "order", "limit", "compare", "tz"];

    /// <summary>Reads a body strictly.</summary>
    public static QueryProblem? Read(ReadOnlySpan<byte> body, out QueryModel model)
    {
        model = new();
        try
        {
            model = JsonSerializer.Deserialize(body, QueryJson.Default.QueryModel) ?? model;
        }
        catch (JsonException wrong)
        {
            return new(QueryFault.BodyMalformed, $"cannot read the question as JSON: {wrong.Message}");
        }

        return model.Unknown?.Keys.FirstOrDefault() is { } unknown
            ? new(QueryFault.BodyMalformed, $"cannot use member '{unknown}': a question has none of that name{Nearest.Hint(unknown, Members, $"; use {string.Join(", ", Members)}")}")
            : null;
    }
}

/// <summary>A moment in JSON: text, or milliseconds since 1970 as a number.</summary>
internal sealed class MomentText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number when reader.TryGetInt64(out var number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new JsonException($"a time is text or a whole number; {Moments.Forms}"),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QueryModel))]
internal sealed partial class QueryJson : JsonSerializerContext;
