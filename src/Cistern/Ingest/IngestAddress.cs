using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;

namespace Cistern.Ingest;

/// <summary>An address that takes deliveries.</summary>
/// <param name="Signal">What it takes; null if it takes anything.</param>
/// <param name="Purpose">What a person reads who opens it in a browser.</param>
internal sealed record IngestAddress(string Path, DeliveryRoute Route, TableSchema? Signal, string Purpose)
{
    public static IReadOnlyList<IngestAddress> All { get; } =
    [
        new("/v1/logs/aws_data_firehose_cloudfront", DeliveryRoute.CloudFront, Tables.Requests,
            "This address takes CloudFront logs: POST from Amazon Data Firehose (HTTP endpoint), or single entries as JSON. A key is needed."),
        new("/ingester/kinesis/logs", DeliveryRoute.Logs, Tables.Logs,
            "This address takes CloudWatch Logs: POST from Amazon Data Firehose (HTTP endpoint) behind a subscription filter. A key is needed."),
        new("/ingester/kinesis/metrics", DeliveryRoute.Metrics, Tables.Metrics,
            "This address takes CloudWatch metric streams, JSON or OpenTelemetry: POST from Amazon Data Firehose (HTTP endpoint). A key is needed."),
        new("/firehose", DeliveryRoute.Any, null,
            "This address takes any delivery of Amazon Data Firehose (HTTP endpoint, POST) and recognises what it holds. A key is needed."),
    ];
}
