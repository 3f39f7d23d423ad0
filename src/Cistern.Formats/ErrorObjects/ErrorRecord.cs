namespace Cistern.Formats.ErrorObjects;

/// <summary>What a document of an error object says about a record that failed. What it does not say is empty, zero or null.</summary>
public sealed record ErrorRecord
{
    /// <summary>The record's bytes.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    public string ErrorCode { get; init; } = "";

    /// <summary>At most <see cref="ErrorObjectReader.MessageBytesMax"/> bytes of it.</summary>
    public string ErrorMessage { get; init; } = "";

    public long Attempts { get; init; }

    /// <summary>When the record arrived at the stream.</summary>
    public DateTimeOffset? Arrived { get; init; }

    public DateTimeOffset? AttemptEnded { get; init; }

    /// <summary>The function that failed.</summary>
    public string LambdaArn { get; init; } = "";

    /// <summary>The document is no JSON, and its members were cut out.</summary>
    public bool WasCut { get; init; }

    /// <summary>The data is the source record from before a transform, not what would have been delivered.</summary>
    public bool IsSource => LambdaArn.Length > 0 || ErrorCode.StartsWith("Lambda.", StringComparison.Ordinal);
}
