using static Cistern.Delivery.Api.Shapes.CommonShapes;
using static Cistern.Delivery.Api.Shapes.Shape;

namespace Cistern.Delivery.Api.Shapes;

/// <summary>Where records come from.</summary>
/// <remarks>Names, bounds and patterns are those of the API (2015-08-04).</remarks>
internal static class SourceShapes
{
    public static readonly Structure DirectPutSourceConfiguration = Of(Need("ThroughputHintInMBs", Whole(1, 100)));

    public static readonly Structure KinesisStreamSourceConfiguration = Of(
        Need("KinesisStreamARN", Text(1, 512, @"arn:.*:kinesis:[a-zA-Z0-9\-]+:\d{12}:stream/[a-zA-Z0-9_.-]+")),
        Need("RoleARN", Role));

    public static readonly Structure AuthenticationConfiguration = Of(Need("RoleARN", Role), Need("Connectivity", OneOf("PUBLIC", "PRIVATE")));

    public static readonly Structure MSKSourceConfiguration = Of(
        Need("MSKClusterARN", Text(1, 512, @"arn:.*")),
        Need("TopicName", Text(1, 255, @"[a-zA-Z0-9\\._\\-]+")),
        Need("AuthenticationConfiguration", AuthenticationConfiguration),
        May("ReadFromTimestamp", Time));

    public static readonly Shape DatabaseIncludeOrExcludeList = List(Text(1, 64, @"[\u0001-\uFFFF]*"));

    public static readonly Structure DatabaseList = Of(May("Include", DatabaseIncludeOrExcludeList), May("Exclude", DatabaseIncludeOrExcludeList));

    public static readonly Shape DatabaseTableIncludeOrExcludeList = List(DatabaseTable);

    public static readonly Structure DatabaseTableList = Of(
        May("Include", DatabaseTableIncludeOrExcludeList),
        May("Exclude", DatabaseTableIncludeOrExcludeList));

    public static readonly Shape DatabaseColumnIncludeOrExcludeList = List(Text(1, 194, @"[\u0001-\uFFFF]*"));

    public static readonly Structure DatabaseColumnList = Of(
        May("Include", DatabaseColumnIncludeOrExcludeList),
        May("Exclude", DatabaseColumnIncludeOrExcludeList));

    public static readonly Shape DatabaseSurrogateKeyList = List(Word);

    public static readonly Structure DatabaseSourceAuthenticationConfiguration = Of(Need("SecretsManagerConfiguration", SecretsManagerConfiguration));

    public static readonly Structure DatabaseSourceVPCConfiguration = Of(
        Need("VpcEndpointServiceName", Text(47, 255, @"([a-zA-Z0-9\-\_]+\.){2,3}vpce\.[a-zA-Z0-9\-]*\.vpce-svc\-[a-zA-Z0-9\-]{17}$")));

    public static readonly Structure DatabaseSourceConfiguration = Of(
        Need("Type", OneOf("MySQL", "PostgreSQL")),
        Need("Endpoint", Text(1, 255, @"^(?!\s*$).+")),
        Need("Port", Whole(0, 65535)),
        May("SSLMode", OneOf("Disabled", "Enabled")),
        Need("Databases", DatabaseList),
        Need("Tables", DatabaseTableList),
        May("Columns", DatabaseColumnList),
        May("SurrogateKeys", DatabaseSurrogateKeyList),
        Need("SnapshotWatermarkTable", DatabaseTable),
        Need("DatabaseSourceAuthenticationConfiguration", DatabaseSourceAuthenticationConfiguration),
        Need("DatabaseSourceVPCConfiguration", DatabaseSourceVPCConfiguration));
}
