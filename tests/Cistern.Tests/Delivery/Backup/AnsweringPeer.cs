using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Delivery.Backup;

/// <summary>Answers every request alike; with the status 0 it never answers.</summary>
internal sealed class AnsweringPeer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private AnsweringPeer(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First());

    public int Requests => _requests;

    public static async Task<AnsweringPeer> StartAsync(int status, string body)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var peer = new AnsweringPeer(builder.Build());
        peer._app.Run(context => peer.AnswerAsync(context, status, body));
        await peer._app.StartAsync();
        return peer;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, int status, string body)
    {
        Interlocked.Increment(ref _requests);
        if (status == 0)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync(body);
    }
}
