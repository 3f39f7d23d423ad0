using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Shapes;

namespace Cistern.Delivery.Api.Catalogue;

/// <summary>A kind of destination: what its three forms are called and look like, and what is filled in.</summary>
/// <param name="Name">The beginning of the three names: <c>HttpEndpoint</c> for <c>HttpEndpointDestinationConfiguration</c>, …Update and …Description.</param>
/// <param name="Defaults">Members that a configuration has without being given them.</param>
internal sealed record DestinationType(string Name, Structure Configuration, Structure Update, Func<JsonObject> Defaults)
{
    public string ConfigurationName => $"{Name}DestinationConfiguration";

    public string UpdateName => $"{Name}DestinationUpdate";

    public string DescriptionName => $"{Name}DestinationDescription";

    /// <summary>Members of one family can be merged: an update of the plain S3 destination changes an extended one, too.</summary>
    public bool IsS3 => Name is "S3" or "ExtendedS3";

    /// <summary>Such a stream keeps its destination's type.</summary>
    public bool IsSearch => Name is "Elasticsearch" or "Amazonopensearchservice" or "AmazonOpenSearchServerless";

    public bool IsDelivered => IsS3 || Name == "HttpEndpoint";
}

internal static class DestinationTypes
{
    public static readonly DestinationType S3 = new("S3", S3Shapes.S3DestinationConfiguration, S3Shapes.S3DestinationUpdate, ObjectDefaults);

    public static readonly DestinationType ExtendedS3 = new("ExtendedS3", S3Shapes.ExtendedS3DestinationConfiguration, S3Shapes.ExtendedS3DestinationUpdate, () => ObjectDefaults().With(
        ("ProcessingConfiguration", NoProcessing()),
        ("S3BackupMode", "Disabled"),
        ("DataFormatConversionConfiguration", new JsonObject { ["Enabled"] = false })));

    public static readonly DestinationType HttpEndpoint = new("HttpEndpoint", HttpShapes.HttpEndpointDestinationConfiguration, HttpShapes.HttpEndpointDestinationUpdate, () => Common(5, 300, 300).With(
        ("RequestConfiguration", new JsonObject { ["ContentEncoding"] = "NONE" }),
        ("S3BackupMode", "FailedDataOnly")));

    private static readonly DestinationType Redshift = new("Redshift", WarehouseShapes.RedshiftDestinationConfiguration, WarehouseShapes.RedshiftDestinationUpdate, () => new JsonObject().With(
        ("ProcessingConfiguration", NoProcessing()), ("RetryOptions", Retry(3600)), ("S3BackupMode", "Disabled"), ("CloudWatchLoggingOptions", NoLogging())));

    private static readonly DestinationType Elasticsearch = new("Elasticsearch", SearchShapes.ElasticsearchDestinationConfiguration, SearchShapes.ElasticsearchDestinationUpdate, () => Common(5, 300, 300).With(
        ("S3BackupMode", "FailedDocumentsOnly"), ("IndexRotationPeriod", "OneDay")));

    private static readonly DestinationType OpenSearch = new("Amazonopensearchservice", SearchShapes.AmazonopensearchserviceDestinationConfiguration, SearchShapes.AmazonopensearchserviceDestinationUpdate, Elasticsearch.Defaults);

    private static readonly DestinationType Serverless = new("AmazonOpenSearchServerless", SearchShapes.AmazonOpenSearchServerlessDestinationConfiguration, SearchShapes.AmazonOpenSearchServerlessDestinationUpdate, () => Common(5, 300, 300).With(
        ("S3BackupMode", "FailedDocumentsOnly")));

    private static readonly DestinationType Splunk = new("Splunk", WarehouseShapes.SplunkDestinationConfiguration, WarehouseShapes.SplunkDestinationUpdate, () => Common(5, 60, 300).With(
        ("S3BackupMode", "FailedEventsOnly"), ("HECAcknowledgmentTimeoutInSeconds", 300)));

    private static readonly DestinationType Snowflake = new("Snowflake", WarehouseShapes.SnowflakeDestinationConfiguration, WarehouseShapes.SnowflakeDestinationUpdate, () => Common(1, 0, 60).With(
        ("S3BackupMode", "FailedDataOnly"), ("DataLoadingOption", "JSON_MAPPING")));

    private static readonly DestinationType Iceberg = new("Iceberg", WarehouseShapes.IcebergDestinationConfiguration, WarehouseShapes.IcebergDestinationUpdate, () => Common(5, 300, 300).With(
        ("S3BackupMode", "FailedDataOnly"), ("AppendOnly", false)));

    public static IReadOnlyList<DestinationType> All { get; } = [S3, ExtendedS3, HttpEndpoint, Redshift, Elasticsearch, OpenSearch, Serverless, Splunk, Snowflake, Iceberg];

    public static DestinationType Named(string name) => All.First(type => type.Name == name);

    /// <summary>What a plain S3 configuration has without being given it, also where it is a backup.</summary>
    public static JsonObject ObjectDefaults() => new JsonObject().With(
        ("BufferingHints", Hints(5, 300)),
        ("CompressionFormat", "UNCOMPRESSED"),
        ("EncryptionConfiguration", new JsonObject { ["NoEncryptionConfig"] = "NoEncryption" }),
        ("CloudWatchLoggingOptions", NoLogging()));

    private static JsonObject Common(int megabytes, int seconds, int retrySeconds) => new JsonObject().With(
        ("BufferingHints", Hints(megabytes, seconds)),
        ("CloudWatchLoggingOptions", NoLogging()),
        ("ProcessingConfiguration", NoProcessing()),
        ("RetryOptions", Retry(retrySeconds)));

    private static JsonObject Hints(int megabytes, int seconds) => new() { ["SizeInMBs"] = megabytes, ["IntervalInSeconds"] = seconds };

    private static JsonObject NoLogging() => new() { ["Enabled"] = false };

    private static JsonObject NoProcessing() => new() { ["Enabled"] = false, ["Processors"] = new JsonArray() };

    private static JsonObject Retry(int seconds) => new() { ["DurationInSeconds"] = seconds };

    private static JsonObject With(this JsonObject members, params (string Name, JsonNode Value)[] added)
    {
        foreach (var (name, value) in added)
        {
            members[name] = value;
        }

        return members;
    }
}
