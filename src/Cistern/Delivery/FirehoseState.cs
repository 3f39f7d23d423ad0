using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Metrics;
using Cistern.Delivery.Watching;
using Cistern.Journal;

namespace Cistern.Delivery;

/// <summary>What a Firehose holds besides its listening: the locked folder, metrics, streams and their delivery.</summary>
internal sealed partial class FirehoseState : IAsyncDisposable
{
    private static readonly TimeSpan MetricsInterval = TimeSpan.FromMinutes(1);

    private readonly DataFolderLock _lock;
    private readonly FirehoseFolder _folder;
    private readonly IDisk _disk;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private Task _metricsLoop = Task.CompletedTask;
    private DeliveryHost? _host;

    private FirehoseState(DataFolderLock folderLock, FirehoseFolder folder, IDisk disk, TimeProvider time, ILogger logger, StreamMetrics metrics, IDeliveryService delivery, StreamCatalogue catalogue)
    {
        (_lock, _folder, _disk, _time, _logger) = (folderLock, folder, disk, time, logger);
        (Metrics, Delivery, Catalogue) = (metrics, delivery, catalogue);
    }

    public StreamMetrics Metrics { get; }

    public IDeliveryService Delivery { get; }

    public StreamCatalogue Catalogue { get; }

    /// <summary>What lies in the buckets.</summary>
    public required Backups Backups { get; init; }

    /// <exception cref="IOException">The folder is in use, or a file of it cannot be read.</exception>
    public static FirehoseState Open(FirehoseOptions options, IDisk disk, ILoggerFactory loggers)
    {
        var folder = new FirehoseFolder(options.Data);
        var logger = loggers.CreateLogger<FirehoseState>();
        var held = DataFolderLock.Take(folder.Lockable, "cistern firehose", options.Time.GetUtcNow());
        try
        {
            var metrics = new StreamMetrics(options.Time);
            if (MetricsFile.Read(disk, folder.Metrics, metrics) is { } problem)
            {
                Log.MetricsUnreadable(logger, folder.Metrics, problem);
            }

            var parts = new FirehoseParts(folder, disk, metrics, options, loggers);
            var host = options.OpenDelivery is null ? DeliveryHost.Open(parts) : null;
            var delivery = host?.Service ?? options.OpenDelivery!(parts);
            var catalogue = StreamCatalogue.Open(folder, disk, delivery, options.Catalogue with { BucketsAreFolders = options.S3 is null && options.OpenDelivery is null }, options.Time, loggers.CreateLogger<StreamCatalogue>());
            var backups = new Backups(folder, host?.Objects, url => DeliveryHost.Connect(url, options.Catalogue.AllowInsecureEndpoints), options.Time, loggers.CreateLogger<Backups>());
            var state = new FirehoseState(held, folder, disk, options.Time, logger, metrics, delivery, catalogue) { _host = host, Backups = backups };
            state._metricsLoop = Task.Run(state.KeepMetricsAsync);
            return state;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _metricsLoop;
        await Backups.DisposeAsync();
        await Catalogue.DisposeAsync();
        await (_host?.DisposeAsync() ?? Delivery.DisposeAsync());

        // After the delivery, whose last moments are measured, too.
        WriteMetrics();
        _lock.Dispose();
        _stop.Dispose();
    }

    private async Task KeepMetricsAsync()
    {
        using var timer = new PeriodicTimer(MetricsInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                Metrics.Forget();
                WriteMetrics();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // Measurements that are not kept cost no records: the service goes on.
    private void WriteMetrics()
    {
        try
        {
            MetricsFile.Write(_disk, _folder.Metrics, Metrics);
        }
        catch (DiskException error)
        {
            Log.MetricsNotWritten(_logger, _folder.Metrics, error.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2231, LogLevel.Warning, "Cannot read {File}: {Problem}; metrics begin anew")]
        public static partial void MetricsUnreadable(ILogger logger, string file, string problem);

        [LoggerMessage(2232, LogLevel.Warning, "Cannot write {File}: {Problem}; it is tried again in a minute")]
        public static partial void MetricsNotWritten(ILogger logger, string file, string problem);
    }
}
