using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Query.Api;
using Cistern.Store;

namespace Cistern.Dashboard;

/// <summary><c>/api/rules/history</c> and <c>/api/rules/reclassify</c>: by which rules the stored requests were classified, and to have them all classified by those in force.</summary>
internal sealed partial class RulesHistory(IStore store, ILogger<RulesHistory> logger)
{
    public void Map(RouteGroupBuilder api)
    {
        api.MapMethods("/rules/history", [HttpMethods.Get], context => AnswerAsync(context, Tell));
        api.MapMethods("/rules/reclassify", [HttpMethods.Post], context => AnswerAsync(context, () => Begin(context))).WithMetadata(new NeededScope(KeyScopes.Admin));
    }

    /// <summary>Writes the members <c>changes</c> and <c>history</c> of an object.</summary>
    public static void WriteMembers(Utf8JsonWriter json, RulesStatus status, StoreTraits traits)
    {
        json.WriteStartArray("changes"u8);
        foreach (var change in status.Changes)
        {
            json.WriteStartObject();
            json.WriteString("version"u8, change.Version);
            json.WriteString("taken"u8, JsonValues.Time(change.Taken));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("history"u8);
        json.WriteNumber("rows"u8, status.Rows.All);
        json.WriteNumber("rowsNow"u8, status.Rows.Now);
        json.WriteNumber("files"u8, status.Files.All);
        json.WriteNumber("filesNow"u8, status.Files.Now);
        json.WriteBoolean("running"u8, status.Running);
        json.WriteString("failed"u8, status.Failed);
        json.WriteBoolean("possible"u8, traits.Reclassifies);
        json.WriteEndObject();
    }

    private static Task AnswerAsync(HttpContext context, Func<Answer> handle) => Answer.SendAsync(context, async _ =>
        QueryParameters.Check(context.Request.Query, [], []) is { } problem ? Answer.Refused(problem) : await Task.Run(handle));

    private Answer Tell()
    {
        var status = store.GetRules();
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteString("version"u8, status.Version);
        WriteMembers(body.Writer, status, store.Traits);
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private Answer Begin(HttpContext context)
    {
        if (!store.Traits.Reclassifies)
        {
            return Answer.Refused(new ProblemDetails(
                StatusCodes.Status501NotImplemented, "store-cannot", "The store does not do this", "this store keeps its rows as they were classified when they came; the rules in force hold for those that come from now on"));
        }

        try
        {
            store.Reclassify();
        }
        catch (IOException error)
        {
            return Answer.Refused(new ProblemDetails(StatusCodes.Status503ServiceUnavailable, "unavailable", "The request cannot be written down", error.Message, RetryAfterSeconds: 2));
        }

        Log.Asked(logger, Access.Of(context).Name is { Length: > 0 } name ? $"the key '{name}'" : "a signed-in browser");
        return Tell() with { Status = StatusCodes.Status202Accepted };
    }

    private static partial class Log
    {
        [LoggerMessage(3040, LogLevel.Information, "All stored requests are being classified by the rules in force, for {Who}")]
        public static partial void Asked(ILogger logger, string who);
    }
}
