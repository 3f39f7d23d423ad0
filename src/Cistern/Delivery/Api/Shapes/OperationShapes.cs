using static Cistern.Delivery.Api.Shapes.CommonShapes;
using static Cistern.Delivery.Api.Shapes.HttpShapes;
using static Cistern.Delivery.Api.Shapes.S3Shapes;
using static Cistern.Delivery.Api.Shapes.SearchShapes;
using static Cistern.Delivery.Api.Shapes.Shape;
using static Cistern.Delivery.Api.Shapes.SourceShapes;
using static Cistern.Delivery.Api.Shapes.WarehouseShapes;

namespace Cistern.Delivery.Api.Shapes;

/// <summary>The input of each operation.</summary>
/// <remarks>Names, bounds and patterns are those of the API (2015-08-04).</remarks>
internal static class OperationShapes
{
    public static readonly Structure CreateDeliveryStreamInput = Of(
        Need("DeliveryStreamName", StreamName),
        May("DeliveryStreamType", StreamType),
        May("DirectPutSourceConfiguration", DirectPutSourceConfiguration),
        May("KinesisStreamSourceConfiguration", KinesisStreamSourceConfiguration),
        May("DeliveryStreamEncryptionConfigurationInput", DeliveryStreamEncryptionConfigurationInput),
        May("S3DestinationConfiguration", S3DestinationConfiguration),
        May("ExtendedS3DestinationConfiguration", ExtendedS3DestinationConfiguration),
        May("RedshiftDestinationConfiguration", RedshiftDestinationConfiguration),
        May("ElasticsearchDestinationConfiguration", ElasticsearchDestinationConfiguration),
        May("AmazonopensearchserviceDestinationConfiguration", AmazonopensearchserviceDestinationConfiguration),
        May("SplunkDestinationConfiguration", SplunkDestinationConfiguration),
        May("HttpEndpointDestinationConfiguration", HttpEndpointDestinationConfiguration),
        May("Tags", TagDeliveryStreamInputTagList),
        May("AmazonOpenSearchServerlessDestinationConfiguration", AmazonOpenSearchServerlessDestinationConfiguration),
        May("MSKSourceConfiguration", MSKSourceConfiguration),
        May("SnowflakeDestinationConfiguration", SnowflakeDestinationConfiguration),
        May("IcebergDestinationConfiguration", IcebergDestinationConfiguration),
        May("DatabaseSourceConfiguration", DatabaseSourceConfiguration));

    public static readonly Structure DeleteDeliveryStreamInput = Of(Need("DeliveryStreamName", StreamName), May("AllowForceDelete", Flag));

    public static readonly Structure DescribeDeliveryStreamInput = Of(
        Need("DeliveryStreamName", StreamName),
        May("Limit", Whole(1, 10000)),
        May("ExclusiveStartDestinationId", DestinationId));

    public static readonly Structure ListDeliveryStreamsInput = Of(
        May("Limit", Whole(1, 10000)),
        May("DeliveryStreamType", StreamType),
        May("ExclusiveStartDeliveryStreamName", StreamName));

    public static readonly Structure ListTagsForDeliveryStreamInput = Of(
        Need("DeliveryStreamName", StreamName),
        May("ExclusiveStartTagKey", TagKey),
        May("Limit", Whole(1, 50)));

    public static readonly Structure PutRecordInput = Of(Need("DeliveryStreamName", StreamName), Need("Record", Record));

    public static readonly Shape PutRecordBatchRequestEntryList = List(Record, 1, 500);

    public static readonly Structure PutRecordBatchInput = Of(
        Need("DeliveryStreamName", StreamName),
        Need("Records", PutRecordBatchRequestEntryList));

    public static readonly Structure StartDeliveryStreamEncryptionInput = Of(
        Need("DeliveryStreamName", StreamName),
        May("DeliveryStreamEncryptionConfigurationInput", DeliveryStreamEncryptionConfigurationInput));

    public static readonly Structure StopDeliveryStreamEncryptionInput = Of(Need("DeliveryStreamName", StreamName));

    public static readonly Structure TagDeliveryStreamInput = Of(Need("DeliveryStreamName", StreamName), Need("Tags", TagDeliveryStreamInputTagList));

    public static readonly Structure UntagDeliveryStreamInput = Of(Need("DeliveryStreamName", StreamName), Need("TagKeys", TagKeyList));

    public static readonly Structure UpdateDestinationInput = Of(
        Need("DeliveryStreamName", StreamName),
        Need("CurrentDeliveryStreamVersionId", Text(1, 50, @"[0-9]+")),
        Need("DestinationId", DestinationId),
        May("S3DestinationUpdate", S3DestinationUpdate),
        May("ExtendedS3DestinationUpdate", ExtendedS3DestinationUpdate),
        May("RedshiftDestinationUpdate", RedshiftDestinationUpdate),
        May("ElasticsearchDestinationUpdate", ElasticsearchDestinationUpdate),
        May("AmazonopensearchserviceDestinationUpdate", AmazonopensearchserviceDestinationUpdate),
        May("SplunkDestinationUpdate", SplunkDestinationUpdate),
        May("HttpEndpointDestinationUpdate", HttpEndpointDestinationUpdate),
        May("AmazonOpenSearchServerlessDestinationUpdate", AmazonOpenSearchServerlessDestinationUpdate),
        May("SnowflakeDestinationUpdate", SnowflakeDestinationUpdate),
        May("IcebergDestinationUpdate", IcebergDestinationUpdate));
}
