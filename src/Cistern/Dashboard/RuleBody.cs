using System.Text.Json;
using Cistern.Query;
using Cistern.Query.Api;

namespace Cistern.Dashboard;

/// <summary>The body of a change of rules, read strictly: an unknown member is a mistake, not to be passed over.</summary>
internal sealed class RuleBody
{
    private readonly Dictionary<string, string> _texts = [];

    private RuleBody()
    {
    }

    /// <summary>The items of the one member that is a list.</summary>
    public IReadOnlyList<string> Items { get; private set; } = [];

    /// <summary>A text; empty if it was left out.</summary>
    public string this[string name] => _texts.GetValueOrDefault(name, "");

    /// <param name="texts">Members that are texts.</param>
    /// <param name="list">The member that is a list of texts, if there is one.</param>
    public static async Task<(RuleBody Body, QueryProblem? Problem)> ReadAsync(HttpContext context, int bytesMax, string[] texts, string? list = null)
    {
        var body = new RuleBody();
        var (bytes, problem) = await RequestBody.ReadAsync(context.Request, "application/json", bytesMax, context.RequestAborted);
        return (body, problem ?? body.Read(bytes, texts, list));
    }

    private QueryProblem? Read(byte[] bytes, string[] texts, string? list)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.EnumerateObject().Select(member => Read(member, texts, list)).FirstOrDefault(problem => problem is not null)
                : new(QueryFault.BodyMalformed, $"cannot read the body: it is not an object with {string.Join(", ", texts.Append(list).OfType<string>())}");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second for half a surrogate pair, which is JSON and no text.
            return new(QueryFault.BodyMalformed, $"cannot read the body as JSON: {error.Message}");
        }
    }

    private QueryProblem? Read(JsonProperty member, string[] texts, string? list)
    {
        if (member.Name == list)
        {
            var isList = member.Value.ValueKind == JsonValueKind.Array && member.Value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);
            Items = isList ? [.. member.Value.EnumerateArray().Select(item => item.GetString()!)] : [];
            return isList ? null : new(QueryFault.ParameterInvalid, $"cannot use {list}: it must be a list of texts");
        }

        if (!texts.Contains(member.Name))
        {
            return new(QueryFault.ParameterInvalid, $"cannot use the member '{member.Name}': members are {string.Join(", ", texts.Append(list).OfType<string>())}");
        }

        if (member.Value.ValueKind != JsonValueKind.String || !_texts.TryAdd(member.Name, member.Value.GetString()!))
        {
            return new(QueryFault.ParameterInvalid, $"cannot use {member.Name}: it must be a text, once");
        }

        return null;
    }
}
