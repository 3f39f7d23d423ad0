using System.Buffers;
using Cistern.Delivery.Api;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.CloudWatch;
using Cistern.Delivery.Api.Operations;
using Cistern.Delivery.Api.Signing;
using Cistern.Delivery.Metrics;
using Cistern.Delivery.Watching;
using Cistern.Ingest.Keys;
using Cistern.Journal;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Microsoft.AspNetCore.Connections;

namespace Cistern.Delivery;

/// <summary>A running Firehose: its API, its metrics and its streams, on one data folder.</summary>
internal sealed partial class FirehoseServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FirehoseState _state;
    private readonly ILoggerFactory _loggers;
    private readonly Lazy<Task> _stopped;

    private FirehoseServer(WebApplication app, FirehoseState state, ILoggerFactory loggers)
    {
        (_app, _state, _loggers) = (app, state, loggers);
        _stopped = new Lazy<Task>(StopOnceAsync);
    }

    /// <summary>The addresses that it listens on, with the ports that were taken.</summary>
    public IReadOnlyList<string> Urls => [.. _app.Urls];

    public StreamCatalogue Catalogue => _state.Catalogue;

    public StreamMetrics Metrics => _state.Metrics;

    public IDeliveryService Delivery => _state.Delivery;

    /// <summary>Takes the folder, starts its streams, then listens.</summary>
    /// <exception cref="IOException">The folder is in use or cannot be read, or an address cannot be listened on.</exception>
    public static async Task<FirehoseServer> StartAsync(FirehoseOptions options, CancellationToken cancel = default)
    {
        SpareMemory.ReturnLargeBlocksAtOnce();
        PrivateFile.CreateFolder(options.Data);
        var loggers = LoggerFactory.Create(options.Logging);
        FirehoseState? state = null;
        WebApplication? app = null;
        try
        {
            state = FirehoseState.Open(options, new FileDisk(), loggers);
            app = Build(options, state, loggers);
            await app.StartAsync(cancel);
            Log.Started(app.Logger, string.Join(", ", app.Urls), Path.GetFullPath(options.Data), state.Catalogue.All.Count());
            return new FirehoseServer(app, state, loggers);
        }
        catch
        {
            await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (state?.DisposeAsync() ?? ValueTask.CompletedTask);
            loggers.Dispose();
            throw;
        }
    }

    /// <summary>Takes no more requests, ends those in flight, and closes the folder.</summary>
    public Task StopAsync() => _stopped.Value;

    public async ValueTask DisposeAsync() => await StopAsync();

    private static WebApplication Build(FirehoseOptions options, FirehoseState state, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var listening = new CisternSettings { Listen = options.Listen, TlsCertificate = options.TlsCertificate, TlsKey = options.TlsKey };
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => ServerListening.Configure(kestrel, listening));
        ServerListening.AddCertificate(builder.Services, listening, options.Time);
        builder.Services.AddSingleton<IHostLifetime, WithoutSignals>();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlockPools>();
        builder.Services.AddSingleton(loggers);
        var app = builder.Build();
        var front = Front(options, state, loggers);
        app.Run(front.AnswerAsync);
        return app;
    }

    private static ApiFront Front(FirehoseOptions options, FirehoseState state, ILoggerFactory loggers)
    {
        // A pool of its own keeps few large arrays; the shared one would keep many for each processor.
        var pool = ArrayPool<byte>.Create(options.MaxBodyBytes * 2, maxArraysPerBucket: 4);
        var verifier = new RequestVerifier(options.Credentials, options.Region, options.Account, options.Time);
        var puts = new PutOperations(state.Catalogue, state.Delivery, state.Metrics, pool, options.EnforceQuotas, options.Time);
        var control = new ControlOperations(state.Catalogue, options.Time);
        var firehose = new FirehoseAddress(control, puts, verifier, state.Metrics, options.Time, loggers.CreateLogger<FirehoseAddress>());
        var cloudWatch = new CloudWatchAddress(new CloudWatchOperations(state.Metrics, options.Time), verifier, loggers.CreateLogger<CloudWatchAddress>());
        var bodies = new RequestReader(pool, options.MaxBodyBytes, options.MaxInFlightBytes);
        var streams = new StreamsAnswer(state.Catalogue, state.Delivery, state.Metrics, state.Backups, options.Time);
        var watch = new WatchAddress(state.Catalogue, streams, state.Backups, verifier, bodies, loggers.CreateLogger<WatchAddress>());
        return new ApiFront(firehose, cloudWatch, watch, bodies);
    }

    private async Task StopOnceAsync()
    {
        Log.Stopping(_app.Logger);
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _state.DisposeAsync();
        _loggers.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(2221, LogLevel.Information, "Firehose listening on {Urls}, data in {Folder}, streams: {Streams}")]
        public static partial void Started(ILogger logger, string urls, string folder, int streams);

        [LoggerMessage(2222, LogLevel.Information, "Stopping the Firehose")]
        public static partial void Stopping(ILogger logger);
    }
}
