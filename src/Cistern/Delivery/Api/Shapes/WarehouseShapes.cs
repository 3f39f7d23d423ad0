using static Cistern.Delivery.Api.Shapes.CommonShapes;
using static Cistern.Delivery.Api.Shapes.S3Shapes;
using static Cistern.Delivery.Api.Shapes.Shape;

namespace Cistern.Delivery.Api.Shapes;

/// <summary>Redshift, Splunk, Snowflake and Iceberg: described back, not delivered to.</summary>
/// <remarks>Names, bounds and patterns are those of the API (2015-08-04).</remarks>
internal static class WarehouseShapes
{
    public static readonly Structure CopyCommand = Of(
        Need("DataTableName", Line(1, 512)),
        May("DataTableColumns", Line(0, 10240)),
        May("CopyOptions", Line(0, 10240)));

    public static readonly Structure RedshiftRetryOptions = Of(May("DurationInSeconds", Whole(0, 7200)));

    public static readonly Structure RedshiftDestinationConfiguration = Of(
        Need("RoleARN", Role),
        Need("ClusterJDBCURL", Text(1, 512, @"jdbc:(redshift|postgresql)://((?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)+(redshift(-serverless)?)\.([a-zA-Z0-9\.\-]+):\d{1,5}/[a-zA-Z0-9_$-]+")),
        Need("CopyCommand", CopyCommand),
        May("Username", Line(1, 512).Hidden()),
        May("Password", Line(6, 512).Hidden()),
        May("RetryOptions", RedshiftRetryOptions),
        Need("S3Configuration", S3DestinationConfiguration),
        May("ProcessingConfiguration", ProcessingConfiguration),
        May("S3BackupMode", OneOf("Disabled", "Enabled")),
        May("S3BackupConfiguration", S3DestinationConfiguration),
        May("CloudWatchLoggingOptions", CloudWatchLoggingOptions),
        May("SecretsManagerConfiguration", SecretsManagerConfiguration));

    public static readonly Structure RedshiftDestinationUpdate = RedshiftDestinationConfiguration.Update();

    public static readonly Structure SplunkRetryOptions = Of(May("DurationInSeconds", Whole(0, 7200)));

    public static readonly Structure SplunkBufferingHints = Of(May("IntervalInSeconds", Whole(0, 60)), May("SizeInMBs", Whole(1, 5)));

    public static readonly Structure SplunkDestinationConfiguration = Of(
        Need("HECEndpoint", Line(0, 2048)),
        Need("HECEndpointType", OneOf("Raw", "Event")),
        May("HECToken", Line(0, 2048)),
        May("HECAcknowledgmentTimeoutInSeconds", Whole(180, 600)),
        May("RetryOptions", SplunkRetryOptions),
        May("S3BackupMode", OneOf("FailedEventsOnly", "AllEvents")),
        Need("S3Configuration", S3DestinationConfiguration),
        May("ProcessingConfiguration", ProcessingConfiguration),
        May("CloudWatchLoggingOptions", CloudWatchLoggingOptions),
        May("BufferingHints", SplunkBufferingHints),
        May("SecretsManagerConfiguration", SecretsManagerConfiguration));

    public static readonly Structure SplunkDestinationUpdate = SplunkDestinationConfiguration.Update();

    public static readonly Structure SnowflakeRoleConfiguration = Of(May("Enabled", Flag), May("SnowflakeRole", Text(1, 255).Hidden()));

    public static readonly Structure SnowflakeVpcConfiguration = Of(
        Need("PrivateLinkVpceId", Text(47, 255, @"([a-zA-Z0-9\-\_]+\.){2,3}vpce\.[a-zA-Z0-9\-]*\.vpce-svc\-[a-zA-Z0-9\-]{17}$").Hidden()));

    public static readonly Structure SnowflakeRetryOptions = Of(May("DurationInSeconds", Whole(0, 7200)));

    public static readonly Structure SnowflakeBufferingHints = Of(May("SizeInMBs", Whole(1, 128)), May("IntervalInSeconds", Whole(0, 900)));

    public static readonly Structure SnowflakeDestinationConfiguration = Of(
        Need("AccountUrl", Text(24, 2048, @".+?\.snowflakecomputing\.com").Hidden()),
        May("PrivateKey", Text(256, 4096, @"^(?:[A-Za-z0-9+\/]{4})*(?:[A-Za-z0-9+\/]{2}==|[A-Za-z0-9+\/]{3}=)?$").Hidden()),
        May("KeyPassphrase", Text(7, 255).Hidden()),
        May("User", Text(1, 255).Hidden()),
        Need("Database", Text(1, 255).Hidden()),
        Need("Schema", Text(1, 255).Hidden()),
        Need("Table", Text(1, 255).Hidden()),
        May("SnowflakeRoleConfiguration", SnowflakeRoleConfiguration),
        May("DataLoadingOption", OneOf("JSON_MAPPING", "VARIANT_CONTENT_MAPPING", "VARIANT_CONTENT_AND_METADATA_MAPPING")),
        May("MetaDataColumnName", Text(1, 255).Hidden()),
        May("ContentColumnName", Text(1, 255).Hidden()),
        May("SnowflakeVpcConfiguration", SnowflakeVpcConfiguration),
        May("CloudWatchLoggingOptions", CloudWatchLoggingOptions),
        May("ProcessingConfiguration", ProcessingConfiguration),
        Need("RoleARN", Role),
        May("RetryOptions", SnowflakeRetryOptions),
        May("S3BackupMode", OneOf("FailedDataOnly", "AllData")),
        Need("S3Configuration", S3DestinationConfiguration),
        May("SecretsManagerConfiguration", SecretsManagerConfiguration),
        May("BufferingHints", SnowflakeBufferingHints));

    public static readonly Structure SnowflakeDestinationUpdate = SnowflakeDestinationConfiguration.Update("SnowflakeVpcConfiguration");

    public static readonly Structure PartitionField = Of(Need("SourceName", Word));

    public static readonly Shape PartitionFields = List(PartitionField);

    public static readonly Structure PartitionSpec = Of(May("Identity", PartitionFields));

    public static readonly Structure DestinationTableConfiguration = Of(
        Need("DestinationTableName", Text(1, 255, @"[a-zA-Z0-9\.\_]+")),
        Need("DestinationDatabaseName", Text(1, 255, @"[a-zA-Z0-9\.\_]+")),
        May("UniqueKeys", ListOfNonEmptyStringsWithoutWhitespace),
        May("PartitionSpec", PartitionSpec),
        May("S3ErrorOutputPrefix", Line(0, 1024)));

    public static readonly Shape DestinationTableConfigurationList = List(DestinationTableConfiguration);

    public static readonly Structure SchemaEvolutionConfiguration = Of(Need("Enabled", Flag));

    public static readonly Structure TableCreationConfiguration = Of(Need("Enabled", Flag));

    public static readonly Structure CatalogConfiguration = Of(
        May("CatalogARN", Text(1, 512, @"arn:.*:glue:.*:\d{12}:catalog(?:(/[a-z0-9_-]+){1,2})?")),
        May("WarehouseLocation", Text(1, 2048, @"s3:\/\/.*")));

    public static readonly Structure IcebergDestinationConfiguration = Of(
        May("DestinationTableConfigurationList", DestinationTableConfigurationList),
        May("SchemaEvolutionConfiguration", SchemaEvolutionConfiguration),
        May("TableCreationConfiguration", TableCreationConfiguration),
        May("BufferingHints", BufferingHints),
        May("CloudWatchLoggingOptions", CloudWatchLoggingOptions),
        May("ProcessingConfiguration", ProcessingConfiguration),
        May("S3BackupMode", OneOf("FailedDataOnly", "AllData")),
        May("RetryOptions", RetryOptions),
        Need("RoleARN", Role),
        May("AppendOnly", Flag),
        Need("CatalogConfiguration", CatalogConfiguration),
        Need("S3Configuration", S3DestinationConfiguration));

    public static readonly Structure IcebergDestinationUpdate = IcebergDestinationConfiguration.Optional();
}
