namespace Cistern.Demo;

/// <summary>One request as the edge logs it. Reused for every line: whoever fills it sets every member that matters.</summary>
internal sealed class LoggedRequest
{
    public Visitor Visitor { get; set; } = null!;

    /// <summary>When the edge finished answering, in milliseconds since 1970.</summary>
    public long Time { get; set; }

    public ReadOnlyMemory<byte> Method { get; set; }

    public ReadOnlyMemory<byte> Scheme { get; set; }

    /// <summary>Encoded, without the query.</summary>
    public ReadOnlyMemory<byte> Path { get; set; }

    /// <summary>Encoded, without <c>?</c>; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Query { get; set; }

    /// <summary>Encoded; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Referer { get; set; }

    /// <summary>Zero is written as 000: the viewer left before an answer.</summary>
    public int Status { get; set; }

    public long BytesSent { get; set; }

    public double TakenMilliseconds { get; set; }

    public double FirstByteMilliseconds { get; set; }

    public ReadOnlyMemory<byte> ResultType { get; set; }

    public ReadOnlyMemory<byte> DetailedResultType { get; set; }

    /// <summary>Encoded; empty if there is none.</summary>
    public ReadOnlyMemory<byte> ContentType { get; set; }

    public long? ContentLength { get; set; }

    public (long Start, long End)? Range { get; set; }

    public ReadOnlyMemory<byte> Pattern { get; set; }

    /// <summary>How long the origin took to its first and last byte; null where the edge had the answer.</summary>
    public (double First, double Last)? OriginMilliseconds { get; set; }
}
