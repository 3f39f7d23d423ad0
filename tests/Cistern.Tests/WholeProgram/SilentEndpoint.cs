using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.WholeProgram;

/// <summary>Hands every delivery on to a destination, which stores it, and never answers.</summary>
internal sealed class SilentEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly Uri _destination;
    private int _stored;

    private SilentEndpoint(Uri destination)
    {
        _destination = destination;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/", HandleAsync);
    }

    public string Url => _app.Urls.First();

    /// <summary>Deliveries that the destination answered with 200.</summary>
    public int Stored => Volatile.Read(ref _stored);

    public static async Task<SilentEndpoint> StartAsync(Uri destination)
    {
        var endpoint = new SilentEndpoint(destination);
        await endpoint._app.StartAsync();
        return endpoint;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _destination) { Content = new StreamContent(context.Request.Body) };
        foreach (var (name, value) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, (string?)value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, (string?)value);
            }
        }

        request.Headers.Host = null;
        using var response = await _http.SendAsync(request, CancellationToken.None);
        if (response.IsSuccessStatusCode)
        {
            Interlocked.Increment(ref _stored);
        }

        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
    }
}
