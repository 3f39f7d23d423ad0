namespace Cistern.Formats.MetricStreams;

/// <summary>The numbers of the fields that are read, of OpenTelemetry 0.7 and 1.0 alike.</summary>
internal static class OtlpFields
{
    public const int RequestResourceMetrics = 1;
    public const int ResourceMetricsResource = 1;
    public const int ResourceMetricsScopes = 2; // 0.7: instrumentation_library_metrics
    public const int ResourceAttributes = 1;
    public const int ScopeMetrics = 2;
    public const int MetricName = 1;
    public const int MetricUnit = 3;
    public const int MetricFirstData = 4;
    public const int MetricLastOtherData = 10;
    public const int MetricSummary = 11;
    public const int SummaryDataPoints = 1;
    public const int PointLabels = 1; // 0.7 only
    public const int PointStart = 2;
    public const int PointTime = 3;
    public const int PointCount = 4;
    public const int PointSum = 5;
    public const int PointQuantiles = 6;
    public const int PointAttributes = 7; // 1.0 only
    public const int QuantileQuantile = 1;
    public const int QuantileValue = 2;
    public const int PairKey = 1;
    public const int PairValue = 2;
    public const int ValueString = 1;
    public const int ValueBoolean = 2;
    public const int ValueInteger = 3;
    public const int ValueDouble = 4;
    public const int ValueArray = 5;
    public const int ValueList = 6;
    public const int ValueBytes = 7;
    public const int ListValues = 1;
}

/// <summary>Looks through a message before any of it becomes a row, so that a message is taken whole or not at all.</summary>
internal static class OtlpShape
{
    // Six messages lead to a data point; the rest is room for lists within lists.
    private const int DepthMax = 24;

    private enum Kind
    {
        Leaf,
        Request,
        ResourceMetrics,
        Resource,
        Scope,
        Metric,
        Summary,
        Point,
        Quantile,
        Label,
        Attribute,
        Value,
        Array,
        List,
    }

    /// <summary>Whether the bytes are an ExportMetricsServiceRequest down to the last field that is read.</summary>
    public static bool IsRequest(ReadOnlySpan<byte> message) => IsWhole(message, Kind.Request, DepthMax);

    private static bool IsWhole(ReadOnlySpan<byte> message, Kind kind, int depth)
    {
        if (depth == 0)
        {
            return false;
        }

        var fields = new WireReader(message);
        while (fields.Next())
        {
            if (fields.Type == WireType.Bytes && PartOf(kind, fields.Field) is var part and not Kind.Leaf && !IsWhole(fields.Bytes, part, depth - 1))
            {
                return false;
            }
        }

        return !fields.IsBroken;
    }

    private static Kind PartOf(Kind kind, int field) => (kind, field) switch
    {
        (Kind.Request, OtlpFields.RequestResourceMetrics) => Kind.ResourceMetrics,
        (Kind.ResourceMetrics, OtlpFields.ResourceMetricsResource) => Kind.Resource,
        (Kind.ResourceMetrics, OtlpFields.ResourceMetricsScopes) => Kind.Scope,
        (Kind.Resource, OtlpFields.ResourceAttributes) => Kind.Attribute,
        (Kind.Scope, OtlpFields.ScopeMetrics) => Kind.Metric,
        (Kind.Metric, OtlpFields.MetricSummary) => Kind.Summary,
        (Kind.Summary, OtlpFields.SummaryDataPoints) => Kind.Point,
        (Kind.Point, OtlpFields.PointLabels) => Kind.Label,
        (Kind.Point, OtlpFields.PointQuantiles) => Kind.Quantile,
        (Kind.Point, OtlpFields.PointAttributes) => Kind.Attribute,
        (Kind.Attribute, OtlpFields.PairValue) => Kind.Value,
        (Kind.Value, OtlpFields.ValueArray) => Kind.Array,
        (Kind.Value, OtlpFields.ValueList) => Kind.List,
        (Kind.Array, OtlpFields.ListValues) => Kind.Value,
        (Kind.List, OtlpFields.ListValues) => Kind.Attribute,
        _ => Kind.Leaf,
    };
}
