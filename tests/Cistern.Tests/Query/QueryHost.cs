using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cistern.Query;
using Cistern.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Query;

/// <summary>The reading addresses over a real socket, with a clock that stands at noon of 20 November 2026.</summary>
internal sealed class QueryHost : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private QueryHost(WebApplication app, PlainTablesStore store)
    {
        (_app, Store) = (app, store);
        _client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public PlainTablesStore Store { get; }

    public string Address => _app.Urls.Single();

    public IServiceProvider Services => _app.Services;

    public static Task<QueryHost> StartAsync(QuestionLimits? settings = null, params (string Name, string Value)[] engine) => StartAsync(TestStore.Embedded, settings, engine);

    public static async Task<QueryHost> StartAsync(TestStore kind, QuestionLimits? settings = null, params (string Name, string Value)[] engine)
    {
        var store = await kind.OpenAsync(engine);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IStore>(store);
        builder.Services.AddSingleton<TimeProvider>(new StandingClock());
        builder.Services.AddSingleton(settings ?? new QuestionLimits());
        builder.Services.AddQuery();
        var app = builder.Build();
        app.Use(ShowExceptionAsync);
        QueryEndpoints.Map(app.MapGroup("/api"));
        QueryEndpoints.MapOpenApi(app);
        await app.StartAsync();
        return new QueryHost(app, store);
    }

    /// <summary>The answer as it begins; its body is still to be read.</summary>
    public Task<HttpResponseMessage> BeginAsync(string address) => _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);

    public async Task<Reply> GetAsync(string address) => await Reply.ReadAsync(await _client.GetAsync(address));

    /// <summary>Asks <c>/api/query</c> with the question as JSON.</summary>
    public Task<Reply> AskAsync(string json) => PostAsync("/api/query", json, "application/json");

    public Task<Reply> SqlAsync(string sql, string? accept = null) => PostAsync("/api/sql", sql, "text/plain", accept);

    public async Task<Reply> PostAsync(string address, string body, string? contentType, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await Reply.ReadAsync(await _client.SendAsync(request));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Store.DisposeAsync();
    }

    // A test that meets an exception shows it instead of a bare 500.
    private static async Task ShowExceptionAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception failed) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync(failed.ToString());
        }
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Noon;
    }
}

/// <summary>An answer that came back whole.</summary>
internal sealed record Reply(int Status, string ContentType, string Body, HttpResponseHeaders Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The rows, each as its JSON text: easy to compare and to read.</summary>
    public string[] Rows => [.. Json.GetProperty("rows").EnumerateArray().Select(row => row.GetRawText())];

    public string[] Columns => [.. Json.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()!)];

    public JsonElement Meta => Json.GetProperty("meta");

    /// <summary>A problem's <c>detail</c>.</summary>
    public string Detail => Json.GetProperty("detail").GetString()!;

    public string Type => Json.GetProperty("type").GetString()!;

    public static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return new Reply((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "", await response.Content.ReadAsStringAsync(), response.Headers);
        }
    }

    /// <summary>Fails with the body if the status is another.</summary>
    public Reply Expect(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Body}");
        return this;
    }
}
