namespace Cistern.Delivery.Transform;

/// <summary>What a function made of a batch.</summary>
/// <param name="IsRetried">The invocation failed as a whole; the batch is tried again while attempts are left, and else all its records fail as the verdicts say.</param>
/// <param name="Records">One for each record of the event, in its order.</param>
internal sealed record TransformVerdict(bool IsRetried, IReadOnlyList<RecordVerdict> Records);

/// <summary>What a function made of a record.</summary>
internal readonly record struct RecordVerdict
{
    private RecordVerdict(RecordResult result, ReadOnlyMemory<byte> data, string code, string message) =>
        (Result, Data, ErrorCode, ErrorMessage) = (result, data, code, message);

    public static RecordVerdict Dropped { get; } = new(RecordResult.Dropped, default, "", "");

    public RecordResult Result { get; }

    /// <summary>What goes on to the destination, if the result is <see cref="RecordResult.Ok"/>.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Such as <c>Lambda.MissingRecordId</c>, if the result is <see cref="RecordResult.Failed"/>.</summary>
    public string ErrorCode { get; }

    public string ErrorMessage { get; }

    public static RecordVerdict Ok(ReadOnlyMemory<byte> data) => new(RecordResult.Ok, data, "", "");

    public static RecordVerdict Failed(string code, string message) => new(RecordResult.Failed, default, code, message);
}

internal enum RecordResult
{
    Ok = 1,

    /// <summary>Counts as a success, and leaves no trace.</summary>
    Dropped = 2,

    /// <summary>The source record goes to <c>processing-failed</c>.</summary>
    Failed = 3,
}
