using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Shared;
using Cistern.Query;
using Cistern.Query.Api;

namespace Cistern.Dashboard;

/// <summary><c>/api/views</c>: the saved views of the dashboard. Whoever may read sees them, whoever may administer changes them.</summary>
internal sealed class ViewsAddress(SavedViews views, SharedFolder shared)
{
    private const int BodyBytesMax = 16 << 10;

    public void Map(RouteGroupBuilder api)
    {
        api.MapMethods("/views", [HttpMethods.Get], context => AnswerAsync(context, ListAsync));
        var changes = api.MapGroup("/views").WithMetadata(new NeededScope(KeyScopes.Admin));
        changes.MapMethods("", [HttpMethods.Post], context => AnswerAsync(context, SaveAsync));
        changes.MapMethods("", [HttpMethods.Delete], context => AnswerAsync(context, RemoveAsync));
    }

    private static Task AnswerAsync(HttpContext context, Func<HttpContext, Task<Answer>> handle) => Answer.SendAsync(context, async _ =>
    {
        try
        {
            return await handle(context);
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            return Answer.Refused(new ProblemDetails(StatusCodes.Status503ServiceUnavailable, "unavailable", "The saved views cannot be read or written", error.Message, RetryAfterSeconds: 2));
        }
    });

    private async Task<Answer> ListAsync(HttpContext context)
    {
        await shared.TryRefreshAsync();
        return Tell(await Task.Run(views.List));
    }

    private async Task<Answer> SaveAsync(HttpContext context)
    {
        var (bytes, problem) = await RequestBody.ReadAsync(context.Request, "application/json", BodyBytesMax, context.RequestAborted);
        if (problem is not null)
        {
            return Answer.Refused(problem);
        }

        SavedView? view;
        try
        {
            view = JsonSerializer.Deserialize(bytes, SavedViews.ViewsJson.Default.SavedView);
        }
        catch (JsonException error)
        {
            return Answer.Refused(new QueryProblem(QueryFault.BodyMalformed, $"cannot read the body as an object with name and address: {error.Message}"));
        }

        return view is null
            ? Answer.Refused(new QueryProblem(QueryFault.BodyMalformed, "the body is null; send an object with name and address"))
            : Of(await Task.Run(() => views.Save(view)), StatusCodes.Status400BadRequest, "view-invalid", "The view cannot be saved");
    }

    private async Task<Answer> RemoveAsync(HttpContext context)
    {
        if (QueryParameters.Check(context.Request.Query, ["name"], []) is { } problem)
        {
            return Answer.Refused(problem);
        }

        var name = new QueryParameters(context.Request.Query)["name"] ?? "";
        return Of(await Task.Run(() => views.Remove(name)), StatusCodes.Status404NotFound, "view-not-found", "There is no view of that name");
    }

    private static Answer Of(ViewChange change, int status, string name, string title) =>
        change.Problem is null ? Tell(change.Views) : Answer.Refused(new ProblemDetails(status, name, title, change.Problem));

    private static Answer Tell(IReadOnlyList<SavedView> all)
    {
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteStartArray("views"u8);
        foreach (var view in all)
        {
            body.Writer.WriteStartObject();
            body.Writer.WriteString("name"u8, view.Name);
            body.Writer.WriteString("address"u8, view.Address);
            body.Writer.WriteEndObject();
        }

        body.Writer.WriteEndArray();
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }
}
