using System.Text.Json;

namespace Cistern.Commands.Asking;

/// <summary>A question to <c>/api/query</c>, as JSON.</summary>
internal sealed record Question
{
    public string Signal { get; init; } = "requests";

    public string From { get; init; } = "-24h";

    public string To { get; init; } = "now";

    public IReadOnlyList<string> Measures { get; init; } = [];

    public IReadOnlyList<string> By { get; init; } = [];

    public string Where { get; init; } = "";

    public string? Having { get; init; }

    public string? Order { get; init; }

    public int? Limit { get; init; }

    public bool Compare { get; init; }

    public string? TimeZone { get; init; }

    public ReadOnlyMemory<byte> ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("signal", Signal);
            json.WriteString("from", From);
            json.WriteString("to", To);
            WriteList(json, "measures", Measures);
            WriteList(json, "by", By);
            WriteIfSet(json, "where", Where);
            WriteIfSet(json, "having", Having);
            WriteIfSet(json, "order", Order);
            if (Limit is { } limit)
            {
                json.WriteNumber("limit", limit);
            }

            if (Compare)
            {
                json.WriteBoolean("compare", true);
            }

            WriteIfSet(json, "tz", TimeZone);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }

    private static void WriteIfSet(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }
}
