namespace Cistern.Delivery.Metrics;

/// <summary>What is measured of a delivery stream. Names on the wire and units are in <see cref="StreamMetricTable"/>.</summary>
internal enum StreamMetric
{
    IncomingBytes,
    IncomingRecords,
    IncomingPutRequests,
    ThrottledRecords,
    BytesPerSecondLimit,
    RecordsPerSecondLimit,
    PutRequestsPerSecondLimit,
    PutRecordBytes,
    PutRecordLatency,
    PutRecordRequests,
    PutRecordBatchBytes,
    PutRecordBatchLatency,
    PutRecordBatchRecords,
    PutRecordBatchRequests,
    DescribeLatency,
    DescribeRequests,
    ListLatency,
    ListRequests,
    UpdateLatency,
    UpdateRequests,
    HttpBytes,
    HttpRecords,
    HttpProcessedBytes,
    HttpProcessedRecords,
    HttpSuccess,
    HttpDataFreshness,
    BackupBytes,
    BackupRecords,
    BackupSuccess,
    BackupDataFreshness,
    S3Bytes,
    S3Records,
    S3Success,
    S3DataFreshness,
    S3ObjectCount,
    ProcessingDuration,
    ProcessingSuccess,
    ProcessedRecords,
    ProcessedBytes,
    DecompressedBytesSuccess,
    DecompressedBytesFailed,
    DecompressedRecordsSuccess,
    DecompressedRecordsFailed,
    KmsKeyAccessDenied,
    KmsKeyDisabled,
    KmsKeyInvalidState,
    KmsKeyNotFound,
    KinesisBytes,
    KinesisRecords,
    KinesisMillisBehindLatest,
    ThrottledGetRecords,
    ThrottledGetShardIterator,
    ThrottledDescribeStream,
}

/// <summary>The name of a metric in namespace <c>AWS/Firehose</c>, and its unit.</summary>
internal sealed record MetricName(StreamMetric Metric, string Name, string Unit);

/// <summary>Every metric as CloudWatch names it. Developer guide, CloudWatch metrics.</summary>
internal static class StreamMetricTable
{
    private const string Bytes = "Bytes";
    private const string Count = "Count";
    private const string Milliseconds = "Milliseconds";
    private const string Seconds = "Seconds";

    /// <summary>In the order of the enum, so that a metric's number is its place.</summary>
    public static IReadOnlyList<MetricName> All { get; } =
    [
        new(StreamMetric.IncomingBytes, "IncomingBytes", Bytes),
        new(StreamMetric.IncomingRecords, "IncomingRecords", Count),
        new(StreamMetric.IncomingPutRequests, "IncomingPutRequests", Count),
        new(StreamMetric.ThrottledRecords, "ThrottledRecords", Count),
        new(StreamMetric.BytesPerSecondLimit, "BytesPerSecondLimit", Count),
        new(StreamMetric.RecordsPerSecondLimit, "RecordsPerSecondLimit", Count),
        new(StreamMetric.PutRequestsPerSecondLimit, "PutRequestsPerSecondLimit", Count),
        new(StreamMetric.PutRecordBytes, "PutRecord.Bytes", Bytes),
        new(StreamMetric.PutRecordLatency, "PutRecord.Latency", Milliseconds),
        new(StreamMetric.PutRecordRequests, "PutRecord.Requests", Count),
        new(StreamMetric.PutRecordBatchBytes, "PutRecordBatch.Bytes", Bytes),
        new(StreamMetric.PutRecordBatchLatency, "PutRecordBatch.Latency", Milliseconds),
        new(StreamMetric.PutRecordBatchRecords, "PutRecordBatch.Records", Count),
        new(StreamMetric.PutRecordBatchRequests, "PutRecordBatch.Requests", Count),
        new(StreamMetric.DescribeLatency, "DescribeDeliveryStream.Latency", Milliseconds),
        new(StreamMetric.DescribeRequests, "DescribeDeliveryStream.Requests", Count),
        new(StreamMetric.ListLatency, "ListDeliveryStreams.Latency", Milliseconds),
        new(StreamMetric.ListRequests, "ListDeliveryStreams.Requests", Count),
        new(StreamMetric.UpdateLatency, "UpdateDeliveryStream.Latency", Milliseconds),
        new(StreamMetric.UpdateRequests, "UpdateDeliveryStream.Requests", Count),
        new(StreamMetric.HttpBytes, "DeliveryToHttpEndpoint.Bytes", Bytes),
        new(StreamMetric.HttpRecords, "DeliveryToHttpEndpoint.Records", Count),
        new(StreamMetric.HttpProcessedBytes, "DeliveryToHttpEndpoint.ProcessedBytes", Bytes),
        new(StreamMetric.HttpProcessedRecords, "DeliveryToHttpEndpoint.ProcessedRecords", Count),
        new(StreamMetric.HttpSuccess, "DeliveryToHttpEndpoint.Success", Count),
        new(StreamMetric.HttpDataFreshness, "DeliveryToHttpEndpoint.DataFreshness", Seconds),
        new(StreamMetric.BackupBytes, "BackupToS3.Bytes", Bytes),
        new(StreamMetric.BackupRecords, "BackupToS3.Records", Count),
        new(StreamMetric.BackupSuccess, "BackupToS3.Success", Count),
        new(StreamMetric.BackupDataFreshness, "BackupToS3.DataFreshness", Seconds),
        new(StreamMetric.S3Bytes, "DeliveryToS3.Bytes", Bytes),
        new(StreamMetric.S3Records, "DeliveryToS3.Records", Count),
        new(StreamMetric.S3Success, "DeliveryToS3.Success", Count),
        new(StreamMetric.S3DataFreshness, "DeliveryToS3.DataFreshness", Seconds),
        new(StreamMetric.S3ObjectCount, "DeliveryToS3.ObjectCount", Count),
        new(StreamMetric.ProcessingDuration, "ExecuteProcessing.Duration", Milliseconds),
        new(StreamMetric.ProcessingSuccess, "ExecuteProcessing.Success", Count),
        new(StreamMetric.ProcessedRecords, "SucceedProcessing.Records", Count),
        new(StreamMetric.ProcessedBytes, "SucceedProcessing.Bytes", Bytes),
        new(StreamMetric.DecompressedBytesSuccess, "OutputDecompressedBytes.Success", Bytes),
        new(StreamMetric.DecompressedBytesFailed, "OutputDecompressedBytes.Failed", Bytes),
        new(StreamMetric.DecompressedRecordsSuccess, "OutputDecompressedRecords.Success", Count),
        new(StreamMetric.DecompressedRecordsFailed, "OutputDecompressedRecords.Failed", Count),
        new(StreamMetric.KmsKeyAccessDenied, "KMSKeyAccessDenied", Count),
        new(StreamMetric.KmsKeyDisabled, "KMSKeyDisabled", Count),
        new(StreamMetric.KmsKeyInvalidState, "KMSKeyInvalidState", Count),
        new(StreamMetric.KmsKeyNotFound, "KMSKeyNotFound", Count),
        new(StreamMetric.KinesisBytes, "DataReadFromKinesisStream.Bytes", Bytes),
        new(StreamMetric.KinesisRecords, "DataReadFromKinesisStream.Records", Count),
        new(StreamMetric.KinesisMillisBehindLatest, "KinesisMillisBehindLatest", Milliseconds),
        new(StreamMetric.ThrottledGetRecords, "ThrottledGetRecords", Count),
        new(StreamMetric.ThrottledGetShardIterator, "ThrottledGetShardIterator", Count),
        new(StreamMetric.ThrottledDescribeStream, "ThrottledDescribeStream", Count),
    ];

    private static readonly Dictionary<string, StreamMetric> ByName = All.ToDictionary(entry => entry.Name, entry => entry.Metric);

    public static string NameOf(StreamMetric metric) => All[(int)metric].Name;

    public static string UnitOf(StreamMetric metric) => All[(int)metric].Unit;

    public static StreamMetric? Find(string name) => ByName.TryGetValue(name, out var metric) ? metric : null;
}
