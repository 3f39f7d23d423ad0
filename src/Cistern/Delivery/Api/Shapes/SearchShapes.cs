using static Cistern.Delivery.Api.Shapes.CommonShapes;
using static Cistern.Delivery.Api.Shapes.S3Shapes;
using static Cistern.Delivery.Api.Shapes.Shape;

namespace Cistern.Delivery.Api.Shapes;

/// <summary>The destinations of the OpenSearch family: described back, not delivered to.</summary>
/// <remarks>Names, bounds and patterns are those of the API (2015-08-04).</remarks>
internal static class SearchShapes
{
    public static readonly Structure SearchBufferingHints = Of(May("IntervalInSeconds", Whole(0, 900)), May("SizeInMBs", Whole(1, 100)));

    public static readonly Structure SearchRetryOptions = Of(May("DurationInSeconds", Whole(0, 7200)));

    public static readonly Structure DocumentIdOptions = Of(Need("DefaultDocumentIdFormat", OneOf("FIREHOSE_DEFAULT", "NO_DOCUMENT_ID")));

    public static readonly Structure ElasticsearchDestinationConfiguration = Of(
        Need("RoleARN", Role),
        May("DomainARN", Text(1, 512, @"arn:.*:es:[a-zA-Z0-9\-]+:\d{12}:domain/[a-z][-0-9a-z]{2,27}")),
        May("ClusterEndpoint", Text(1, 512, @"https:.*")),
        Need("IndexName", Line(1, 80)),
        May("TypeName", Line(0, 100)),
        May("IndexRotationPeriod", OneOf("NoRotation", "OneHour", "OneDay", "OneWeek", "OneMonth")),
        May("BufferingHints", SearchBufferingHints),
        May("RetryOptions", SearchRetryOptions),
        May("S3BackupMode", OneOf("FailedDocumentsOnly", "AllDocuments")),
        Need("S3Configuration", S3DestinationConfiguration),
        May("ProcessingConfiguration", ProcessingConfiguration),
        May("CloudWatchLoggingOptions", CloudWatchLoggingOptions),
        May("VpcConfiguration", VpcConfiguration),
        May("DocumentIdOptions", DocumentIdOptions));

    public static readonly Structure ElasticsearchDestinationUpdate = ElasticsearchDestinationConfiguration.Update("S3BackupMode", "VpcConfiguration");

    /// <summary>The service's name has changed, its members have not.</summary>
    public static readonly Structure AmazonopensearchserviceDestinationConfiguration = ElasticsearchDestinationConfiguration;

    public static readonly Structure AmazonopensearchserviceDestinationUpdate = ElasticsearchDestinationUpdate;

    public static readonly Structure AmazonOpenSearchServerlessDestinationConfiguration = Of(
        Need("RoleARN", Role),
        May("CollectionEndpoint", Text(1, 512, @"https:.*")),
        Need("IndexName", Line(1, 80)),
        May("BufferingHints", SearchBufferingHints),
        May("RetryOptions", SearchRetryOptions),
        May("S3BackupMode", OneOf("FailedDocumentsOnly", "AllDocuments")),
        Need("S3Configuration", S3DestinationConfiguration),
        May("ProcessingConfiguration", ProcessingConfiguration),
        May("CloudWatchLoggingOptions", CloudWatchLoggingOptions),
        May("VpcConfiguration", VpcConfiguration));

    public static readonly Structure AmazonOpenSearchServerlessDestinationUpdate = AmazonOpenSearchServerlessDestinationConfiguration.Update("S3BackupMode", "VpcConfiguration");
}
