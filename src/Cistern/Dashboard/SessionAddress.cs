using System.Text.Json;
using Cistern.Ingest;
using Cistern.Operations;
using Cistern.Query;
using Cistern.Query.Api;

namespace Cistern.Dashboard;

/// <summary><c>/api/session</c>: signs a browser in and out, and says whether it is. The one address of the API that needs no access.</summary>
internal sealed partial class SessionAddress(Sessions sessions, TimeProvider time, ILogger<SessionAddress> logger)
{
    /// <summary>Its whole path.</summary>
    public const string Path = ReadGate.Prefix + Relative;

    private const string Relative = "/session";

    private const int BodyBytesMax = 1024;

    // Nobody who asks has shown anything yet, so that a body may not keep us waiting.
    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(10);

    public void Map(RouteGroupBuilder api)
    {
        api.MapMethods(Relative, [HttpMethods.Get], context => Answer.SendAsync(context, TellAsync));
        api.MapMethods(Relative, [HttpMethods.Post], context => Answer.SendAsync(context, SignInAsync));
        api.MapMethods(Relative, [HttpMethods.Delete], SignOutAsync);
    }

    /// <summary>What a browser is told whose session is not known here, while nobody else can be asked.</summary>
    public static ProblemDetails Unsure(IOException error) =>
        new(StatusCodes.Status503ServiceUnavailable, "unavailable", "Who is signed in cannot be said now", error.Message, RetryAfterSeconds: 2);

    /// <summary>What a request is told that comes from a page of another origin.</summary>
    public static ProblemDetails CrossOrigin(string reason) => new(StatusCodes.Status403Forbidden, "cross-origin", "Not from this page", reason);

    private async Task<Answer> TellAsync(HttpContext context)
    {
        try
        {
            var session = OwnOrigin.Refusal(context.Request) is null && await SessionCookie.FindAsync(context.Request, sessions) is [var found, ..] ? found : null;
            return Tell(session?.Expires);
        }
        catch (IOException error)
        {
            return Answer.Refused(Unsure(error));
        }
    }

    private async Task<Answer> SignInAsync(HttpContext context)
    {
        if (OwnOrigin.Refusal(context.Request) is { } reason)
        {
            return Answer.Refused(CrossOrigin(reason));
        }

        var (token, problem) = await ReadTokenAsync(context);
        return problem is null ? await SignInAsync(context, token) : Answer.Refused(problem);
    }

    private async Task<Answer> SignInAsync(HttpContext context, string token)
    {
        try
        {
            if (await sessions.SignInAsync(token) is not { } session)
            {
                return Answer.Refused(new ProblemDetails(StatusCodes.Status401Unauthorized, "signin-refused", "The link does not sign in",
                    "the link was used before, is older than 15 minutes, or is not of this server; make a new one on the server with: cistern signin --data DIR"));
            }

            SessionCookie.Set(context, session);
            Log.SignedIn(logger, SourceAddress.Of(context));
            return Tell(session.Expires);
        }
        catch (IOException error)
        {
            return NotWritten(error);
        }
    }

    private async Task SignOutAsync(HttpContext context)
    {
        if (OwnOrigin.Refusal(context.Request) is { } reason)
        {
            await Answer.Refused(CrossOrigin(reason)).WriteAsync(context);
            return;
        }

        try
        {
            await sessions.EndAsync(await SessionCookie.FindAsync(context.Request, sessions));
        }
        catch (IOException error)
        {
            await NotWritten(error).WriteAsync(context);
            return;
        }

        SessionCookie.Clear(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task<(string Token, ProblemDetails? Problem)> ReadTokenAsync(HttpContext context)
    {
        using var limit = new CancellationTokenSource(BodyTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        try
        {
            var (body, problem) = await Query.Api.RequestBody.ReadAsync(context.Request, "application/json", BodyBytesMax, either.Token);
            return problem is not null ? ("", Problems.Of(problem))
                : TokenOf(body) is { } token ? (token, null)
                : ("", Problems.Of(new QueryProblem(QueryFault.BodyMalformed, "cannot read the body: it must be an object with the one member token, a text")));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            context.Response.Headers.Connection = HttpProtocol.IsHttp11(context.Request.Protocol) ? "close" : default;
            return ("", new ProblemDetails(StatusCodes.Status408RequestTimeout, "body-too-slow", "The body did not arrive", $"the body did not arrive within {BodyTimeout.TotalSeconds} s; send it again"));
        }
    }

    private static string? TokenOf(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.EnumerateObject().ToArray() is [{ Name: "token", Value.ValueKind: JsonValueKind.String } member]
                ? member.Value.GetString()
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second for half a surrogate pair, which is JSON and no text.
            return null;
        }
    }

    private static Answer Tell(DateTimeOffset? expires)
    {
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteBoolean("signedIn"u8, expires is not null);
        body.Writer.WritePropertyName("expires"u8);
        JsonValues.Write(body.Writer, expires);
        body.Writer.WriteEndObject();
        return body.ToAnswer() with { MayCompress = false };
    }

    private static Answer NotWritten(IOException error) =>
        Answer.Refused(new ProblemDetails(StatusCodes.Status503ServiceUnavailable, "unavailable", "The server cannot write down who is signed in", error.Message, RetryAfterSeconds: 2));

    private static partial class Log
    {
        [LoggerMessage(3010, LogLevel.Information, "A browser signed in from {Address}")]
        public static partial void SignedIn(ILogger logger, string address);
    }
}
