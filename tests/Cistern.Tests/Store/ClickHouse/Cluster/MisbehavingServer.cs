using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Store.ClickHouse.Cluster;

/// <summary>Stands in front of an engine, and answers as it does but for the statements that a test's script picks.</summary>
internal sealed class MisbehavingServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Uri _engine;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseCookies = false });
    private int _statements;

    private MisbehavingServer(WebApplication app, Uri engine)
    {
        (_app, _engine) = (app, engine);
        app.Run(AnswerAsync);
    }

    public Uri Address { get; private set; } = null!;

    public int Statements => _statements;

    /// <summary>What to do with a statement; null to answer it.</summary>
    public Func<string, Misbehaviour?> Script { get; set; } = _ => null;

    /// <summary>Another statement in its place.</summary>
    public Func<string, string> Rewrite { get; set; } = sql => sql;

    public static async Task<MisbehavingServer> StartAsync(Uri engine)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new MisbehavingServer(builder.Build(), engine);
        await server._app.StartAsync();
        server.Address = new Uri(server._app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _statements);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var named = context.Request.Query["query"].ToString();
        var sql = named.Length > 0 ? named : Encoding.UTF8.GetString(body.ToArray());
        if (Script(sql) is not { } misbehaviour)
        {
            using var answer = await ForwardAsync(context, named.Length > 0 ? body.ToArray() : Encoding.UTF8.GetBytes(Rewrite(sql)));
            await CopyAsync(answer, context.Response);
            return;
        }

        if (misbehaviour.Done)
        {
            (await ForwardAsync(context, body.ToArray())).Dispose();
        }

        await MisbehaveAsync(misbehaviour, context);
    }

    private static async Task MisbehaveAsync(Misbehaviour misbehaviour, HttpContext context)
    {
        switch (misbehaviour)
        {
            case Misbehaviour.Hang:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case Misbehaviour.Half:
                context.Response.ContentLength = 1000;
                context.Response.Headers["X-ClickHouse-Format"] = "RowBinaryWithNamesAndTypes";
                await context.Response.Body.WriteAsync("\u0002\u0004half"u8.ToArray());
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
            case Misbehaviour.Page page:
                context.Response.StatusCode = page.Status;
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync(page.Text);
                break;
            case Misbehaviour.Error error:
                context.Response.StatusCode = 500;
                context.Response.Headers["X-ClickHouse-Exception-Code"] = error.Code.ToString(CultureInfo.InvariantCulture);
                await context.Response.WriteAsync($"Code: {error.Code}. DB::Exception: {error.Text} (version 26.7.2.1)\n");
                break;
            default:
                context.Abort();
                break;
        }
    }

    private async Task<HttpResponseMessage> ForwardAsync(HttpContext context, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_engine, $"/{context.Request.QueryString}")) { Content = new ByteArrayContent(body) };
        foreach (var header in context.Request.Headers.Where(header => header.Key is "Authorization" or "Content-Encoding" or "Accept-Encoding"))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray()))
            {
                request.Content.Headers.TryAddWithoutValidation(header.Key, header.Value.ToArray());
            }
        }

        return await _http.SendAsync(request, CancellationToken.None);
    }

    private static async Task CopyAsync(HttpResponseMessage answer, HttpResponse response)
    {
        response.StatusCode = (int)answer.StatusCode;
        foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key.StartsWith("X-ClickHouse", StringComparison.Ordinal) || header.Key is "Content-Type" or "Content-Encoding"))
        {
            response.Headers[header.Key] = header.Value.ToArray();
        }

        await answer.Content.CopyToAsync(response.Body);
    }
}
