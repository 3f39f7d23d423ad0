using static Cistern.Delivery.Api.Shapes.CommonShapes;
using static Cistern.Delivery.Api.Shapes.S3Shapes;
using static Cistern.Delivery.Api.Shapes.Shape;

namespace Cistern.Delivery.Api.Shapes;

/// <summary>The HTTP endpoint destination.</summary>
/// <remarks>Names, bounds and patterns are those of the API (2015-08-04).</remarks>
internal static class HttpShapes
{
    public static readonly Structure HttpEndpointConfiguration = Of(
        Need("Url", Text(1, 1000, @"https?://.*").Hidden()),
        May("Name", Text(1, 256, @"^(?!\s*$).+")),
        May("AccessKey", Line(0, 4096).Hidden()));

    public static readonly Structure HttpEndpointBufferingHints = Of(May("SizeInMBs", Whole(1, 64)), May("IntervalInSeconds", Whole(0, 900)));

    public static readonly Structure HttpEndpointCommonAttribute = Of(
        Need("AttributeName", Text(1, 256, @"^(?!\s*$).+").Hidden()),
        Need("AttributeValue", Line(0, 1024).Hidden()));

    public static readonly Shape HttpEndpointCommonAttributesList = List(HttpEndpointCommonAttribute, 0, 50);

    public static readonly Structure HttpEndpointRequestConfiguration = Of(
        May("ContentEncoding", OneOf("NONE", "GZIP")),
        May("CommonAttributes", HttpEndpointCommonAttributesList));

    public static readonly Structure HttpEndpointRetryOptions = Of(May("DurationInSeconds", Whole(0, 7200)));

    public static readonly Structure HttpEndpointDestinationConfiguration = Of(
        Need("EndpointConfiguration", HttpEndpointConfiguration),
        May("BufferingHints", HttpEndpointBufferingHints),
        May("CloudWatchLoggingOptions", CloudWatchLoggingOptions),
        May("RequestConfiguration", HttpEndpointRequestConfiguration),
        May("ProcessingConfiguration", ProcessingConfiguration),
        May("RoleARN", Role),
        May("RetryOptions", HttpEndpointRetryOptions),
        May("S3BackupMode", OneOf("FailedDataOnly", "AllData")),
        Need("S3Configuration", S3DestinationConfiguration),
        May("SecretsManagerConfiguration", SecretsManagerConfiguration));

    public static readonly Structure HttpEndpointDestinationUpdate = HttpEndpointDestinationConfiguration.Update();
}
