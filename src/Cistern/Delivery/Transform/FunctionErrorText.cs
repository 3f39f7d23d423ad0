using System.Text;
using System.Text.Json;
using Cistern.Formats.Deliveries;

namespace Cistern.Delivery.Transform;

/// <summary>What a function says of its failure, <c>{"errorType":"TypeError","errorMessage":"…"}</c>, as one text.</summary>
internal static class FunctionErrorText
{
    private const int RawCharactersMax = 300;

    /// <param name="type">The type if the body names none.</param>
    public static string Read(ReadOnlySpan<byte> body, string type = "")
    {
        var message = "";
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
            message = ""; // Then the body itself says most.
        }

        message = message.Length > 0 || body.IsEmpty ? message : Encoding.UTF8.GetString(body[..Math.Min(body.Length, RawCharactersMax)]);
        return type.Length == 0 ? message : message.Length == 0 ? type : $"{type}: {message}";
    }

    private static void ReadMembers(ref Utf8JsonReader json, ref string type, ref string message)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isType = JsonText.Is(ref json, "errorType"u8);
            var isMessage = JsonText.Is(ref json, "errorMessage"u8);
            json.Read();
            if ((isType || isMessage) && json.TokenType == JsonTokenType.String && JsonText.TryGet(ref json, out var text))
            {
                (type, message) = isType ? (text, message) : (type, text);
            }

            json.Skip();
        }
    }
}
