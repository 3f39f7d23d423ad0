namespace Cistern.Delivery;

/// <summary>A record of a delivery stream on its way.</summary>
internal sealed record StreamRecord
{
    /// <summary>Its place among all records of the stream: the sequence of its journal entry.</summary>
    public required long Entry { get; init; }

    /// <summary>Its place in the entry.</summary>
    public required int Index { get; init; }

    /// <summary>No other record of its entry comes behind it.</summary>
    public bool IsLastOfEntry { get; init; }

    /// <summary>When it arrived at the stream, milliseconds of UTC.</summary>
    public required DateTimeOffset Arrived { get; init; }

    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Where it comes from, if the stream reads a Kinesis data stream.</summary>
    public KinesisOrigin? Kinesis { get; init; }
}

/// <summary>What Kinesis knows of a record.</summary>
internal sealed record KinesisOrigin(string ShardId, string PartitionKey, string SequenceNumber, DateTimeOffset Arrived);

/// <summary>A record that could not be delivered or processed: what a line of an error object says about it.</summary>
internal sealed record FailedRecord
{
    public required ErrorOutputType Type { get; init; }

    /// <summary>Attempts, the first one included.</summary>
    public required int Attempts { get; init; }

    public required DateTimeOffset Arrived { get; init; }

    /// <summary>Such as <c>HttpEndpoint.DestinationException</c> or <c>Lambda.FunctionError</c>.</summary>
    public required string ErrorCode { get; init; }

    public required string ErrorMessage { get; init; }

    /// <summary>When the last attempt ended.</summary>
    public required DateTimeOffset AttemptEnded { get; init; }

    /// <summary>The record as it would have been delivered; of a failed transformation the source record.</summary>
    public required ReadOnlyMemory<byte> RawData { get; init; }

    /// <summary>The function that failed, qualified.</summary>
    public string? LambdaArn { get; init; }

    /// <summary><c>SEQUENCE.SUBSEQUENCE</c>; of a failed delivery only.</summary>
    public string? DataId { get; init; }
}

/// <summary>The kinds of error objects, named in their keys.</summary>
internal enum ErrorOutputType
{
    HttpEndpointFailed = 1,
    ProcessingFailed = 2,
    DecompressionFailed = 3,

    /// <summary>The destination is of a type that this program does not deliver to.</summary>
    DestinationUnsupported = 4,
}
