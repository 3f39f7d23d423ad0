namespace Cistern.Commands.Aws.Costs;

/// <summary>The entries of a bill, as people know them.</summary>
internal static class CostServices
{
    public const string RealtimeLines = "CloudFront, real-time log lines";
    public const string KinesisHours = "Kinesis, hours of the stream";
    public const string KinesisIn = "Kinesis, data in";
    public const string KinesisOut = "Kinesis, data out";
    public const string VendedLogs = "CloudWatch, delivery of vended logs";
    public const string FirehoseVended = "Firehose, vended logs";
    public const string Firehose = "Firehose, data in";
    public const string LambdaRequests = "Lambda, requests";
    public const string LambdaCompute = "Lambda, compute";
    public const string MetricUpdates = "CloudWatch metric stream, updates";
    public const string Transfer = "data transfer to the internet";
    public const string Secrets = "Secrets Manager";
    public const string Alarms = "CloudWatch alarms";
    public const string Backup = "S3, backup of what fails";

    /// <summary>As they are shown: what only one route has first, along the way of a line.</summary>
    public static readonly IReadOnlyList<string> InOrder =
    [
        RealtimeLines, KinesisHours, KinesisIn, KinesisOut, VendedLogs, FirehoseVended, Firehose,
        LambdaRequests, LambdaCompute, MetricUpdates, Transfer, Secrets, Alarms, Backup,
    ];
}
