using System.Text;
using System.Text.Json;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats.CloudWatchLogs;

/// <summary>Makes documents of CloudWatch Logs, and decodes them.</summary>
internal static class LogEnvelopes
{
    public const long Time = 1_760_000_000_123;

    /// <summary>One document with an event a message.</summary>
    public static string Document(params string[] messages)
    {
        var events = messages.Select((message, place) => $"{{\"id\":\"{place + 1}\",\"timestamp\":{Time + place},\"message\":{JsonSerializer.Serialize(message)}}}");
        return WithEvents(string.Join(',', events));
    }

    /// <summary>One document with these events, as JSON.</summary>
    public static string WithEvents(string events) =>
        $"{{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"111122223333\",\"logGroup\":\"/own/app\",\"logStream\":\"i-0\",\"subscriptionFilters\":[\"own\"],\"logEvents\":[{events}]}}";

    /// <summary>The row of one message.</summary>
    public static Dictionary<string, string> RowOf(string message)
    {
        var into = Bodies.DecodeRecords(Bodies.Logs, Document(message));
        Assert.Equal((1, 0), (into.Logs.RowCount, into.Rejects.RowCount));
        return Rows.Of(into.Logs, 0);
    }

    public static string LevelOf(string message) => RowOf(message).GetValueOrDefault("level", "");

    /// <summary>The fields of one message, without the name of the column.</summary>
    public static Dictionary<string, string> FieldsOf(string message) =>
        RowOf(message).Where(pair => pair.Key.StartsWith("fields[", StringComparison.Ordinal)).ToDictionary(pair => pair.Key["fields[".Length..^1], pair => pair.Value);

    public static string[] Messages(DecodedDelivery into) => [.. Enumerable.Range(0, into.Logs.RowCount).Select(row => Encoding.UTF8.GetString(into.Logs.Text("message")[row]))];

    public static DecodedDelivery DecodeBytes(DeliveryContext context, params byte[][] records) => Bodies.Decode(context, Bodies.Envelope(records.AsEnumerable()));

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
