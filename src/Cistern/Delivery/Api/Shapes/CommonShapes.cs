using static Cistern.Delivery.Api.Shapes.Shape;

namespace Cistern.Delivery.Api.Shapes;

/// <summary>What several operations and destinations share.</summary>
/// <remarks>Names, bounds and patterns are those of the API (2015-08-04).</remarks>
internal static class CommonShapes
{
    public static readonly Shape Role = Text(1, 512, @"arn:.*");

    public static readonly Shape Word = Text(1, 1024, @"^\S+$");

    public static readonly Shape KmsKey = Text(1, 512, @"arn:.*:kms:[a-zA-Z0-9\-]+:\d{12}:(key|alias)/[a-zA-Z_0-9+=,.@\-_/]+");

    public static readonly Shape TagKey = Text(1, 128, @"^(?!aws:)[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$");

    public static readonly Shape Bucket = Text(1, 2048, @"arn:.*:s3:::[\w\.\-]{1,255}");

    public static readonly Shape Compression = OneOf("UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY");

    public static readonly Shape NotBlank = Text(1, 1024, @"^(?!\s*$).+");

    public static readonly Shape DatabaseTable = Text(1, 129, @"[\u0001-\uFFFF]*");

    public static readonly Shape StreamName = Text(1, 64, @"[a-zA-Z0-9_.-]+");

    public static readonly Shape StreamType = OneOf("DirectPut", "KinesisStreamAsSource", "MSKAsSource", "DatabaseAsSource");

    public static readonly Shape DestinationId = Text(1, 100, @"[a-zA-Z0-9-]+");

    public static readonly Structure CloudWatchLoggingOptions = Of(
        May("Enabled", Flag),
        May("LogGroupName", Text(0, 512, @"[\.\-_/#A-Za-z0-9]*")),
        May("LogStreamName", Text(0, 512, @"[^:*]*")));

    public static readonly Structure ProcessorParameter = Of(
        Need("ParameterName", OneOf("LambdaArn", "NumberOfRetries", "MetadataExtractionQuery", "JsonParsingEngine", "RoleArn", "BufferSizeInMBs", "BufferIntervalInSeconds", "SubRecordType", "Delimiter", "CompressionFormat", "DataMessageExtraction")),
        Need("ParameterValue", Text(1, 5120, @"^(?!\s*$).+")));

    public static readonly Shape ProcessorParameterList = List(ProcessorParameter);

    public static readonly Structure Processor = Of(
        Need("Type", OneOf("RecordDeAggregation", "Decompression", "CloudWatchLogProcessing", "Lambda", "MetadataExtraction", "AppendDelimiterToRecord")),
        May("Parameters", ProcessorParameterList));

    public static readonly Shape ProcessorList = List(Processor);

    public static readonly Structure ProcessingConfiguration = Of(May("Enabled", Flag), May("Processors", ProcessorList));

    public static readonly Structure RetryOptions = Of(May("DurationInSeconds", Whole(0, 7200)));

    public static readonly Structure BufferingHints = Of(May("SizeInMBs", Whole(1, 128)), May("IntervalInSeconds", Whole(0, 900)));

    public static readonly Structure SecretsManagerConfiguration = Of(
        May("SecretARN", Text(1, 2048, @"arn:.*:secretsmanager:[a-zA-Z0-9\-]+:\d{12}:secret:[a-zA-Z0-9\-/_+=.@!]+")),
        May("RoleARN", Role),
        Need("Enabled", Flag));

    public static readonly Shape SubnetIdList = List(Word, 1, 16);

    public static readonly Shape SecurityGroupIdList = List(Word, 1, 5);

    public static readonly Structure VpcConfiguration = Of(
        Need("SubnetIds", SubnetIdList),
        Need("RoleARN", Role),
        Need("SecurityGroupIds", SecurityGroupIdList));

    public static readonly Structure DeliveryStreamEncryptionConfigurationInput = Of(
        May("KeyARN", KmsKey),
        Need("KeyType", OneOf("AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK")));

    public static readonly Structure Tag = Of(Need("Key", TagKey), May("Value", Text(0, 256, @"^[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$")));

    public static readonly Shape TagDeliveryStreamInputTagList = List(Tag, 1, 50);

    public static readonly Shape TagKeyList = List(TagKey, 1, 50);

    public static readonly Structure Record = Of(Need("Data", Blob(0, 1024000)));
}
