namespace Cistern.Delivery.Http;

/// <summary>One batch of records, wrapped and ready; every attempt sends these bytes and this id.</summary>
internal sealed record OutgoingDelivery
{
    public required string RequestId { get; init; }

    /// <summary>The JSON body, compressed if <see cref="Gzip"/>.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public required bool Gzip { get; init; }

    public required int Records { get; init; }

    /// <summary>Bytes of the records before base64.</summary>
    public required long RecordBytes { get; init; }

    public required DateTimeOffset MadeAt { get; init; }
}

/// <summary>What one attempt came to.</summary>
/// <param name="Error">Null if it was delivered.</param>
/// <param name="Message">What came back or went wrong; for a refusal it holds the answer's body.</param>
/// <param name="Permanent">Trying again is pointless: Firehose throws a batch away that was answered 413.</param>
/// <param name="AnsweredAt">The destination's own time in its answer, if it was delivered.</param>
/// <param name="Status">The status of the answer, if there was one that could be judged.</param>
internal sealed record DeliveryAttempt(DeliveryError? Error, string Message, bool Permanent, DateTimeOffset? AnsweredAt, int? Status = null);

/// <summary>What became of a delivery after its last attempt.</summary>
/// <param name="Elapsed">From the start of the first attempt to the end of the last.</param>
internal sealed record DeliveryOutcome(DeliveryAttempt Last, int Attempts, TimeSpan Elapsed, DateTimeOffset EndedAt)
{
    public bool Delivered => Last.Error is null;
}
