using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Commands.Checking;

/// <summary>A server that takes deliveries as another endpoint does, and says of rows what a test wants.</summary>
internal sealed class AskedPeer : IAsyncDisposable
{
    private readonly WebApplication _server;

    public AskedPeer(Uri endpoint, Func<int> rows)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(context => AnswerAsync(context, rows));
        _server.Start();
        Url = new Uri(new Uri(_server.Urls.First()), endpoint.AbsolutePath);
    }

    public Uri Url { get; }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, Func<int> rows)
    {
        var request = context.Request;
        var id = request.Headers["X-Amz-Firehose-Request-Id"].ToString();
        using var reader = new StreamReader(request.Body, Encoding.Latin1);
        var sql = await reader.ReadToEndAsync();
        var (status, text) = request.Path.Value switch
        {
            "/api/status" => (200, """{"store":{},"answers":{}}"""),
            "/api/sql" when sql.Contains("rejects", StringComparison.Ordinal) => (200, """{"columns":[{"name":"reason","type":"text"}],"rows":[],"meta":{}}"""),
            "/api/sql" => (200, string.Create(CultureInfo.InvariantCulture, $$"""{"columns":[{"name":"count","type":"integer"}],"rows":[[{{rows()}}]],"meta":{} }""")),
            _ when request.Headers["X-Amz-Firehose-Access-Key"] == CheckedPeer.Key => (200, CheckedPeer.Body(id)),
            _ => (401, CheckedPeer.Body(id)[..^1] + ",\"errorMessage\":\"no\"}"),
        };
        var body = Encoding.UTF8.GetBytes(text);
        (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength) = (status, "application/json", body.Length);
        await context.Response.Body.WriteAsync(body);
    }
}
