using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cistern.Delivery.Transform.Local;

/// <summary>The Lambda Runtime API for one process, on a loopback port of its own.</summary>
/// <remarks>
/// A process asks for the next event and waits, works, and posts its response or error under the event's id. It gets one event at a time:
/// <see cref="LayOut"/> gives it one, and the first answer for it counts. One port a process, so that no process can answer for another.
/// AWS, "Using the Lambda runtime API".
/// </remarks>
internal sealed class RuntimeApi : IAsyncDisposable
{
    private const string Prefix = "/2018-06-01/runtime/";
    private const int ErrorBytesMax = 64 << 10;

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _laidOut = NewSignal();
    private Invocation? _current;

    private RuntimeApi(WebApplication app) => _app = app;

    /// <summary><c>host:port</c>, the value of <c>AWS_LAMBDA_RUNTIME_API</c>.</summary>
    public string Address { get; private set; } = "";

    /// <summary>What the function said when it could not begin; null if it did not.</summary>
    public string? InitError { get; private set; }

    public static async Task<RuntimeApi> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var app = builder.Build();
        var api = new RuntimeApi(app);
        app.Run(api.AnswerAsync);
        await app.StartAsync();
        api.Address = new Uri(app.Urls.Single()).Authority;
        return api;
    }

    /// <summary>Lays an event out for the process. There must be none.</summary>
    public void LayOut(Invocation invocation)
    {
        lock (_gate)
        {
            _current = invocation;
            _laidOut.TrySetResult();
        }
    }

    /// <summary>Takes the event back, whether it was taken or not; nothing of it is read afterwards.</summary>
    public async Task WithdrawAsync(Invocation invocation, bool isEnding)
    {
        lock (_gate)
        {
            if (_current == invocation)
            {
                _current = null;
            }
        }

        if (isEnding)
        {
            await _closing.CancelAsync();
        }

        await invocation.LetGoAsync();
    }

    /// <summary>The process is gone, or will be: the event that it works on gets this answer.</summary>
    public void Fail(FunctionAnswer answer)
    {
        lock (_gate)
        {
            _current?.TryAnswer(answer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _app.DisposeAsync();
        _closing.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.Listen(IPAddress.Loopback, 0);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // Counted here: an answer that is too large is an answer too.
        kestrel.Limits.MinRequestBodyDataRate = null; // A process may be stopped in a debugger.
        kestrel.Limits.MinResponseDataRate = null;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, context.RequestAborted);
        try
        {
            await RouteAsync(context, either.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            context.Abort(); // The process went away, or is to.
        }
    }

    private Task RouteAsync(HttpContext context, CancellationToken cancel)
    {
        var path = context.Request.Path.Value ?? "";
        var parts = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..].Split('/') : [];
        return (context.Request.Method, parts) switch
        {
            ("GET", ["invocation", "next"]) => NextAsync(context, cancel),
            ("POST", ["invocation", var id, "response"]) => TakeResponseAsync(context, id, cancel),
            ("POST", ["invocation", var id, "error"]) => TakeErrorAsync(context, id, cancel),
            ("POST", ["init", "error"]) => TakeInitErrorAsync(context, cancel),
            _ => ReplyAsync(context, StatusCodes.Status404NotFound, "Runtime.NotFound", "no such address in the Lambda Runtime API"),
        };
    }

    private async Task NextAsync(HttpContext context, CancellationToken cancel)
    {
        var invocation = await TakeNextAsync(cancel);
        var isWhole = false;
        try
        {
            await WriteEventAsync(context.Response, invocation, cancel);
            isWhole = true;
        }
        finally
        {
            lock (_gate)
            {
                invocation.EndTaking(isWhole);
            }
        }
    }

    private static async Task WriteEventAsync(HttpResponse response, Invocation invocation, CancellationToken cancel)
    {
        response.ContentType = "application/json";
        response.ContentLength = invocation.Payload.Length;
        response.Headers["Lambda-Runtime-Aws-Request-Id"] = invocation.Id;
        response.Headers["Lambda-Runtime-Deadline-Ms"] = invocation.DeadlineMilliseconds;
        response.Headers["Lambda-Runtime-Invoked-Function-Arn"] = invocation.FunctionArn;
        response.Headers["Lambda-Runtime-Trace-Id"] = invocation.TraceId;
        await response.Body.WriteAsync(invocation.Payload, cancel);
    }

    private async Task<Invocation> TakeNextAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            // It asks for more before it has answered: what it has will not be answered.
            if (_current is { IsTaken: true } left)
            {
                left.TryAnswer(TransformErrors.FunctionFailed("It asked for the next event without answering this one."));
            }
        }

        while (true)
        {
            Task laidOut;
            lock (_gate)
            {
                if (_current is { IsTaken: false } next)
                {
                    next.Take();
                    return next;
                }

                _laidOut = _laidOut.Task.IsCompleted ? NewSignal() : _laidOut;
                laidOut = _laidOut.Task;
            }

            await laidOut.WaitAsync(cancel);
        }
    }

    private async Task TakeResponseAsync(HttpContext context, string id, CancellationToken cancel)
    {
        if (Find(id) is not { } invocation)
        {
            await ReplyUnknownAsync(context);
            return;
        }

        var (body, isWhole) = await ReadAsync(context.Request, TransformBatch.BytesMax, cancel);
        if (!isWhole)
        {
            invocation.TryAnswer(TransformErrors.FunctionFailed(TooLarge));
            await ReplyAsync(context, StatusCodes.Status413PayloadTooLarge, "Function.ResponseSizeTooLarge", TooLarge);
            return;
        }

        invocation.TryAnswer(new FunctionAnswer(ErrorCode: null, body, ""));
        await AcceptAsync(context);
    }

    private async Task TakeErrorAsync(HttpContext context, string id, CancellationToken cancel)
    {
        if (Find(id) is not { } invocation)
        {
            await ReplyUnknownAsync(context);
            return;
        }

        invocation.TryAnswer(TransformErrors.FunctionFailed(await ReadErrorAsync(context, cancel)));
        await AcceptAsync(context);
    }

    private async Task TakeInitErrorAsync(HttpContext context, CancellationToken cancel)
    {
        InitError = $"It could not begin: {await ReadErrorAsync(context, cancel)}";
        Fail(TransformErrors.FunctionFailed(InitError));
        await AcceptAsync(context);
    }

    private static string TooLarge => $"Response payload size exceeded maximum allowed payload size ({TransformBatch.BytesMax} bytes).";

    private Invocation? Find(string id)
    {
        lock (_gate)
        {
            return _current is { IsTaken: true } current && current.Id == id ? current : null;
        }
    }

    private static async Task<string> ReadErrorAsync(HttpContext context, CancellationToken cancel)
    {
        var (body, _) = await ReadAsync(context.Request, ErrorBytesMax, cancel);
        return FunctionErrorText.Read(body.Span, context.Request.Headers["Lambda-Runtime-Function-Error-Type"].ToString());
    }

    private static async Task<(ReadOnlyMemory<byte> Body, bool IsWhole)> ReadAsync(HttpRequest request, int bytesMax, CancellationToken cancel)
    {
        if (request.ContentLength > bytesMax)
        {
            return (default, false);
        }

        var buffer = new byte[(int)(request.ContentLength ?? (64 << 10))];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(bytesMax + 1, Math.Max(1024, buffer.Length * 2)));
            }

            var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancel);
            length += read;
            if (read == 0 || length > bytesMax)
            {
                return (buffer.AsMemory(0, Math.Min(length, bytesMax)), length <= bytesMax);
            }
        }
    }

    private static Task ReplyUnknownAsync(HttpContext context) =>
        ReplyAsync(context, StatusCodes.Status400BadRequest, "InvalidRequestID", "Invalid request ID");

    private static Task AcceptAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status202Accepted, """{"status":"OK"}""");

    private static Task ReplyAsync(HttpContext context, int status, string type, string message) =>
        WriteAsync(context, status, $$"""{"errorType":"{{type}}","errorMessage":"{{message}}"}""");

    private static async Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>The signals of the process are not this server's business.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
