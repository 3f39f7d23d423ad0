using Cistern.Commands.Replaying;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Shared;
using Cistern.Query.Api;

namespace Cistern.Dashboard;

/// <summary><c>/api/rejects/replay</c>: sends what could not be decoded to this server again, after an upgrade or a change of settings, and says how that goes.</summary>
internal sealed class RejectReplayAddress(RejectReplay replay, SharedFolder shared)
{
    public void Map(RouteGroupBuilder api)
    {
        api.MapMethods("/rejects/replay", [HttpMethods.Get], context => Answer.SendAsync(context, TellAsync));
        api.MapMethods("/rejects/replay", [HttpMethods.Post], context => Answer.SendAsync(context, StartAsync)).WithMetadata(new NeededScope(KeyScopes.Admin));
    }

    private async Task<Answer> TellAsync(HttpContext context)
    {
        if (QueryParameters.Check(context.Request.Query, [], []) is { } problem)
        {
            return Answer.Refused(problem);
        }

        await shared.TryRefreshAsync();
        return Try(Tell);
    }

    private async Task<Answer> StartAsync(HttpContext context)
    {
        if (QueryParameters.Check(context.Request.Query, ["where", "from", "to"], []) is { } problem)
        {
            return Answer.Refused(problem);
        }

        var parameters = new QueryParameters(context.Request.Query);
        var question = new RejectQuestion(parameters["where"] ?? "", parameters["from"] ?? "-30d", parameters["to"] ?? "now");
        return await Task.Run(() => Try(() => replay.TryStart(question)
            ? Tell() with { Status = StatusCodes.Status202Accepted }
            : Answer.Refused(new ProblemDetails(StatusCodes.Status409Conflict, "replay-running", "Rejects are being replayed", "a replay of rejects runs; wait for its end"))));
    }

    private static Answer Try(Func<Answer> answer)
    {
        try
        {
            return answer();
        }
        catch (IOException error)
        {
            return Answer.Refused(new ProblemDetails(StatusCodes.Status503ServiceUnavailable, "unavailable", "Replays cannot be looked at now", error.Message, RetryAfterSeconds: 2));
        }
    }

    private Answer Tell()
    {
        using var body = new AnswerBody();
        var json = body.Writer;
        json.WriteStartObject();
        json.WritePropertyName("replay"u8);
        if (replay.Last is { } last)
        {
            json.WriteStartObject();
            json.WriteString("state"u8, last.Ended is null ? "running" : last.Problem is null ? "done" : "failed");
            json.WriteString("started"u8, JsonValues.Time(last.Started));
            json.WriteString("ended"u8, last.Ended is { } ended ? JsonValues.Time(ended) : null);
            json.WriteNumber("rejects"u8, last.Rejects);
            json.WriteNumber("deliveries"u8, last.Deliveries);
            json.WriteNumber("rows"u8, last.Rows);
            json.WriteNumber("repeats"u8, last.Repeats);
            json.WriteNumber("rejected"u8, last.Rejected);
            json.WriteString("message"u8, last.Problem);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
        return body.ToAnswer();
    }
}
