namespace Cistern.Delivery.Buffer;

/// <summary>Which records of a stream are done: all before a base, and ranges behind it, because batches end in any order.</summary>
/// <remarks>There are as many ranges as batches are out of order, so a sorted list serves. Not thread-safe.</remarks>
internal sealed class DoneRanges
{
    private readonly List<RecordRange> _ranges = [];

    /// <param name="done">Everything before it is done.</param>
    public DoneRanges(RecordPosition done, IEnumerable<RecordRange> ranges)
    {
        Base = done;
        foreach (var range in ranges)
        {
            Add(range);
        }
    }

    /// <summary>Everything before it is done; the record here is not.</summary>
    public RecordPosition Base { get; private set; }

    /// <summary>What is done behind <see cref="Base"/>, in order, with gaps between.</summary>
    public IReadOnlyList<RecordRange> Ranges => _ranges;

    public bool Contains(RecordPosition position)
    {
        if (position < Base)
        {
            return true;
        }

        var at = IndexOf(position);
        return at < _ranges.Count && _ranges[at].From <= position;
    }

    /// <summary>Adds a range; one that is done in part already is no error.</summary>
    public void Add(RecordRange added)
    {
        if (added.Before <= added.From || added.Before <= Base)
        {
            return;
        }

        // Ranges that touch the new one become one with it.
        var first = IndexOf(added.From);
        if (first > 0 && _ranges[first - 1].Before == added.From)
        {
            first--;
        }

        var behind = first;
        while (behind < _ranges.Count && _ranges[behind].From <= added.Before)
        {
            added = new RecordRange(Min(added.From, _ranges[behind].From), Max(added.Before, _ranges[behind].Before));
            behind++;
        }

        _ranges.RemoveRange(first, behind - first);
        if (added.From <= Base)
        {
            Base = added.Before;
        }
        else
        {
            _ranges.Insert(first, added);
        }
    }

    // The first range that ends behind a place.
    private int IndexOf(RecordPosition position)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].Before <= position ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static RecordPosition Min(RecordPosition left, RecordPosition right) => left < right ? left : right;

    private static RecordPosition Max(RecordPosition left, RecordPosition right) => left > right ? left : right;
}
