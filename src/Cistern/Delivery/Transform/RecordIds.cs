using System.Globalization;

namespace Cistern.Delivery.Transform;

/// <summary>The <c>recordId</c> of records in a function's event: text of Firehose's own shape, unique in its stream, made from where the record stands in the journal.</summary>
/// <remarks>
/// Of records that were put: <c>shardId-</c>, 84 zeros, 56 digits that begin with 49, 12 zeros. The 56 digits hold <see cref="StreamRecord.Entry"/> and
/// <see cref="StreamRecord.Index"/>, so they grow as records come and can be read back. Of records of a Kinesis stream: the sequence number there, then digits; these
/// are the place in the journal again, because several records may have come out of one aggregated one.
/// </remarks>
internal static class RecordIds
{
    private const string Head = "shardId-";
    private const string SequenceHead = "49";
    private const int ZerosBefore = 84;
    private const int EntryDigits = 36;
    private const int IndexDigits = 18;
    private const int ZerosBehind = 12;
    private const int KinesisEntryDigits = 19;
    private const int KinesisIndexDigits = 10;

    /// <summary>Characters of the id of a record that was put.</summary>
    public const int PutCharacters = 160;

    /// <summary>The most characters of any id that <see cref="Of"/> makes, given what Kinesis allows as a sequence number.</summary>
    public const int CharactersMax = 256;

    private static readonly string _putHead = Head + new string('0', ZerosBefore) + SequenceHead;
    private static readonly string _putEnd = new('0', ZerosBehind);

    public static string Of(StreamRecord record) =>
        record.Kinesis is { } origin ? OfKinesis(origin, record) : OfPut(record.Entry, record.Index);

    /// <summary>The id of a record that was put.</summary>
    public static string OfPut(long entry, int index) => string.Create(
        CultureInfo.InvariantCulture, $"{_putHead}{entry.ToString($"D{EntryDigits}", CultureInfo.InvariantCulture)}{index.ToString($"D{IndexDigits}", CultureInfo.InvariantCulture)}{_putEnd}");

    /// <summary>The sequence number of a record, as error objects have it in <c>dataId</c>.</summary>
    public static string SequenceOf(StreamRecord record) =>
        record.Kinesis?.SequenceNumber ?? OfPut(record.Entry, record.Index).Substring(Head.Length + ZerosBefore, SequenceHead.Length + EntryDigits + IndexDigits);

    /// <summary>Reads back what <see cref="OfPut"/> made.</summary>
    public static bool TryRead(string id, out long entry, out int index)
    {
        (entry, index) = (0, 0);
        return id.Length == PutCharacters
            && id.StartsWith(_putHead, StringComparison.Ordinal)
            && id.EndsWith(_putEnd, StringComparison.Ordinal)
            && long.TryParse(id.AsSpan(_putHead.Length, EntryDigits), NumberStyles.None, CultureInfo.InvariantCulture, out entry)
            && int.TryParse(id.AsSpan(_putHead.Length + EntryDigits, IndexDigits), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    private static string OfKinesis(KinesisOrigin origin, StreamRecord record)
    {
        var entry = record.Entry.ToString($"D{KinesisEntryDigits}", CultureInfo.InvariantCulture);
        var index = record.Index.ToString($"D{KinesisIndexDigits}", CultureInfo.InvariantCulture);
        return $"{origin.SequenceNumber}{entry}{index}";
    }
}
