using Cistern.Delivery.Aws;
using Cistern.Journal;

namespace Cistern.Delivery.Kinesis;

/// <summary>Where Kinesis is, and who asks.</summary>
internal sealed record KinesisAccess(Uri Endpoint, AwsCredentials Credentials);

/// <summary>The data stream that a delivery stream reads: its client, its checkpoint and its reader, put together.</summary>
internal sealed partial class KinesisSource : IDisposable
{
    private readonly KinesisClient _client;
    private readonly KinesisReader _reader;

    private KinesisSource(KinesisClient client, KinesisReader reader) => (_client, _reader) = (client, reader);

    /// <param name="plan">Of a delivery stream with <see cref="StreamPlan.Kinesis"/>, whose ARN was checked.</param>
    /// <param name="checkpointPath"><c>kinesis.json</c> in the folder of the delivery stream, which is there.</param>
    /// <exception cref="DiskException">The checkpoint is there and cannot be read.</exception>
    public static KinesisSource Open(
        StreamPlan plan, KinesisAccess access, IDisk disk, string checkpointPath, KinesisSink sink, TimeProvider time, Random random, ILogger logger)
    {
        var text = plan.Kinesis?.StreamArn ?? "";
        if (!KinesisArn.TryParse(text, out var arn))
        {
            throw new ArgumentException($"'{text}' is not the ARN of a Kinesis data stream", nameof(plan));
        }

        var checkpoint = KinesisCheckpoint.Open(disk, checkpointPath, arn.Text, out var ignored);
        if (ignored is not null)
        {
            Log.CheckpointIgnored(logger, checkpointPath, ignored);
        }

        var client = new KinesisClient(access.Endpoint, access.Credentials, arn, time);
        return new KinesisSource(client, new KinesisReader(client, checkpoint, sink, KinesisReading.Of(plan), time, random, logger));
    }

    /// <inheritdoc cref="KinesisReader.ReadOnceAsync"/>
    public Task<KinesisStep> ReadOnceAsync(CancellationToken cancel) => _reader.ReadOnceAsync(cancel);

    public void Dispose() => _client.Dispose();

    private static partial class Log
    {
        [LoggerMessage(7204, LogLevel.Warning, "The stream is read from its oldest record, and records may come twice: {Path} does not count, because {Reason}")]
        public static partial void CheckpointIgnored(ILogger logger, string path, string reason);
    }
}
