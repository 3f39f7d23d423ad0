namespace Cistern.Commands.Aws.Costs;

/// <summary>What a pipeline carries in a month.</summary>
internal sealed record CostQuestion
{
    /// <summary>The smallest and the largest line that is asked about; more is a slip of the finger.</summary>
    public const int LineBytesMin = 1;
    public const int LineBytesMax = 65_536;

    /// <summary>What the fields 1 to 46 come to in the demo, and about what an object of standard logs in JSON has. A test measures it.</summary>
    public const int LineBytesUsual = 1200;

    /// <summary>Requests to the distributions that log.</summary>
    public required decimal Requests { get; init; }

    public int BytesPerLine { get; init; } = LineBytesUsual;

    /// <summary>Percent of requests that real-time logs are to hold; standard logs hold all.</summary>
    public int SamplingPercent { get; init; } = 100;

    /// <summary>Bytes of log messages that go through a subscription.</summary>
    public decimal LogBytes { get; init; }

    /// <summary>Metrics that a metric stream carries.</summary>
    public decimal Metrics { get; init; }

    /// <summary>Whether the Lambda function changes requests.</summary>
    public bool HasTransform { get; init; }

    /// <summary>Whether what an account has free of charge is all for this.</summary>
    public bool WithFree { get; init; }
}

/// <summary>The way that requests take to Firehose.</summary>
internal enum CostRoute
{
    /// <summary>Real-time logs: Kinesis, then Firehose.</summary>
    Realtime = 1,

    /// <summary>Standard logs v2: CloudWatch's delivery of logs, straight to Firehose.</summary>
    Standard = 2,
}
