using System.Globalization;
using System.Text.Json;

namespace Cistern.Enrich.Proof;

/// <summary>What was read of a published list.</summary>
/// <param name="CreatedAt">When its operator says that it was made; null if that is not said.</param>
internal sealed record ReadList(DateTimeOffset? CreatedAt, IReadOnlyList<NetPrefix> Prefixes);

/// <summary>Reads a list as operators publish it.</summary>
/// <remarks>
/// Four shapes: a JSON object with <c>prefixes</c>, whose items hold <c>ipv4Prefix</c>, <c>ipv6Prefix</c> or <c>ip_prefix</c>; the same within an HTML page; a geofeed
/// (RFC 8805: CSV, the prefix first); plain text, one prefix a line. A list that cannot be read as a whole is refused: half a list would call true claims false.
/// </remarks>
internal static class ListReader
{
    private const int PrefixesMax = 200_000;

    private static readonly string[] PrefixNames = ["ipv4Prefix", "ipv6Prefix", "ip_prefix", "ipv6_prefix"];

    /// <summary>Null with a reason if it is no list.</summary>
    public static ReadList? Read(string text, out string problem)
    {
        var trimmed = text.TrimStart('\uFEFF', ' ', '\r', '\n', '\t');
        var list = trimmed.StartsWith('{') ? ReadJson(trimmed, out problem)
            : trimmed.StartsWith('<') ? ReadPage(trimmed, out problem)
            : ReadLines(trimmed, out problem);
        if (list is { Prefixes.Count: 0 })
        {
            problem = "it holds no prefix";
            return null;
        }

        return list;
    }

    private static ReadList? ReadJson(string text, out string problem)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return ReadObject(document.RootElement, out problem);
        }
        catch (JsonException error)
        {
            problem = $"it is no JSON: {error.Message}";
            return null;
        }
    }

    private static ReadList? ReadObject(JsonElement root, out string problem)
    {
        if (!root.TryGetProperty("prefixes", out var items) || items.ValueKind != JsonValueKind.Array)
        {
            problem = "it has no array 'prefixes'";
            return null;
        }

        List<NetPrefix> prefixes = [];
        foreach (var item in items.EnumerateArray())
        {
            if (!TryReadItem(item, out var prefix) || prefixes.Count == PrefixesMax)
            {
                problem = prefixes.Count == PrefixesMax ? $"it has more than {PrefixesMax} prefixes" : $"item {prefixes.Count + 1} of 'prefixes' holds no prefix: {Short(item.GetRawText())}";
                return null;
            }

            prefixes.Add(prefix);
        }

        problem = "";
        return new ReadList(ReadCreation(root), prefixes);
    }

    private static bool TryReadItem(JsonElement item, out NetPrefix prefix)
    {
        prefix = default;
        if (item.ValueKind == JsonValueKind.String)
        {
            return NetPrefix.TryParse(item.GetString(), out prefix);
        }

        if (item.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        JsonElement[] values = [.. item.EnumerateObject().Where(member => PrefixNames.Contains(member.Name)).Select(member => member.Value)];
        return values is [{ ValueKind: JsonValueKind.String } value] && NetPrefix.TryParse(value.GetString(), out prefix);
    }

    private static DateTimeOffset? ReadCreation(JsonElement root) =>
        root.TryGetProperty("creationTime", out var created) && created.ValueKind == JsonValueKind.String
        && DateTimeOffset.TryParse(created.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    // The object begins at the last brace before the word, as far as any is read as one.
    private static ReadList? ReadPage(string text, out string problem)
    {
        var decoded = System.Net.WebUtility.HtmlDecode(text);
        var word = decoded.IndexOf("\"prefixes\"", StringComparison.Ordinal);
        var start = word < 0 ? -1 : decoded.LastIndexOf('{', word);
        if (start < 0)
        {
            problem = "the page holds no JSON object with 'prefixes'";
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(decoded[start..]));
            using var document = JsonDocument.ParseValue(ref reader);
            return ReadObject(document.RootElement, out problem);
        }
        catch (JsonException error)
        {
            problem = $"the JSON within the page cannot be read: {error.Message}";
            return null;
        }
    }

    private static ReadList? ReadLines(string text, out string problem)
    {
        List<NetPrefix> prefixes = [];
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var cell = raw.Split('#', 2)[0].Split(',', 2)[0].Trim();
            if (cell.Length == 0)
            {
                continue;
            }

            if (!NetPrefix.TryParse(cell, out var prefix) || prefixes.Count == PrefixesMax)
            {
                problem = prefixes.Count == PrefixesMax ? $"it has more than {PrefixesMax} prefixes" : $"line {number} begins with no prefix: {Short(cell)}";
                return null;
            }

            prefixes.Add(prefix);
        }

        problem = "";
        return new ReadList(null, prefixes);
    }

    private static string Short(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 80), "…");
}
