using System.Text;
using Cistern.Enrich.Kinds;
using Cistern.Enrich.Rules;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Shared;
using Cistern.Query;
using Cistern.Query.Api;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Dashboard;

/// <summary><c>/api/rules</c>: tells the rules in force, and changes those of the operator's own for whoever may administer. A change is in force before it is answered.</summary>
internal sealed partial class RulesAddress(RuleStore rules, RuleEditor editor, IStore store, SharedFolder shared, TimeProvider time, ILogger<RulesAddress> logger)
{
    private const int BodyBytesMax = 512 << 10;
    private const int ListBytesMax = 16 << 20;

    // A byte of the file may be six in JSON.
    private const int RobotsBodyMax = (RobotsTxt.BytesMax * 6) + (4 << 10);

    private static readonly string[] AgentMembers = ["token", "form", "agent", "operator", "class", "robots"];
    private static readonly string[] RobotsMembers = ["host", "from", "text"];

    public void Map(RouteGroupBuilder api)
    {
        var admin = new NeededScope(KeyScopes.Admin);
        api.MapMethods("/rules", [HttpMethods.Get], context => AnswerAsync(context, TellAsync));
        api.MapMethods("/rules/agents", [HttpMethods.Post], context => AnswerAsync(context, AddAgentAsync)).WithMetadata(admin);
        api.MapMethods("/rules/agents/{token}", [HttpMethods.Delete], context => AnswerAsync(context, RemoveAgentAsync)).WithMetadata(admin);
        api.MapMethods("/rules/lists/{id}", [HttpMethods.Post], context => AnswerAsync(context, ImportListAsync, "from", "force")).WithMetadata(admin);
        api.MapMethods("/rules/robots", [HttpMethods.Post], context => AnswerAsync(context, AddRobotsAsync)).WithMetadata(admin);
        api.MapMethods("/rules/robots/{host}/{from}", [HttpMethods.Delete], context => AnswerAsync(context, RemoveRobotsAsync)).WithMetadata(admin);
        api.MapMethods("/rules/sites", [HttpMethods.Put], context => AnswerAsync(context, SetSitesAsync)).WithMetadata(admin);
    }

    private static Task AnswerAsync(HttpContext context, Func<HttpContext, Task<Answer>> handle, params string[] parameters) => Answer.SendAsync(context, async _ =>
    {
        if (QueryParameters.Check(context.Request.Query, parameters, []) is { } problem)
        {
            return Answer.Refused(problem);
        }

        try
        {
            return await handle(context);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or (IOException and not BadHttpRequestException))
        {
            return Answer.Refused(new ProblemDetails(StatusCodes.Status503ServiceUnavailable, "unavailable", "The rules cannot be read or written", error.Message, RetryAfterSeconds: 2));
        }
    });

    private Task<Answer> TellAsync(HttpContext context) => Task.Run(() => RulesAnswer.Write(rules, store.GetRules(), store.Traits, shared.Rules, time.GetUtcNow()));

    private async Task<Answer> AddAgentAsync(HttpContext context)
    {
        var (body, problem) = await RuleBody.ReadAsync(context, BodyBytesMax, AgentMembers);
        var agent = new NewAgent(body["token"], body["form"], body["agent"], body["operator"], body["class"], body["robots"]);
        return problem is null ? await ChangeAsync(context, "Added the agent", agent.Token, () => editor.AddAgent(agent)) : Answer.Refused(problem);
    }

    private Task<Answer> RemoveAgentAsync(HttpContext context)
    {
        var token = RawPath.LastPart(context);
        return ChangeAsync(context, "Removed the agent", token, () => editor.RemoveAgent(token));
    }

    private async Task<Answer> AddRobotsAsync(HttpContext context)
    {
        var (body, problem) = await RuleBody.ReadAsync(context, RobotsBodyMax, RobotsMembers);
        var from = time.GetUtcNow();
        problem ??= body["from"].Length > 0 ? ReadMoment(body["from"], out from) : null;
        return problem is null ? await ChangeAsync(context, "Added a robots.txt of", body["host"], () => editor.AddRobots(body["host"], from, body["text"])) : Answer.Refused(problem);
    }

    private async Task<Answer> RemoveRobotsAsync(HttpContext context)
    {
        var host = (string)context.Request.RouteValues["host"]!;
        return ReadMoment(RawPath.LastPart(context), out var from) is { } problem
            ? Answer.Refused(problem)
            : await ChangeAsync(context, "Removed a robots.txt of", host, () => editor.RemoveRobots(host, from));
    }

    private async Task<Answer> SetSitesAsync(HttpContext context)
    {
        var (body, problem) = await RuleBody.ReadAsync(context, BodyBytesMax, [], "hosts");
        return problem is null ? await ChangeAsync(context, "Set hosts of our own:", string.Join(' ', body.Items.Take(5)), () => editor.SetSites(body.Items)) : Answer.Refused(problem);
    }

    private async Task<Answer> ImportListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context.Request.Query);
        var (force, from) = (parameters["force"] ?? "false", time.GetUtcNow());
        var problem = force is "true" or "false" ? null : new QueryProblem(QueryFault.ParameterInvalid, $"cannot use force '{force}'; use true or false");
        problem ??= parameters["from"] is { } moment ? ReadMoment(moment, out from) : null;
        var bytes = Array.Empty<byte>();
        if (problem is null)
        {
            (bytes, problem) = await RequestBody.ReadAsync(context.Request, "text/plain", ListBytesMax, context.RequestAborted);
        }

        return problem is null
            ? await ImportAsync(context, (string)context.Request.RouteValues["id"]!, Encoding.UTF8.GetString(bytes), parameters["from"] is null ? null : from, force == "true")
            : Answer.Refused(problem);
    }

    private async Task<Answer> ImportAsync(HttpContext context, string list, string text, DateTimeOffset? from, bool force)
    {
        var import = await Task.Run(() => editor.ImportList(list, text, from, force));
        if (import.File is not { } file)
        {
            return Answer.Refused(new ProblemDetails(StatusCodes.Status400BadRequest, "list-invalid", "The list cannot be taken", import.Problem));
        }

        await Task.Run(rules.ReloadNow);
        Log.Changed(logger, "Imported the list", list, NameOf(context));
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteNumber("prefixes"u8, import.Prefixes);
        body.Writer.WriteNumber("prefixesBefore"u8, import.PrefixesBefore);
        body.Writer.WriteString("file"u8, Path.GetFileName(file));
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private async Task<Answer> ChangeAsync(HttpContext context, string what, string name, Func<RuleChange> change)
    {
        var made = await Task.Run(change);
        switch (made.Fault)
        {
            case RuleFault.Invalid:
                return Answer.Refused(new ProblemDetails(StatusCodes.Status400BadRequest, "rule-invalid", "There can be no such rule", made.Problem));
            case RuleFault.NotFound:
                return Answer.Refused(new ProblemDetails(StatusCodes.Status404NotFound, "rule-not-found", "There is no such rule", made.Problem));
            default:
                await Task.Run(rules.ReloadNow);
                Log.Changed(logger, what, name, NameOf(context));
                return await TellAsync(context);
        }
    }

    private QueryProblem? ReadMoment(string text, out DateTimeOffset moment) =>
        Moments.TryParse(text, time.GetUtcNow(), out moment) ? null : new(QueryFault.ParameterInvalid, $"cannot use the time '{text}'; {Moments.Forms}");

    private static string NameOf(HttpContext context) => Access.Of(context).Name is { Length: > 0 } name ? $"the key '{name}'" : "a signed-in browser";

    private static partial class Log
    {
        [LoggerMessage(3040, LogLevel.Information, "{What} '{Name}' for {Who}")]
        public static partial void Changed(ILogger logger, string what, string name, string who);
    }
}
