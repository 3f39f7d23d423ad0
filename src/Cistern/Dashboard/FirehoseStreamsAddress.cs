using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Query;
using Cistern.Query.Api;

namespace Cistern.Dashboard;

/// <summary><c>/api/firehose</c>: the streams of the local Firehose, what they backed up, and their replay. It hands on what the Firehose says.</summary>
internal sealed partial class FirehoseStreamsAddress(LocalFirehose firehose, ILogger<FirehoseStreamsAddress> logger)
{
    private const int ArnCharactersMax = 512;

    public void Map(RouteGroupBuilder api)
    {
        api.MapMethods("/firehose/streams", [HttpMethods.Get], context => Answer.SendAsync(context, StreamsAsync));
        api.MapMethods("/firehose/backups", [HttpMethods.Get], context => Answer.SendAsync(context, BackupsAsync));
        api.MapMethods("/firehose/replay", [HttpMethods.Post], context => Answer.SendAsync(context, ReplayAsync)).WithMetadata(new NeededScope(KeyScopes.Admin));
    }

    private async Task<Answer> StreamsAsync(HttpContext context)
    {
        if (QueryParameters.Check(context.Request.Query, [], []) is { } problem)
        {
            return Answer.Refused(problem);
        }

        // That there is none is no failure: the dashboard says how to have one.
        if (firehose.Url is null)
        {
            return Answer.Json("""{"firehose":null,"status":null}"""u8.ToArray());
        }

        var (status, refusal) = await firehose.AskAsync(HttpMethod.Get, "", context.RequestAborted);
        if (refusal is not null)
        {
            return Answer.Refused(refusal);
        }

        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteString("firehose"u8, firehose.Name);
        body.Writer.WritePropertyName("status"u8);
        body.Writer.WriteRawValue(status.Span, skipInputValidation: true);
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private async Task<Answer> BackupsAsync(HttpContext context)
    {
        if (ReadStream(context.Request.Query, out var path) is { } problem)
        {
            return Answer.Refused(problem);
        }

        var (body, refusal) = await firehose.AskAsync(HttpMethod.Get, path + "/backups", context.RequestAborted);
        return refusal is null ? Answer.Json(body) : Answer.Refused(refusal);
    }

    private async Task<Answer> ReplayAsync(HttpContext context)
    {
        if (ReadStream(context.Request.Query, out var path) is { } problem)
        {
            return Answer.Refused(problem);
        }

        var (body, refusal) = await firehose.AskAsync(HttpMethod.Post, path + "/replay", context.RequestAborted);
        if (refusal is null)
        {
            Log.Replays(logger, path, Access.Of(context).Name is { Length: > 0 } name ? $"the key '{name}'" : "a signed-in browser");
        }

        return refusal is null ? Answer.Json(body) with { Status = StatusCodes.Status202Accepted } : Answer.Refused(refusal);
    }

    private static QueryProblem? ReadStream(IQueryCollection query, out string path)
    {
        path = "";
        if (QueryParameters.Check(query, ["stream"], []) is { } problem)
        {
            return problem;
        }

        var arn = new QueryParameters(query)["stream"] ?? "";
        path = "/" + Uri.EscapeDataString(arn);
        return arn.Length is > 0 and <= ArnCharactersMax
            ? null
            : new(QueryFault.ParameterInvalid, $"cannot use stream '{(arn.Length > 40 ? arn[..40] + "…" : arn)}'; give the ARN of a stream that /api/firehose/streams names");
    }

    private static partial class Log
    {
        [LoggerMessage(3040, LogLevel.Information, "Replaying {Stream} for {Who}")]
        public static partial void Replays(ILogger logger, string stream, string who);
    }
}
