namespace Cistern.Delivery.Kinesis;

/// <summary>Why a call of Kinesis failed. All but <see cref="NotFound"/> and <see cref="Denied"/> pass by themselves, and those two when somebody acts: all are tried again.</summary>
internal enum KinesisFault
{
    /// <summary>Not reached, no answer in time, or an answer that is none of Kinesis's.</summary>
    Unavailable = 1,
    Throttled = 2,

    /// <summary>An iterator is good for five minutes.</summary>
    IteratorExpired = 3,

    /// <summary>There is no such stream or shard.</summary>
    NotFound = 4,
    Denied = 5,

    /// <summary>The request itself: a sequence number that the stream does not know, perhaps because it was made anew.</summary>
    InvalidArgument = 6,
}

internal sealed class KinesisException(KinesisFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public KinesisFault Fault => fault;
}
