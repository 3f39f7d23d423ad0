using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Query.Api;
using Cistern.Store;

namespace Cistern.Dashboard;

/// <summary><c>/api/backup</c>: has this server back itself up, and says how that goes. It needs the scope admin.</summary>
internal sealed class BackupAddress(Backups backups, IStore store)
{
    public void Map(RouteGroupBuilder api)
    {
        var needed = new NeededScope(KeyScopes.Admin);
        api.MapMethods("/backup", [HttpMethods.Get], context => Answer.SendAsync(context, TellAsync)).WithMetadata(needed);
        api.MapMethods("/backup", [HttpMethods.Post], context => Answer.SendAsync(context, StartAsync)).WithMetadata(needed);
    }

    private Task<Answer> TellAsync(HttpContext context) => Task.FromResult(
        QueryParameters.Check(context.Request.Query, [], []) is { } problem ? Answer.Refused(problem) : Tell());

    private Task<Answer> StartAsync(HttpContext context) => Task.FromResult(
        QueryParameters.Check(context.Request.Query, ["name"], []) is { } problem ? Answer.Refused(problem) : Start(new QueryParameters(context.Request.Query)["name"]));

    private Answer Start(string? name)
    {
        if (name is not null && !Backups.IsName(name))
        {
            return Answer.Refused(new ProblemDetails(
                StatusCodes.Status400BadRequest, "backup-name", "The name cannot be used", "the name of a backup is 1 to 64 letters, digits, - and _, and begins with a letter or digit"));
        }

        if (!store.Traits.BacksUp)
        {
            return Answer.Refused(new ProblemDetails(
                StatusCodes.Status501NotImplemented, "store-cannot", "The store does not do this", "this store is no folder that could be backed up; back up ClickHouse by its own means"));
        }

        return backups.TryStart(name)
            ? Tell() with { Status = StatusCodes.Status202Accepted }
            : Answer.Refused(new ProblemDetails(StatusCodes.Status409Conflict, "backup-running", "A backup is being made", "a backup is being made; wait for its end"));
    }

    private Answer Tell()
    {
        using var body = new AnswerBody();
        var json = body.Writer;
        json.WriteStartObject();
        json.WritePropertyName("backup"u8);
        if (backups.Last is { } last)
        {
            json.WriteStartObject();
            json.WriteString("state"u8, last.Ended is null ? "running" : last.Problem is null ? "done" : "failed");
            json.WriteString("name"u8, last.Name);
            json.WriteString("folder"u8, last.Folder);
            json.WriteString("started"u8, JsonValues.Time(last.Started));
            json.WriteString("ended"u8, last.Ended is { } ended ? JsonValues.Time(ended) : null);
            json.WriteNumber("files"u8, last.Done?.Files ?? 0);
            json.WriteNumber("rows"u8, last.Done?.Rows ?? 0);
            json.WriteNumber("bytes"u8, last.Done?.Bytes ?? 0);
            json.WriteNumber("copiedBytes"u8, last.Done?.CopiedBytes ?? 0);
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
