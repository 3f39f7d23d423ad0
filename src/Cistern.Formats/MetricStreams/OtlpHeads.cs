namespace Cistern.Formats.MetricStreams;

/// <summary>Who sent a ResourceMetrics: what its resource says of stream, account and region, wherever in the message it stands.</summary>
internal ref struct OtlpOrigin
{
    public OtlpOrigin(ReadOnlySpan<byte> resourceMetrics, ReadOnlySpan<byte> region)
    {
        var fields = new WireReader(resourceMetrics);
        while (fields.Next())
        {
            if (fields.IsBytes(OtlpFields.ResourceMetricsResource))
            {
                ReadResource(fields.Bytes);
            }
        }

        Region = Region.IsEmpty ? region : Region;
    }

    public ReadOnlySpan<byte> MetricStream { get; private set; }

    public ReadOnlySpan<byte> Account { get; private set; }

    public ReadOnlySpan<byte> Region { get; private set; }

    private void ReadResource(ReadOnlySpan<byte> message)
    {
        var fields = new WireReader(message);
        while (fields.Next())
        {
            if (!fields.IsBytes(OtlpFields.ResourceAttributes))
            {
                continue;
            }

            var attribute = new OtlpPair(fields.Bytes);
            if (attribute.Key.SequenceEqual("cloud.account.id"u8) && Account.IsEmpty)
            {
                Account = new OtlpValue(attribute.Value).Text();
            }
            else if (attribute.Key.SequenceEqual("cloud.region"u8) && Region.IsEmpty)
            {
                Region = new OtlpValue(attribute.Value).Text();
            }
            else if (attribute.Key.SequenceEqual("aws.exporter.arn"u8) && MetricStream.IsEmpty)
            {
                var arn = new OtlpValue(attribute.Value).Text();
                MetricStream = arn[(arn.LastIndexOf((byte)'/') + 1)..];
            }
        }
    }
}

/// <summary>What a metric says of all its data points.</summary>
internal readonly ref struct OtlpMetric
{
    public OtlpMetric(ReadOnlySpan<byte> message)
    {
        var (hasSummary, hasOther) = (false, false);
        var fields = new WireReader(message);
        while (fields.Next())
        {
            if (fields.Type != WireType.Bytes)
            {
                continue;
            }

            switch (fields.Field)
            {
                case OtlpFields.MetricName:
                    Name = fields.Bytes;
                    break;
                case OtlpFields.MetricUnit:
                    Unit = fields.Bytes;
                    break;
                case OtlpFields.MetricSummary:
                    hasSummary = true;
                    break;
                case >= OtlpFields.MetricFirstData and <= OtlpFields.MetricLastOtherData:
                    hasOther = true;
                    break;
            }
        }

        IsSummary = hasSummary && !hasOther;
    }

    public ReadOnlySpan<byte> Name { get; }

    public ReadOnlySpan<byte> Unit { get; }

    /// <summary>It has a summary and no data of another kind.</summary>
    public bool IsSummary { get; }

    private static ReadOnlySpan<byte> Prefix => "amazonaws.com/"u8;

    /// <summary>Takes from <c>amazonaws.com/AWS/EC2/CPUUtilization</c> what a data point does not say itself.</summary>
    public void Complete(ref ReadOnlySpan<byte> ns, ref ReadOnlySpan<byte> metric)
    {
        if ((!ns.IsEmpty && !metric.IsEmpty) || !Name.StartsWith(Prefix))
        {
            return;
        }

        // A metric's name may hold a slash, and a namespace does: what the point does say tells where the one ends.
        var name = Name[Prefix.Length..];
        var isDivided = ns.Length > 0 && name.Length > ns.Length && name.StartsWith(ns) && name[ns.Length] == '/';
        var divide = isDivided ? ns.Length : name.LastIndexOf((byte)'/');
        metric = metric.IsEmpty ? name[(divide + 1)..] : metric;
        ns = ns.IsEmpty && divide > 0 ? name[..divide] : ns;
    }
}
