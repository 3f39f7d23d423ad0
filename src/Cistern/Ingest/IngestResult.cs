using Cistern.Store;

namespace Cistern.Ingest;

/// <summary>What became of a request: a delivery that is durable, or the one reason why it was refused.</summary>
internal sealed record IngestResult
{
    private IngestResult()
    {
    }

    /// <summary>Set if the delivery is durable.</summary>
    public CommitResult? Commit { get; private init; }

    public IngestFault? Fault { get; private init; }

    /// <summary>What the sender's operator needs in order to act; safe to send back.</summary>
    public string? Detail { get; private init; }

    /// <summary>When to come again, if that is known.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    public int StatusCode => Fault is { } fault ? IngestFaults.StatusOf(fault) : StatusCodes.Status200OK;

    /// <summary>Control messages of the delivery.</summary>
    public long Controls { get; private init; }

    public static IngestResult Accepted(CommitResult commit, long controls) => new() { Commit = commit, Controls = controls };

    public static IngestResult Refused(IngestFault fault, string detail, TimeSpan? retryAfter = null) =>
        new() { Fault = fault, Detail = detail, RetryAfter = retryAfter };
}
