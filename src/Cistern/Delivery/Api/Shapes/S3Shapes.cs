using static Cistern.Delivery.Api.Shapes.CommonShapes;
using static Cistern.Delivery.Api.Shapes.Shape;

namespace Cistern.Delivery.Api.Shapes;

/// <summary>Objects in S3: the plain destination, which is the backup of the others too, and the extended one.</summary>
/// <remarks>Names, bounds and patterns are those of the API (2015-08-04).</remarks>
internal static class S3Shapes
{
    public static readonly Structure KMSEncryptionConfig = Of(Need("AWSKMSKeyARN", KmsKey));

    public static readonly Structure EncryptionConfiguration = Of(
        May("NoEncryptionConfig", OneOf("NoEncryption")),
        May("KMSEncryptionConfig", KMSEncryptionConfig));

    public static readonly Structure S3DestinationConfiguration = Of(
        Need("RoleARN", Role),
        Need("BucketARN", Bucket),
        May("Prefix", Line(0, 1024)),
        May("ErrorOutputPrefix", Line(0, 1024)),
        May("BufferingHints", BufferingHints),
        May("CompressionFormat", Compression),
        May("EncryptionConfiguration", EncryptionConfiguration),
        May("CloudWatchLoggingOptions", CloudWatchLoggingOptions));

    public static readonly Structure S3DestinationUpdate = S3DestinationConfiguration.Optional();

    public static readonly Structure SchemaConfiguration = Of(
        May("RoleARN", Word),
        May("CatalogId", Word),
        May("DatabaseName", Word),
        May("TableName", Word),
        May("Region", Word),
        May("VersionId", Word));

    public static readonly Shape ColumnToJsonKeyMappings = Map(Word, NotBlank);

    public static readonly Structure OpenXJsonSerDe = Of(
        May("ConvertDotsInJsonKeysToUnderscores", Flag),
        May("CaseInsensitive", Flag),
        May("ColumnToJsonKeyMappings", ColumnToJsonKeyMappings));

    public static readonly Shape ListOfNonEmptyStrings = List(NotBlank);

    public static readonly Structure HiveJsonSerDe = Of(May("TimestampFormats", ListOfNonEmptyStrings));

    public static readonly Structure Deserializer = Of(May("OpenXJsonSerDe", OpenXJsonSerDe), May("HiveJsonSerDe", HiveJsonSerDe));

    public static readonly Structure InputFormatConfiguration = Of(May("Deserializer", Deserializer));

    public static readonly Structure ParquetSerDe = Of(
        May("BlockSizeBytes", Whole(67108864)),
        May("PageSizeBytes", Whole(65536)),
        May("Compression", OneOf("UNCOMPRESSED", "GZIP", "SNAPPY")),
        May("EnableDictionaryCompression", Flag),
        May("MaxPaddingBytes", Whole(0)),
        May("WriterVersion", OneOf("V1", "V2")));

    public static readonly Shape ListOfNonEmptyStringsWithoutWhitespace = List(Word);

    public static readonly Structure OrcSerDe = Of(
        May("StripeSizeBytes", Whole(8388608)),
        May("BlockSizeBytes", Whole(67108864)),
        May("RowIndexStride", Whole(1000)),
        May("EnablePadding", Flag),
        May("PaddingTolerance", Proportion),
        May("Compression", OneOf("NONE", "ZLIB", "SNAPPY")),
        May("BloomFilterColumns", ListOfNonEmptyStringsWithoutWhitespace),
        May("BloomFilterFalsePositiveProbability", Proportion),
        May("DictionaryKeyThreshold", Proportion),
        May("FormatVersion", OneOf("V0_11", "V0_12")));

    public static readonly Structure Serializer = Of(May("ParquetSerDe", ParquetSerDe), May("OrcSerDe", OrcSerDe));

    public static readonly Structure OutputFormatConfiguration = Of(May("Serializer", Serializer));

    public static readonly Structure DataFormatConversionConfiguration = Of(
        May("SchemaConfiguration", SchemaConfiguration),
        May("InputFormatConfiguration", InputFormatConfiguration),
        May("OutputFormatConfiguration", OutputFormatConfiguration),
        May("Enabled", Flag));

    public static readonly Structure DynamicPartitioningConfiguration = Of(May("RetryOptions", RetryOptions), May("Enabled", Flag));

    public static readonly Structure ExtendedS3DestinationConfiguration = Of(
    [
        .. S3DestinationConfiguration.Members,
        May("ProcessingConfiguration", ProcessingConfiguration),
        May("S3BackupMode", OneOf("Disabled", "Enabled")),
        May("S3BackupConfiguration", S3DestinationConfiguration),
        May("DataFormatConversionConfiguration", DataFormatConversionConfiguration),
        May("DynamicPartitioningConfiguration", DynamicPartitioningConfiguration),
        May("FileExtension", Text(0, 128, @"^$|\.[0-9a-z!\-_.*'()]+")),
        May("CustomTimeZone", Text(0, 50, @"^$|[a-zA-Z/_]+")),
    ]);

    public static readonly Structure ExtendedS3DestinationUpdate = ExtendedS3DestinationConfiguration.Update();
}
