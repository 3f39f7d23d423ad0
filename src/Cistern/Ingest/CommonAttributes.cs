using System.Globalization;
using System.Text.Json;

namespace Cistern.Ingest;

/// <summary>What a stream's operator attached to each of its deliveries.</summary>
internal static class CommonAttributes
{
    private const string Wrapper = "commonAttributes";

    /// <summary>The fields of the stream's lines.</summary>
    public const string FieldsName = "cloudfront-fields";

    /// <summary>Percent of requests that the stream's lines are of.</summary>
    public const string SamplingName = "cloudfront-sampling";

    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    /// <summary>Reads <c>{"commonAttributes":{…}}</c>, or the inner object alone, as AWS prints it.</summary>
    public static bool TryRead(string header, out IReadOnlyDictionary<string, string> attributes)
    {
        attributes = None;
        if (header.Length == 0)
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(header);
            var root = document.RootElement;
            var inner = root.ValueKind == JsonValueKind.Object && root.TryGetProperty(Wrapper, out var wrapped) && wrapped.ValueKind == JsonValueKind.Object ? wrapped : root;
            if (inner.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            attributes = Read(inner);
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped half of a surrogate pair, which is JSON but no text.
            return false;
        }
    }

    /// <summary>The field list of CloudFront lines; an attribute holds 1,024 characters, so that a long list comes in several.</summary>
    public static string CloudFrontFields(IReadOnlyDictionary<string, string> attributes)
    {
        var parts = new List<string>();
        for (var number = 1; attributes.TryGetValue(PartName(number), out var part); number++)
        {
            parts.Add(part);
        }

        return string.Join(',', parts.Where(part => !string.IsNullOrWhiteSpace(part)));
    }

    /// <summary>How many requests a line stands for; false if the attribute is there and is no percentage.</summary>
    public static bool TryReadWeight(IReadOnlyDictionary<string, string> attributes, out double weight)
    {
        weight = 1;
        if (!attributes.TryGetValue(SamplingName, out var text))
        {
            return true;
        }

        var ok = double.TryParse(text.Trim().TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100;
        weight = ok ? 100 / percent : 1;
        return ok;
    }

    private static string PartName(int number) => number == 1 ? FieldsName : string.Create(CultureInfo.InvariantCulture, $"{FieldsName}-{number}");

    // Values are texts by the protocol; another kind is kept as it is written rather than lost.
    private static Dictionary<string, string> Read(JsonElement inner)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in inner.EnumerateObject())
        {
            attributes[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
        }

        return attributes;
    }
}
