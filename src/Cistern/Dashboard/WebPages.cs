using System.Text;
using Cistern.Ingest;
using Cistern.Operations;
using Microsoft.Net.Http.Headers;

namespace Cistern.Dashboard;

/// <summary>The addresses of the dashboard's pages and of the files that they load. They hold no data, so that nobody needs to be signed in for them.</summary>
internal sealed partial class WebPages
{
    /// <summary>Pages that the program in the browser draws; it finds them by its address.</summary>
    public static readonly string[] Pages = ["/", "/agents", "/pages", "/referrals", "/traffic", "/logs", "/graphs", "/health", "/setup", "/report", "/signin"];

    private const string Assets = "/assets/";
    private const string AskAgain = "no-cache";

    // Their names hold a hash of their content, so that one that changes has another address.
    private const string KeepForEver = "public, max-age=31536000, immutable";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        + "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly byte[] Missing = Encoding.UTF8.GetBytes(
        "The dashboard is not here: the folder 'web' with its files is missing beside the program. Install the release whole, or build it from a clone with dotnet build. "
        + "Deliveries and the API work without it.\n");

    private readonly WebFiles _files;

    public WebPages(WebFolder folder, ILogger<WebPages> logger)
    {
        _files = WebFiles.Read(folder.Path);
        if (_files.Problem is { } problem)
        {
            Log.NoDashboard(logger, problem);
        }
    }

    /// <param name="otherMethod">Answers what is neither GET nor HEAD: a delivery that is sent to the root, for instance.</param>
    public void Map(IEndpointRouteBuilder routes, FirehoseEndpoint otherMethod)
    {
        foreach (var page in Pages)
        {
            Map(routes, page, _files.Index, AskAgain, otherMethod);
        }

        foreach (var (address, file) in _files.ByAddress)
        {
            Map(routes, address, file, address.StartsWith(Assets, StringComparison.Ordinal) ? KeepForEver : AskAgain, otherMethod);
        }
    }

    private static void Map(IEndpointRouteBuilder routes, string address, WebFile? file, string caching, FirehoseEndpoint otherMethod) =>
        routes.Map(Escape(address), context => !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
            ? otherMethod.HandleUnknownAsync(context)
            : SendAsync(context, file, caching));

    // Braces would be parameters of a route.
    private static string Escape(string address) => address.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);

    private static Task SendAsync(HttpContext context, WebFile? file, string caching)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "";
        headers.CacheControl = caching;
        if (file is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return TypedResults.Bytes(Missing, "text/plain; charset=utf-8").ExecuteAsync(context);
        }

        headers.Vary = HeaderNames.AcceptEncoding;
        var (bytes, encoding) = Choose(context.Request, file);
        headers.ContentEncoding = encoding;
        var tag = new EntityTagHeaderValue($"\"{file.Tag}{(encoding is null ? "" : "-" + encoding)}\"");
        return TypedResults.Bytes(bytes, file.ContentType, enableRangeProcessing: true, entityTag: tag).ExecuteAsync(context);
    }

    private static (byte[] Bytes, string? Encoding) Choose(HttpRequest request, WebFile file) => AcceptedEncodings.Read(request) switch
    {
        { Brotli: true } when file.Brotli is { } brotli => (brotli, "br"),
        { Gzip: true } when file.Gzip is { } gzip => (gzip, "gzip"),
        _ => (file.Plain, null),
    };

    // No warning: a command that opens the folder for itself has no use for a dashboard, and the page says the same.
    private static partial class Log
    {
        [LoggerMessage(3020, LogLevel.Information, "There is no dashboard: {Problem}")]
        public static partial void NoDashboard(ILogger logger, string problem);
    }
}
