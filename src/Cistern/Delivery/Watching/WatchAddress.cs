using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cistern.Delivery.Api;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.Signing;
using Microsoft.AspNetCore.Http.Features;

namespace Cistern.Delivery.Watching;

/// <summary><c>/cistern/streams</c>: what the streams are doing, for a dashboard. Amazon's Firehose has nothing like it.</summary>
/// <remarks>
/// Whoever may call the API may call this: with credentials requests are signed in the same way, for the service <c>firehose</c>. All streams are told of, whatever
/// account and region signs. A stream is named by its ARN, as it is or with its slash as <c>%2F</c>.
/// </remarks>
internal sealed partial class WatchAddress(StreamCatalogue catalogue, StreamsAnswer streams, Backups backups, RequestVerifier verifier, RequestReader bodies, ILogger<WatchAddress> logger)
{
    public const string Path = "/cistern/streams";

    // Never part of a page, so only what JSON itself needs is escaped.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static bool Has(HttpRequest request) => request.Path.StartsWithSegments("/cistern");

    public async Task AnswerAsync(HttpContext context)
    {
        var json = new ArrayBufferWriter<byte>(16 << 10);
        try
        {
            var status = await RunAsync(context, json);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.ContentLength = json.WrittenCount;
            await context.Response.Body.WriteAsync(json.WrittenMemory, context.RequestAborted);
        }
        catch (ApiException refusal)
        {
            await FirehoseAddress.WriteErrorAsync(context, refusal.Error);
        }
        catch (BadHttpRequestException)
        {
            context.Abort();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.Failed(logger, context.Request.Method, context.Request.Path, error);
            await FirehoseAddress.WriteErrorAsync(context, ApiErrors.Internal());
        }
    }

    private async Task<int> RunAsync(HttpContext context, ArrayBufferWriter<byte> answer)
    {
        using (var body = await bodies.ReadAsync(context.Request, context.RequestAborted))
        {
            verifier.Verify(context.Request, FirehoseAddress.Service, body.Bytes.Span);
        }

        using var json = new Utf8JsonWriter(answer, Readable);
        var (arn, action) = Split(context);
        switch (context.Request.Method, action)
        {
            case ("GET", "") when arn.Length == 0:
                streams.Write(json);
                return StatusCodes.Status200OK;
            case ("GET", "backups"):
                var looked = Find(arn).Plan();
                BackupsAnswer.Write(json, looked, await backups.LookAsync(looked, context.RequestAborted));
                return StatusCodes.Status200OK;
            case ("POST", "replay"):
                CheckNoPage(context.Request);
                json.WriteStartObject();
                BackupsAnswer.WriteReplay(json, backups.Replay(Find(arn).Plan()));
                json.WriteEndObject();
                return StatusCodes.Status202Accepted;
            default:
                throw new ApiException(new ApiError("UnknownOperationException", $"there is nothing at {context.Request.Method} of this address", StatusCodes.Status404NotFound));
        }
    }

    // The server would take an escaped slash for part of a name, but not a plain one: so the address is taken apart as it came.
    private static (string Arn, string Action) Split(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var rest = target.StartsWith(Path, StringComparison.Ordinal) ? target[Path.Length..].Trim('/') : null;
        if (rest is null or "")
        {
            return ("", rest ?? "unknown");
        }

        var slash = rest.LastIndexOf('/');
        return slash < 0 ? (Uri.UnescapeDataString(rest), "") : (Uri.UnescapeDataString(rest[..slash]), rest[(slash + 1)..]);
    }

    // A page of another site can make a browser post, but not with this type unless we allowed it.
    private static void CheckNoPage(HttpRequest request)
    {
        if (request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new ApiException(new ApiError("UnsupportedMediaTypeException", "Content-Type must be application/json", StatusCodes.Status415UnsupportedMediaType));
        }
    }

    private DeliveryStream Find(string arn) =>
        (StreamId.TryParse(arn, out var id) ? catalogue.Find(id) : null)
        ?? throw new ApiException(ApiErrors.NotFound(id.Name, id.Account) with { Status = StatusCodes.Status404NotFound });

    private static partial class Log
    {
        [LoggerMessage(2241, LogLevel.Error, "{Method} {Path} failed")]
        public static partial void Failed(ILogger logger, string method, string path, Exception error);
    }
}
