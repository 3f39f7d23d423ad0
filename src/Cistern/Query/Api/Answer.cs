using System.IO.Compression;
using Cistern.Operations;
using Cistern.Store;
using Microsoft.Net.Http.Headers;

namespace Cistern.Query.Api;

/// <summary>What goes back: a whole body, or a problem.</summary>
internal sealed record Answer
{
    // What is shorter fits into one packet anyway.
    private const int CompressBytesMin = 1024;

    private Answer(ReadOnlyMemory<byte> body, string contentType, ProblemDetails? problem) => (Body, ContentType, Problem) = (body, contentType, problem);

    public ReadOnlyMemory<byte> Body { get; }

    public string ContentType { get; }

    public ProblemDetails? Problem { get; }

    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Not for secrets: beside text that somebody else chose, the length of what is compressed would tell of them.</summary>
    public bool MayCompress { get; init; } = true;

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

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Problem?.Status ?? Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (Problem?.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = $"{seconds}";
        }

        await WriteBodyAsync(context);
    }

    private async Task WriteBodyAsync(HttpContext context)
    {
        var response = context.Response;
        var mayCompress = MayCompress && Body.Length > CompressBytesMin;
        response.Headers.Vary = mayCompress ? HeaderNames.AcceptEncoding : default;
        var accepted = mayCompress ? AcceptedEncodings.Read(context.Request) : default;
        if (accepted is { Brotli: false, Gzip: false })
        {
            response.ContentLength = Body.Length;
            await response.Body.WriteAsync(Body, context.RequestAborted);
            return;
        }

        // The fastest levels: the network between is mostly quicker than a better one would be. The length is not known before, so that it goes out in chunks.
        response.Headers.ContentEncoding = accepted.Brotli ? "br" : "gzip";
        await using Stream compressed = accepted.Brotli
            ? new BrotliStream(response.Body, CompressionLevel.Fastest, leaveOpen: true)
            : new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await compressed.WriteAsync(Body, context.RequestAborted);
    }
}
