using Cistern.Delivery.Http;

namespace Cistern.Replay;

/// <summary>How objects are read.</summary>
/// <param name="Raw">They hold source records, not error lines.</param>
/// <param name="BatchBytes">Bytes of records in a delivery at most. Where objects are cut, and with it the ids of deliveries, depends on it.</param>
/// <param name="Identity">What else the ids depend on: how the destination shall read the records.</param>
/// <param name="Gzip">The bodies of deliveries are compressed.</param>
internal sealed record ReplayReading(bool Raw, long BatchBytes, string Identity, bool Gzip)
{
    /// <summary>What ids depend on besides the object: another list of fields makes other rows of the same bytes.</summary>
    public static string IdentityOf(bool raw, IReadOnlyDictionary<string, string> attributes) =>
        string.Join('\n', attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}").Prepend(raw ? "replay raw" : "replay"));

    public const int RecordsMax = EnvelopeWriter.RecordsMax;
    public const long BatchBytesDefault = 4L << 20;

    /// <summary>A record of 1,000 KiB in base64 and a message fit many times.</summary>
    public const int LineBytesMax = 16 << 20;

    /// <summary>Text of one object at most: what holds more is a bomb.</summary>
    public const long TextBytesMax = 4L << 30;
}

/// <summary>A delivery made of an object.</summary>
/// <param name="Start">Where its lines begin in the text of the object.</param>
internal sealed record ReplayBatch(ReplayObject Object, OutgoingDelivery Delivery, long Start, long End);

/// <summary>A line that could not be read.</summary>
/// <param name="Number">From 1.</param>
internal sealed record UnreadableLine(ReplayObject Object, long Number, string Reason);
