using System.Globalization;
using System.Text.Json.Nodes;

namespace Cistern.Delivery.Api.Catalogue;

/// <summary>Makes of a stream's configuration what the running service must know.</summary>
internal static class PlanMaker
{
    private const string BucketArnStart = ":s3:::";

    public static StreamPlan Make(StreamId id, int version, JsonObject? source, DestinationConfiguration destination)
    {
        var members = destination.Members;
        var bucket = destination.Type.IsS3 ? members : (JsonObject)members["S3Configuration"]!;
        var processing = members["ProcessingConfiguration"] as JsonObject;
        return new StreamPlan
        {
            Arn = id.Arn,
            Name = id.Name,
            Version = version,
            Kinesis = (string?)source?["KinesisStreamSourceDescription"]?["KinesisStreamARN"] is { } stream ? new KinesisSourcePlan(stream) : null,
            Http = destination.Type == DestinationTypes.HttpEndpoint ? Http(destination) : null,
            UnsupportedDestination = destination.Type.IsDelivered ? null : destination.Type.Name,
            Transform = LambdaProcessor.Plan(processing),
            Processors = LambdaProcessor.PlanOthers(processing),
            S3 = Bucket(bucket),
            SourceBackup = SourceBackup(members),
        };
    }

    private static HttpPlan Http(DestinationConfiguration destination)
    {
        var members = destination.Members;
        return new HttpPlan
        {
            Url = new Uri((string)members["EndpointConfiguration"]!["Url"]!),
            AccessKey = destination.AccessKey,
            Gzip = (string?)members["RequestConfiguration"]?["ContentEncoding"] == "GZIP",
            CommonAttributes = Attributes(members["RequestConfiguration"]?["CommonAttributes"] as JsonArray),
            Buffering = Hints(members),
            RetryWindow = Seconds(members["RetryOptions"]!["DurationInSeconds"]!),
        };
    }

    // A name that is given twice keeps its last value, as the JSON object of the header would.
    private static Dictionary<string, string> Attributes(JsonArray? given)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in (given ?? []).OfType<JsonObject>())
        {
            attributes[(string)attribute["AttributeName"]!] = (string)attribute["AttributeValue"]!;
        }

        return attributes;
    }

    private static S3Plan Bucket(JsonObject bucket)
    {
        var arn = (string)bucket["BucketARN"]!;
        var zone = (string?)bucket["CustomTimeZone"] ?? "";
        return new S3Plan
        {
            Bucket = arn[(arn.LastIndexOf(BucketArnStart, StringComparison.Ordinal) + BucketArnStart.Length)..],
            Prefix = (string?)bucket["Prefix"] ?? "",
            ErrorOutputPrefix = (string?)bucket["ErrorOutputPrefix"] ?? "",
            Compression = Compression((string?)bucket["CompressionFormat"]),
            Buffering = Hints(bucket),
            FileExtension = (string?)bucket["FileExtension"] ?? "",
            TimeZone = zone.Length > 0 ? TimeZoneInfo.FindSystemTimeZoneById(zone) : TimeZoneInfo.Utc,
        };
    }

    // The extended destination, Redshift and the search family name a bucket or a mode of their own for the source records.
    private static S3Plan? SourceBackup(JsonObject members) => (string?)members["S3BackupMode"] switch
    {
        "Enabled" when members["S3BackupConfiguration"] is JsonObject bucket => Bucket(bucket),
        "AllData" or "AllDocuments" or "AllEvents" => Bucket((JsonObject)members["S3Configuration"]!),
        _ => null,
    };

    private static BufferHints Hints(JsonObject holder)
    {
        var hints = holder["BufferingHints"]!;
        return new BufferHints(Whole(hints["SizeInMBs"]!) << 20, Seconds(hints["IntervalInSeconds"]!));
    }

    private static TimeSpan Seconds(JsonNode number) => TimeSpan.FromSeconds(Whole(number));

    // A node that was read holds another type of number than one that was filled in.
    private static long Whole(JsonNode number) => long.Parse(number.ToJsonString(), CultureInfo.InvariantCulture);

    private static S3Compression Compression(string? name) => name switch
    {
        "GZIP" => S3Compression.Gzip,
        "ZIP" => S3Compression.Zip,
        "Snappy" => S3Compression.Snappy,
        "HADOOP_SNAPPY" => S3Compression.HadoopSnappy,
        _ => S3Compression.Uncompressed,
    };
}
