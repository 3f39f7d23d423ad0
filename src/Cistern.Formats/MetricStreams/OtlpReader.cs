using Cistern.Formats.CloudFront;
using Cistern.Formats.Deliveries;

namespace Cistern.Formats.MetricStreams;

/// <summary>Turns the summaries of one request into rows, of OpenTelemetry 0.7 and 1.0 alike.</summary>
/// <remarks>
/// <para>What a row needs stands above it: who sends in the resource, name and unit in the metric. Protobuf promises no order of fields, so each of those messages
/// is gone through twice: for what its parts need, and for its parts.</para>
/// <para>0.7 has the dimensions as labels of the data point, beside Namespace and MetricName. 1.0 has them in an attribute of their own.</para>
/// <para>The message was looked through by <see cref="OtlpShape"/>, so nothing in it is broken.</para>
/// </remarks>
internal sealed class OtlpReader
{
    private const ulong NanosecondsPerMillisecond = 1_000_000;
    private const ulong PeriodNanoseconds = 60_000_000_000;

    private readonly MetricRow _row = new();
    private readonly QuantileNames _quantiles = new();
    private readonly ReasonText _reason = new();
    private MetricRejects _rejects = null!;
    private RecordSink _sink = null!;
    private byte[] _region = [];

    public void Open(DeliveryContext context, RecordSink sink, MetricRejects rejects)
    {
        (_sink, _rejects) = (sink, rejects);
        _region = System.Text.Encoding.UTF8.GetBytes(context.Region);
        _row.Open(sink.Metrics);
    }

    /// <summary>Reads the request that lies at a place of a record.</summary>
    public void Read(ReadOnlySpan<byte> record, int start, int length)
    {
        var request = new WireReader(record.Slice(start, length));
        while (request.Next())
        {
            if (request.IsBytes(OtlpFields.RequestResourceMetrics))
            {
                ReadResourceMetrics(record, start + request.Place - request.Bytes.Length, request.Bytes);
            }
        }
    }

    private void ReadResourceMetrics(ReadOnlySpan<byte> record, int start, ReadOnlySpan<byte> message)
    {
        var origin = new OtlpOrigin(message, _region);
        var fields = new WireReader(message);
        while (fields.Next())
        {
            if (fields.IsBytes(OtlpFields.ResourceMetricsScopes))
            {
                ReadScope(record, start + fields.Place - fields.Bytes.Length, fields.Bytes, origin);
            }
        }
    }

    private void ReadScope(ReadOnlySpan<byte> record, int start, ReadOnlySpan<byte> message, in OtlpOrigin origin)
    {
        var fields = new WireReader(message);
        while (!_sink.IsOverLimit && fields.Next())
        {
            if (fields.IsBytes(OtlpFields.ScopeMetrics))
            {
                ReadMetric(record, start + fields.Place - fields.Bytes.Length, fields.Bytes, origin);
            }
        }
    }

    private void ReadMetric(ReadOnlySpan<byte> record, int start, ReadOnlySpan<byte> message, in OtlpOrigin origin)
    {
        var metric = new OtlpMetric(message);
        if (!metric.IsSummary)
        {
            _reason.Set($"metric '{Shown(metric.Name)}' is no summary, and metric streams send nothing else; check what sends it");
            _rejects.Add(record, start, message.Length, _reason.Text);
            return;
        }

        var fields = new WireReader(message);
        while (fields.Next())
        {
            if (fields.IsBytes(OtlpFields.MetricSummary))
            {
                ReadSummary(record, start + fields.Place - fields.Bytes.Length, fields.Bytes, origin, metric);
            }
        }
    }

    private void ReadSummary(ReadOnlySpan<byte> record, int start, ReadOnlySpan<byte> message, in OtlpOrigin origin, in OtlpMetric metric)
    {
        var fields = new WireReader(message);
        while (!_sink.IsOverLimit && fields.Next())
        {
            if (!fields.IsBytes(OtlpFields.SummaryDataPoints))
            {
                continue;
            }

            if (TryReadPoint(fields.Bytes, origin, metric))
            {
                _rejects.CountRow(record);
                continue;
            }

            _row.Abandon();
            _rejects.Add(record, start + fields.Place - fields.Bytes.Length, fields.Bytes.Length, _reason.Text);
        }
    }

    private bool TryReadPoint(ReadOnlySpan<byte> message, in OtlpOrigin origin, in OtlpMetric metric)
    {
        _row.Begin();
        var point = new Point { Count = 0, Sum = 0 };
        var fields = new WireReader(message);
        while (fields.Next())
        {
            if (!TryReadField(ref fields, ref point))
            {
                return _reason.Set($"data point of metric '{Shown(metric.Name)}' has a quantile that is not from 0 to 1, or a value that is no finite number");
            }
        }

        metric.Complete(ref point.Namespace, ref point.Metric);
        return TryCheck(point, metric) && Write(point, origin, metric);
    }

    private bool TryReadField(ref WireReader fields, ref Point point)
    {
        switch (fields.Type)
        {
            case WireType.Bytes when fields.Field == OtlpFields.PointQuantiles:
                return TryReadQuantile(fields.Bytes, ref point);
            case WireType.Bytes when fields.Field == OtlpFields.PointAttributes:
                ReadAttribute(new OtlpPair(fields.Bytes), ref point);
                return true;
            case WireType.Bytes when fields.Field == OtlpFields.PointLabels:
                var label = new OtlpPair(fields.Bytes);
                AddName(label.Key, label.Value, ref point);
                return true;
            case WireType.Fixed64:
                return TryReadNumber(fields, ref point);
            default:
                return true;
        }
    }

    private static bool TryReadNumber(in WireReader fields, ref Point point)
    {
        switch (fields.Field)
        {
            case OtlpFields.PointStart:
                point.Start = fields.Number;
                return true;
            case OtlpFields.PointTime:
                point.Time = fields.Number;
                return true;
            case OtlpFields.PointCount:
                point.Count = fields.Number;
                return true;
            case OtlpFields.PointSum:
                point.Sum = fields.Double;
                return double.IsFinite(point.Sum);
            default:
                return true;
        }
    }

    private void ReadAttribute(OtlpPair attribute, ref Point point)
    {
        var value = new OtlpValue(attribute.Value);
        if (!attribute.Key.SequenceEqual("Dimensions"u8) || !value.IsList(out var list))
        {
            AddName(attribute.Key, value.Text(), ref point);
            return;
        }

        var fields = new WireReader(list);
        while (fields.Next())
        {
            if (fields.IsBytes(OtlpFields.ListValues))
            {
                var dimension = new OtlpPair(fields.Bytes);
                _row.Dimensions.Add(dimension.Key, new OtlpValue(dimension.Value).Text());
            }
        }
    }

    // What is there twice counts as it came first.
    private void AddName(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref Point point)
    {
        if (key.SequenceEqual("Namespace"u8))
        {
            point.Namespace = point.Namespace.IsEmpty ? value : point.Namespace;
        }
        else if (key.SequenceEqual("MetricName"u8))
        {
            point.Metric = point.Metric.IsEmpty ? value : point.Metric;
        }
        else
        {
            _row.Dimensions.Add(key, value);
        }
    }

    private bool TryReadQuantile(ReadOnlySpan<byte> message, ref Point point)
    {
        double quantile = 0;
        double value = 0; // Protobuf leaves out zeros: the minimum 0 is an empty message.
        var fields = new WireReader(message);
        while (fields.Next())
        {
            quantile = fields.IsFixed64(OtlpFields.QuantileQuantile) ? fields.Double : quantile;
            value = fields.IsFixed64(OtlpFields.QuantileValue) ? fields.Double : value;
        }

        switch (quantile)
        {
            case 0:
                point.Min ??= value;
                break;
            case 1:
                point.Max ??= value;
                break;
            case > 0 and < 1:
                _row.Statistics.Add(_quantiles.NameOf(quantile), value);
                break;
            default:
                return false;
        }

        return double.IsFinite(value);
    }

    private bool TryCheck(in Point point, in OtlpMetric metric)
    {
        if (point.Metric.IsEmpty)
        {
            return _reason.Set("data point has no metric name: neither MetricName nor a metric called amazonaws.com/namespace/name");
        }

        if (_row.Dimensions.IsOverfull || _row.Statistics.IsOverfull)
        {
            return _reason.Set($"data point of metric '{Shown(metric.Name)}' has more than {NamedValues.CountMax} dimensions or quantiles");
        }

        return point.Start != 0 || point.Time >= PeriodNanoseconds
            || _reason.Set($"data point of metric '{Shown(metric.Name)}' has no time: start_time_unix_nano and time_unix_nano are missing");
    }

    private bool Write(in Point point, in OtlpOrigin origin, in OtlpMetric metric)
    {
        var start = point.Start != 0 ? point.Start : point.Time - PeriodNanoseconds;
        _row.SetTime((long)(start / NanosecondsPerMillisecond));
        _row.SetMetricStream(origin.MetricStream);
        _row.SetAccount(origin.Account);
        _row.SetRegion(origin.Region);
        _row.SetNamespace(point.Namespace);
        _row.SetMetric(point.Metric);
        _row.SetUnit(Units.NameOf(metric.Unit));
        if (point.Min is { } min)
        {
            _row.SetMin(min);
        }

        if (point.Max is { } max)
        {
            _row.SetMax(max);
        }

        _row.SetSum(point.Sum);
        _row.SetCount(point.Count);
        _row.End();
        return true;
    }

    private static ReadOnlySpan<byte> Shown(ReadOnlySpan<byte> name) => name[..Math.Min(name.Length, 120)];

    private ref struct Point
    {
        public ReadOnlySpan<byte> Namespace;
        public ReadOnlySpan<byte> Metric;
        public ulong Start;
        public ulong Time;
        public double Count;
        public double Sum;
        public double? Min;
        public double? Max;
    }
}
