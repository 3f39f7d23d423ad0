using Cistern.Delivery;
using Cistern.Delivery.Kinesis;
using Cistern.Delivery.Metrics;
using Cistern.Delivery.Pipeline;
using Cistern.Journal;

namespace Cistern.Operations;

/// <summary>Reads the data streams of delivery streams that have one, step after step.</summary>
/// <param name="access">Null if no Kinesis service was named: then such streams wait.</param>
internal sealed partial class KinesisFeed(DeliveryService service, FirehoseFolder folder, IDisk disk, KinesisAccess? access, StreamMetrics metrics, TimeProvider time, ILogger logger)
{
    private const string CheckpointName = "kinesis.json";

    private static readonly TimeSpan _restAfterFault = TimeSpan.FromSeconds(10);

    /// <summary>Feeds a stream until it is told to stop; ends at once if the stream has no data stream.</summary>
    public async Task RunAsync(StreamWorker stream, CancellationToken stop)
    {
        if (stream.Plan.Kinesis is not { } source)
        {
            return;
        }

        if (access is null)
        {
            Log.NoService(logger, stream.Plan.Name, source.StreamArn);
            return;
        }

        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(stream, access, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The way that it ends.
            }
            catch (Exception exception) when (exception is IOException or ArgumentException)
            {
                Log.Failed(logger, stream.Plan.Name, exception.Message);
                await Task.Delay(_restAfterFault, time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task ReadAsync(StreamWorker stream, KinesisAccess service, CancellationToken stop)
    {
        var checkpoint = Path.Combine(folder.Stream(stream.Plan.Arn), CheckpointName);
        using var source = KinesisSource.Open(stream.Plan, service, disk, checkpoint, (records, cancel) => PutAsync(stream.Plan.Arn, records, cancel), time, new Random(), logger);
        while (true)
        {
            var step = await source.ReadOnceAsync(stop);
            metrics.Add(stream.Plan.Arn, StreamMetric.KinesisRecords, step.Records);
            metrics.Add(stream.Plan.Arn, StreamMetric.KinesisBytes, step.Bytes);
            metrics.Add(stream.Plan.Arn, StreamMetric.KinesisMillisBehindLatest, step.BehindLatest.TotalMilliseconds);
            await Task.Delay(step.Pause, time, stop);
        }
    }

    private async ValueTask<int> PutAsync(string arn, IReadOnlyList<KinesisRecord> records, CancellationToken cancel)
    {
        var outcome = await service.PutAsync(arn, [.. records.Select(record => record.Data)], [.. records.Select(record => record.Origin)], cancel);
        return outcome.RecordIds.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(3301, LogLevel.Warning, "Stream {Stream} waits: it reads {Source}, and no Kinesis service was named (--kinesis-endpoint)")]
        public static partial void NoService(ILogger logger, string stream, string source);

        [LoggerMessage(3302, LogLevel.Warning, "Stream {Stream} cannot read its data stream, and tries again: {Reason}")]
        public static partial void Failed(ILogger logger, string stream, string reason);
    }
}
