using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary>What goes back: a whole body, or a problem.</summary>
internal sealed record Answer
{
    private Answer(ReadOnlyMemory<byte> body, string contentType, ProblemDetails? problem) => (Body, ContentType, Problem) = (body, contentType, problem);

    public ReadOnlyMemory<byte> Body { get; }

    public string ContentType { get; }

    public ProblemDetails? Problem { get; }

    public static Answer Json(ReadOnlyMemory<byte> body) => new(body, "application/json", problem: null);

    public static Answer Of(ReadOnlyMemory<byte> body, string contentType) => new(body, contentType, problem: null);

    public static Answer Refused(QueryProblem problem) => Refused(Problems.Of(problem));

    public static Answer Refused(ProblemDetails problem) => new(problem.ToJson(), ProblemDetails.ContentType, problem);

    /// <summary>Runs a handler and sends what it gives. Answers are whole before the first byte goes out, so every failure has its status.</summary>
    public static async Task SendAsync(HttpContext context, Func<HttpContext, Task<Answer>> handle)
    {
        try
        {
            await (await RunAsync(context, handle)).WriteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away; there is nobody to answer.
        }
    }

    private static async Task<Answer> RunAsync(HttpContext context, Func<HttpContext, Task<Answer>> handle)
    {
        try
        {
            return await handle(context);
        }
        catch (StoreQueryException failed)
        {
            return Refused(Problems.Of(failed));
        }
        catch (BadHttpRequestException bad)
        {
            // Kestrel's own finding while the body was read, for instance that it was cut off.
            return Refused(new ProblemDetails(bad.StatusCode, "request-malformed", "The request cannot be read", bad.Message));
        }
    }

    private async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Problem?.Status ?? StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (Problem?.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = $"{seconds}";
        }

        await response.Body.WriteAsync(Body, context.RequestAborted);
    }
}
