namespace Cistern.Delivery;

/// <summary>What the running service must know of a delivery stream: made anew from its configuration at each change.</summary>
internal sealed record StreamPlan
{
    /// <summary><c>arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME</c>.</summary>
    public required string Arn { get; init; }

    public required string Name { get; init; }

    /// <summary>One at first, one more with each change (<c>VersionId</c>); stands in the names of backup objects.</summary>
    public required int Version { get; init; }

    /// <summary>Where records come from if nobody puts them.</summary>
    public KinesisSourcePlan? Kinesis { get; init; }

    /// <summary>The HTTP endpoint; null if records go to <see cref="S3"/> alone.</summary>
    public HttpPlan? Http { get; init; }

    /// <summary>The destination's type if it is one that cannot be delivered to, such as <c>Redshift</c>: its records become failed ones.</summary>
    public string? UnsupportedDestination { get; init; }

    public TransformPlan? Transform { get; init; }

    /// <summary>The processors besides the function, in order.</summary>
    public IReadOnlyList<ProcessorPlan> Processors { get; init; } = [];

    /// <summary>The bucket: the destination itself without <see cref="Http"/>, else its backup.</summary>
    public required S3Plan S3 { get; init; }

    /// <summary>Where source records go besides (<c>S3BackupMode</c> AllData or Enabled); null if only what failed is kept.</summary>
    public S3Plan? SourceBackup { get; init; }
}

/// <param name="Bytes">Raw record bytes that end a buffer.</param>
/// <param name="Interval">The age of a buffer's first record that ends it.</param>
internal sealed record BufferHints(long Bytes, TimeSpan Interval);

/// <summary>Delivery over HTTP. Developer guide, HTTP endpoint delivery request and response specifications.</summary>
internal sealed record HttpPlan
{
    public required Uri Url { get; init; }

    public string AccessKey { get; init; } = "";

    public bool Gzip { get; init; }

    public IReadOnlyDictionary<string, string> CommonAttributes { get; init; } = new Dictionary<string, string>();

    public required BufferHints Buffering { get; init; }

    /// <summary>How long a batch is tried again after its first failure.</summary>
    public TimeSpan RetryWindow { get; init; } = TimeSpan.FromSeconds(300);
}

/// <summary>Objects in a bucket.</summary>
internal sealed record S3Plan
{
    /// <summary>The bucket's name, without <c>arn:aws:s3:::</c>.</summary>
    public required string Bucket { get; init; }

    public string Prefix { get; init; } = "";

    public string ErrorOutputPrefix { get; init; } = "";

    public S3Compression Compression { get; init; }

    public required BufferHints Buffering { get; init; }

    /// <summary>Replaces the compression's own ending; extended S3 destinations only.</summary>
    public string FileExtension { get; init; } = "";

    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;
}

/// <summary>The spellings of <c>CompressionFormat</c>.</summary>
internal enum S3Compression
{
    Uncompressed = 0,
    Gzip = 1,
    Zip = 2,
    Snappy = 3,
    HadoopSnappy = 4,
}

/// <summary>The function that records go through before they are delivered.</summary>
internal sealed record TransformPlan
{
    /// <summary>As it was configured, qualified or not.</summary>
    public required string LambdaArn { get; init; }

    /// <summary>Attempts after the first.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>By default 1 MB and 60 s.</summary>
    public required BufferHints Buffering { get; init; }
}

/// <summary>A processor that needs no function.</summary>
/// <param name="Type"><c>Decompression</c>, <c>CloudWatchLogProcessing</c>, <c>AppendDelimiterToRecord</c>, ….</param>
/// <param name="Parameters">Values by parameter name.</param>
internal sealed record ProcessorPlan(string Type, IReadOnlyDictionary<string, string> Parameters);

/// <summary>A Kinesis data stream as the source.</summary>
internal sealed record KinesisSourcePlan(string StreamArn);
