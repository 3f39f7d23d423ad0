using System.Text.Json;

namespace Cistern.Transform;

/// <summary>A record of an event.</summary>
/// <param name="Data">Null if it has none that is base64.</param>
internal readonly record struct EventRecord(string Id, byte[]? Data);

/// <summary>Takes Firehose's event apart. Lenient about everything that is not needed: event libraries differ.</summary>
internal static class EventReader
{
    /// <exception cref="JsonException">The event is not Firehose's.</exception>
    public static List<EventRecord> Read(ReadOnlySpan<byte> payload)
    {
        var json = new Utf8JsonReader(payload);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("the event is no JSON object; this function is for Firehose");
        }

        List<EventRecord>? records = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isRecords = json.ValueTextEquals("records"u8);
            json.Read();
            if (isRecords && json.TokenType == JsonTokenType.StartArray)
            {
                records = ReadRecords(ref json);
            }

            json.Skip();
        }

        return records ?? throw new JsonException("the event has no array of records; this function is for Firehose");
    }

    private static List<EventRecord> ReadRecords(ref Utf8JsonReader json)
    {
        var records = new List<EventRecord>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject)
            {
                json.Skip();
            }
            else if (ReadRecord(ref json) is { } record)
            {
                records.Add(record);
            }
        }

        return records;
    }

    // One without an id cannot be answered for.
    private static EventRecord? ReadRecord(ref Utf8JsonReader json)
    {
        string? id = null;
        byte[]? data = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var (isId, isData) = (json.ValueTextEquals("recordId"u8), json.ValueTextEquals("data"u8));
            json.Read();
            if (json.TokenType == JsonTokenType.String && isId)
            {
                id = json.GetString();
            }
            else if (json.TokenType == JsonTokenType.String && isData)
            {
                data = json.TryGetBytesFromBase64(out var bytes) ? bytes : null;
            }

            json.Skip();
        }

        return id is null ? null : new EventRecord(id, data);
    }
}
