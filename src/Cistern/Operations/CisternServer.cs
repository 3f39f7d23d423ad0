using Cistern.Dashboard;
using Cistern.Delivery;
using Cistern.Enrich.Rules;
using Cistern.Ingest;
using Cistern.Ingest.Keys;
using Cistern.Operations.Settings;
using Cistern.Operations.Shared;
using Cistern.Query;
using Cistern.Query.Live;
using Cistern.Store;
using Cistern.Store.Embedded;
using Microsoft.AspNetCore.Connections;

namespace Cistern.Operations;

/// <summary>Opens the store that a server stands on. The server disposes it.</summary>
public delegate Task<IStore> OpenStore(StoreOpening opening, CancellationToken cancel);

/// <summary>What a store may need of its server.</summary>
public sealed record StoreOpening(CisternSettings Settings, TimeProvider Time, ILoggerFactory Loggers)
{
    /// <summary>Files that all servers on the store share.</summary>
    public SharedFolder Shared { get; init; } = new LocalFolder(Settings.DataFolder);

    /// <summary>By which rows of the journal are classified again.</summary>
    internal RuleStore Rules { get; init; } = RuleStore.Own;
}

/// <summary>What differs between <c>serve</c>, a demo and a test.</summary>
public sealed record ServerOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the log goes; by default to standard error, a line each.</summary>
    public Action<ILoggingBuilder> Logging { get; init; } = ServerLogging.ToStandardError;

    /// <summary>The folder with the dashboard's files.</summary>
    public string WebFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "web");

    /// <summary>Which deliveries are answered as if the server were out of order; null for none.</summary>
    internal Func<HttpRequest, bool>? Refuses { get; init; }

    /// <summary>How the local Firehose is asked.</summary>
    internal FirehoseAccess Firehose { get; init; } = new(Credentials: null, FirehoseOptions.DefaultRegion);
}

/// <summary>A running server: the addresses for deliveries, the API, the dashboard and the health pages, on one store.</summary>
public sealed partial class CisternServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IStore _store;
    private readonly ILoggerFactory _loggers;
    private readonly CisternSettings _settings;
    private readonly TimeProvider _time;
    private readonly Housekeeping _housekeeping;
    private readonly Lazy<Task> _stopped;

    private CisternServer(WebApplication app, IStore store, SharedFolder shared, ILoggerFactory loggers, CisternSettings settings, TimeProvider time)
    {
        (_app, _store, Shared, _loggers, _settings, _time) = (app, store, shared, loggers, settings, time);
        _housekeeping = app.Services.GetRequiredService<Housekeeping>();
        _stopped = new Lazy<Task>(StopOnceAsync);
    }

    /// <summary>The addresses that it listens on, with the ports that were taken.</summary>
    public IReadOnlyList<string> Urls => [.. _app.Urls];

    public IStore Store => _store;

    /// <summary>Keys, sign-ins, views and rules; until the server is disposed, also after its stop.</summary>
    public SharedFolder Shared { get; }

    internal IServiceProvider Services => _app.Services;

    /// <summary>Opens the store, then listens.</summary>
    /// <exception cref="KeyFileException">The keys cannot be read.</exception>
    /// <exception cref="IOException">An address cannot be listened on, for instance because another program does.</exception>
    public static async Task<CisternServer> StartAsync(CisternSettings settings, OpenStore openStore, ServerOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new ServerOptions();
        SpareMemory.ReturnLargeBlocksAtOnce();
        PrivateFile.CreateFolder(settings.DataFolder);
        var loggers = LoggerFactory.Create(options.Logging);
        SharedFolder? shared = null;
        IStore? store = null;
        WebApplication? app = null;
        try
        {
            shared = await StoreChoice.OpenSharedAsync(settings, options.Time, loggers, cancel);
            var rules = new RuleStore(shared.Rules, loggers.CreateLogger<RuleStore>());
            store = await openStore(new StoreOpening(settings, options.Time, loggers) { Rules = rules, Shared = shared }, cancel);
            app = Build(settings, store, shared, rules, loggers, options);
            await app.StartAsync(cancel);
            var server = new CisternServer(app, store, shared, loggers, settings, options.Time);
            server._housekeeping.Start();
            WarmUp.Start();
            Log.Started(app.Logger, string.Join(", ", app.Urls), Path.GetFullPath(settings.DataFolder));
            return server;
        }
        catch
        {
            await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (store?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (shared?.DisposeAsync() ?? ValueTask.CompletedTask);
            loggers.Dispose();
            throw;
        }
    }

    /// <summary>Takes no more deliveries, finishes those in flight, and closes the store.</summary>
    public Task StopAsync() => _stopped.Value;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Shared.DisposeAsync();
        _loggers.Dispose();
    }

    private static WebApplication Build(CisternSettings settings, IStore store, SharedFolder shared, RuleStore rules, ILoggerFactory loggers, ServerOptions options)
    {
        // Empty, because the other builders read files and variables of ASP.NET Core that are not our settings.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => ServerListening.Configure(kestrel, settings));
        ServerListening.AddCertificate(builder.Services, settings, options.Time);

        // What the container does not make it does not dispose: the store outlives the last answer.
        builder.Services.AddSingleton(QuestionLimits.From(settings.Query));
        builder.Services.AddSingleton(settings).AddSingleton(options.Time).AddSingleton(store).AddSingleton(shared).AddSingleton(rules).AddSingleton(loggers);
        builder.Services.AddSingleton(new WebFolder(options.WebFolder)).AddSingleton(options.Firehose);
        AddRooms(builder.Services);
        var app = builder.Build();
        TrustedProxies.Use(app, settings.TrustedProxies);
        MapRooms(app, options);
        return app;
    }

    /// <summary>The parts of every room. A room that answers requests is a line here and one in <see cref="MapRooms"/>.</summary>
    private static void AddRooms(IServiceCollection services)
    {
        services.AddRoutingCore();
        services.AddSingleton<IHostLifetime, WithoutSignals>();
        services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlockPools>();
        services.AddSingleton<ServerMetrics>().AddSingleton<MetricsPage>().AddSingleton<HealthPages>().AddSingleton<ReadGate>().AddSingleton<Housekeeping>().AddSingleton<Backups>();
        services.AddSingleton(new StreamAccess(context => Access.Of(context).Holds()));
        services.AddIngest();
        services.AddQuery();
        services.AddDashboard();
    }

    /// <summary>Around every request, from the outside in: what nobody caught, the access that the API needs, what has no address; then the rooms.</summary>
    private static void MapRooms(WebApplication app, ServerOptions options)
    {
        var firehose = app.Services.GetRequiredService<FirehoseEndpoint>();
        var gate = app.Services.GetRequiredService<ReadGate>();
        app.Use(next => context => firehose.AnswerFailuresAsync(context, next));
        if (options.Refuses is { } refuses)
        {
            app.Use(next => context => refuses(context.Request) ? AnswerOutOfOrderAsync(context, options.Time) : next(context));
        }

        app.Use(next => context => gate.PassAsync(context, next));
        app.Use(next => context => context.GetEndpoint() is null ? firehose.HandleUnknownAsync(context) : next(context));

        firehose.Map(app);
        app.Services.GetRequiredService<HealthPages>().Map(app);

        // What is mapped here is reached only through the gate.
        QueryEndpoints.Map(app.MapGroup(ReadGate.Prefix));
        QueryEndpoints.MapOpenApi(app);
        app.MapDashboard();
    }

    private static Task AnswerOutOfOrderAsync(HttpContext context, TimeProvider time) => FirehoseReply.SendAsync(
        context, IngestResult.Refused(IngestFault.StoreUnavailable, "out of order: nothing is taken for a while"), RequestHeaders.ReadRequestId(context.Request), time.GetUtcNow());

    private async Task StopOnceAsync()
    {
        Log.Stopping(_app.Logger);
        await _app.Services.GetRequiredService<InFlight>().StopAsync(_settings.Ingest.StopTimeout, _time);
        await _app.StopAsync(CancellationToken.None);
        await _housekeeping.StopAsync();
        await _app.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Information, "Listening on {Urls}, data in {Folder}")]
        public static partial void Started(ILogger logger, string urls, string folder);

        [LoggerMessage(2002, LogLevel.Information, "Stopping: finishing the deliveries in flight")]
        public static partial void Stopping(ILogger logger);
    }
}
