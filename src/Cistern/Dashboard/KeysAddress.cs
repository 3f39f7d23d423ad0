using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Shared;
using Cistern.Query;
using Cistern.Query.Api;
using Cistern.Query.Model;

namespace Cistern.Dashboard;

/// <summary><c>/api/keys</c>: lists, makes and revokes access keys, for whoever may administer.</summary>
internal sealed partial class KeysAddress(KeyStore store, SharedFolder shared, AccessKeys active, KeyTraffic traffic, TimeProvider time, ILogger<KeysAddress> logger)
{
    private const int BodyBytesMax = 16 << 10;

    public void Map(RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/keys").WithMetadata(new NeededScope(KeyScopes.Admin));
        keys.MapMethods("", [HttpMethods.Get], context => AnswerAsync(context, ListAsync));
        keys.MapMethods("", [HttpMethods.Post], context => AnswerAsync(context, CreateAsync));
        keys.MapMethods("/{name}", [HttpMethods.Delete], context => AnswerAsync(context, RevokeAsync));
    }

    private static Task AnswerAsync(HttpContext context, Func<HttpContext, TimeZoneInfo, Task<Answer>> handle) => Answer.SendAsync(context, async _ =>
    {
        if (ReadZone(context.Request.Query, out var zone) is { } problem)
        {
            return Answer.Refused(problem);
        }

        try
        {
            return await handle(context, zone);
        }
        catch (KeyFileException error)
        {
            return Answer.Refused(new ProblemDetails(StatusCodes.Status503ServiceUnavailable, "unavailable", "The keys cannot be read or written", error.Message, RetryAfterSeconds: 2));
        }
    });

    private async Task<Answer> ListAsync(HttpContext context, TimeZoneInfo zone)
    {
        await shared.TryRefreshAsync();
        var keys = await Task.Run(store.List);
        var today = await traffic.TodayAsync(zone, context.RequestAborted);
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteStartArray("keys"u8);
        foreach (var (key, used) in keys.OrderByDescending(listed => listed.Key.Created))
        {
            Write(body.Writer, key, used, today);
        }

        body.Writer.WriteEndArray();
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private async Task<Answer> CreateAsync(HttpContext context, TimeZoneInfo zone)
    {
        var (bytes, problem) = await RequestBody.ReadAsync(context.Request, "application/json", BodyBytesMax, context.RequestAborted);
        var (wanted, wrong) = problem is null ? NewKeyReader.Read(bytes, time.GetUtcNow()) : (null!, problem);
        if (wrong is not null)
        {
            return Answer.Refused(wrong);
        }

        var change = await Task.Run(() => store.Create(wanted));
        if (change.Fault is { } fault)
        {
            return Refused(fault, change.Problem!);
        }

        active.ReadIfChanged();
        Log.Made(logger, change.Key!.Name, NameOf(context));

        // What was made just now brought nothing yet, so that the tables need not be asked.
        return Tell(change.Key, KeyFigures.None, change.Secret!.Reveal());
    }

    private async Task<Answer> RevokeAsync(HttpContext context, TimeZoneInfo zone)
    {
        var change = await Task.Run(() => store.Revoke(RawPath.LastPart(context)));
        if (change.Fault is { } fault)
        {
            return Refused(fault, change.Problem!);
        }

        active.ReadIfChanged();
        Log.Revoked(logger, change.Key!.Name, NameOf(context));
        return Tell(change.Key, await traffic.TodayAsync(zone, context.RequestAborted), secret: null);
    }

    private static string NameOf(HttpContext context) => Access.Of(context).Name is { Length: > 0 } name ? $"the key '{name}'" : "a signed-in browser";

    private static QueryProblem? ReadZone(IQueryCollection query, out TimeZoneInfo zone)
    {
        zone = TimeZoneInfo.Utc;
        if (QueryParameters.Check(query, ["tz"], []) is { } problem)
        {
            return problem;
        }

        var name = new QueryParameters(query)["tz"];
        return name is null || Zones.TryFind(name, out zone)
            ? null
            : new(QueryFault.NameUnknown, $"cannot use time zone '{name}': it is not a name of the IANA database that this machine has; use UTC or a name such as Europe/Berlin");
    }

    private Answer Tell(AccessKey key, KeyFigures today, string? secret)
    {
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WritePropertyName("key"u8);
        Write(body.Writer, key, null, today);
        if (secret is not null)
        {
            body.Writer.WriteString("secret"u8, secret);
        }

        body.Writer.WriteEndObject();
        return body.ToAnswer() with { Status = secret is null ? StatusCodes.Status200OK : StatusCodes.Status201Created, MayCompress = secret is null };
    }

    private void Write(Utf8JsonWriter json, AccessKey key, DateTimeOffset? used, KeyFigures today)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, key.Name);
        json.WriteString("state"u8, key.Revoked is not null ? "revoked" : key.Expires <= time.GetUtcNow() ? "expired" : "active");
        WriteList(json, "scopes", ScopeNames.Of(key.Scopes));
        WriteList(json, "signals", key.Signals);
        WriteList(json, "streams", key.Streams);
        WriteValue(json, "created", key.Created);
        WriteValue(json, "expires", key.Expires);
        WriteValue(json, "revoked", key.Revoked);
        WriteValue(json, "lastUsed", active.Uses.LastOf(key.Name) is { } here && !(used > here) ? here : used);
        WriteValue(json, "rowsToday", today.RowsOf(key.Name));
        WriteValue(json, "deliveriesToday", today.DeliveriesOf(key.Name));
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        JsonValues.Write(json, value);
    }

    private static Answer Refused(KeyFault fault, string detail)
    {
        var (status, name, title) = fault switch
        {
            KeyFault.NameTaken => (StatusCodes.Status409Conflict, "key-name-taken", "There is a key of that name"),
            KeyFault.RevokedBefore => (StatusCodes.Status409Conflict, "key-revoked", "The key was revoked before"),
            KeyFault.NotFound => (StatusCodes.Status404NotFound, "key-not-found", "There is no key of that name"),
            KeyFault.NameInvalid or KeyFault.ScopeMissing or KeyFault.LimitInvalid or KeyFault.ExpiryPast or KeyFault.SignalUnknown
                or KeyFault.FieldsInvalid => (StatusCodes.Status400BadRequest, "key-invalid", "There can be no such key"),
        };
        return Answer.Refused(new ProblemDetails(status, name, title, detail));
    }

    private static partial class Log
    {
        [LoggerMessage(3030, LogLevel.Information, "Made the key '{Name}' for {Who}")]
        public static partial void Made(ILogger logger, string name, string who);

        [LoggerMessage(3031, LogLevel.Information, "Revoked the key '{Name}' for {Who}")]
        public static partial void Revoked(ILogger logger, string name, string who);
    }
}
