using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Query;
using Cistern.Query.Model;

namespace Cistern.Dashboard;

/// <summary>Reads the body of <c>POST /api/keys</c>, strictly: an unknown member is a mistake, not to be passed over.</summary>
internal static class NewKeyReader
{
    private const string Members = "name, scopes, streams, signals, cloudFrontFields, expires";

    public static (NewKey Key, QueryProblem? Problem) Read(byte[] body, DateTimeOffset now)
    {
        var key = new NewKey { Name = "" };
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return (key, Malformed($"cannot read the body: it is not an object with {Members}"));
            }

            QueryProblem? problem = null;
            foreach (var member in document.RootElement.EnumerateObject())
            {
                key = Read(key, member, now, out var wrong);
                problem ??= wrong;
            }

            return (key, problem);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second for half a surrogate pair, which is JSON and no text.
            return (key, Malformed($"cannot read the body as JSON: {error.Message}"));
        }
    }

    private static NewKey Read(NewKey key, JsonProperty member, DateTimeOffset now, out QueryProblem? problem)
    {
        problem = null;
        return member.Name switch
        {
            "name" => key with { Name = Text(member, ref problem) },
            "cloudFrontFields" => key with { CloudFrontFields = Text(member, ref problem) },
            "scopes" => key with { Scopes = Scopes(List(member, ref problem), ref problem) },
            "streams" => key with { Streams = List(member, ref problem) },
            "signals" => key with { Signals = List(member, ref problem) },
            "expires" => key with { Expires = Moment(member, now, ref problem) },
            _ => Unknown(key, member, ref problem),
        };
    }

    private static NewKey Unknown(NewKey key, JsonProperty member, ref QueryProblem? problem)
    {
        problem = new(QueryFault.ParameterInvalid, $"cannot use the member '{member.Name}': a key has {Members}");
        return key;
    }

    private static string Text(JsonProperty member, ref QueryProblem? problem)
    {
        problem = member.Value.ValueKind == JsonValueKind.String ? problem : new(QueryFault.ParameterInvalid, $"cannot use {member.Name}: it must be a text");
        return problem is null ? member.Value.GetString()! : "";
    }

    private static string[] List(JsonProperty member, ref QueryProblem? problem)
    {
        var isList = member.Value.ValueKind == JsonValueKind.Array
            && member.Value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && item.GetString()!.Length > 0);
        problem = isList ? problem : new(QueryFault.ParameterInvalid, $"cannot use {member.Name}: it must be a list of texts, none of them empty");
        return isList ? [.. member.Value.EnumerateArray().Select(item => item.GetString()!)] : [];
    }

    private static KeyScopes Scopes(string[] names, ref QueryProblem? problem)
    {
        var scopes = ScopeNames.Parse(names, out var unknown);
        problem = unknown is null ? problem : new(QueryFault.ParameterInvalid, $"cannot use the scope '{unknown}'; scopes are {ScopeNames.All}");
        return scopes;
    }

    private static DateTimeOffset? Moment(JsonProperty member, DateTimeOffset now, ref QueryProblem? problem)
    {
        if (member.Value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var moment = now;
        var ok = member.Value.ValueKind == JsonValueKind.String && Moments.TryParse(member.Value.GetString()!, now, out moment);
        problem = ok ? problem : new(QueryFault.ParameterInvalid, $"cannot use expires {member.Value.GetRawText()}: write a time such as 2027-01-31T00:00:00Z or now+30d, or null for never");
        return moment;
    }

    private static QueryProblem Malformed(string detail) => new(QueryFault.BodyMalformed, detail);
}
