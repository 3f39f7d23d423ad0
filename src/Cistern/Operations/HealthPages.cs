using System.Text;
using Cistern.Ingest;
using Cistern.Store;

namespace Cistern.Operations;

/// <summary><c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>: for load balancers and Prometheus, without a key and without data.</summary>
internal sealed class HealthPages(IStore store, InFlight flight, MetricsPage metrics)
{
    private const string Plain = "text/plain; charset=utf-8";

    public void Map(IEndpointRouteBuilder routes)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods("/healthz", methods, context => SendAsync(context, StatusCodes.Status200OK, Plain, "alive\n"));
        routes.MapMethods("/readyz", methods, SendReadinessAsync);
        routes.MapMethods("/metrics", methods, context => SendAsync(context, StatusCodes.Status200OK, "text/plain; version=0.0.4; charset=utf-8", metrics.Write()));
    }

    private Task SendReadinessAsync(HttpContext context)
    {
        var reason = flight.Stopping.IsCancellationRequested ? "the server is stopping"
            : store.Readiness is { CanStore: false } unready ? unready.Reason ?? "the store takes no deliveries"
            : null;
        return reason is null
            ? SendAsync(context, StatusCodes.Status200OK, Plain, "ready\n")
            : SendAsync(context, StatusCodes.Status503ServiceUnavailable, Plain, reason + "\n");
    }

    private static async Task SendAsync(HttpContext context, int status, string type, string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
