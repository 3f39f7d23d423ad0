namespace Cistern.Delivery.Buffer;

/// <summary>The place of a record in its stream's journal.</summary>
/// <param name="Entry">The sequence of the entry.</param>
/// <param name="Index">The place in the entry.</param>
internal readonly record struct RecordPosition(long Entry, int Index) : IComparable<RecordPosition>
{
    public int CompareTo(RecordPosition other) => Entry != other.Entry ? Entry.CompareTo(other.Entry) : Index.CompareTo(other.Index);

    public static bool operator <(RecordPosition left, RecordPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(RecordPosition left, RecordPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(RecordPosition left, RecordPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(RecordPosition left, RecordPosition right) => left.CompareTo(right) >= 0;
}

/// <summary>Places from one on and before another.</summary>
internal readonly record struct RecordRange(RecordPosition From, RecordPosition Before);
