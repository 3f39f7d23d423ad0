namespace Cistern.Enrich.Proof;

/// <summary>Which ranges hold an address: one table for the first sixteen bits, binary tries below it.</summary>
/// <remarks>Most addresses are in no range, and for these the look-up ends at the table. Entries along the way to an address are those that hold it.</remarks>
internal sealed class PrefixTable
{
    private const int HeadBits = 16;
    private const int Nothing = 0;

    // A node is two children and the head of a chain of entries; 0 is no node and no entry.
    private readonly List<(int Zero, int One, int Entry)> _nodes = [default];
    private readonly List<(Entry Value, int Length, int Next)> _entries = [default];
    private readonly int[] _roots = new int[2 << HeadBits];

    public bool IsEmpty => _entries.Count == 1;

    /// <summary>Adds what a list held of a range and when.</summary>
    public void Add(NetPrefix prefix, Entry entry)
    {
        if (prefix.Length > HeadBits)
        {
            AddBelow(RootOf(prefix.Network), prefix, entry);
            return;
        }

        // A short prefix is written to each root that it covers.
        var first = RootOf(prefix.Network);
        var count = 1 << (HeadBits - prefix.Length);
        for (var root = first; root < first + count; root++)
        {
            Attach(NodeAt(root), entry, prefix.Length);
        }
    }

    /// <summary>Writes the lists that held the address at a moment, the narrowest range first; says how many.</summary>
    /// <param name="lists">Takes as many as it holds.</param>
    public int Find(NetAddress address, long micros, Span<int> lists)
    {
        var node = _roots[RootOf(address)];
        var count = 0;
        var place = HeadBits;
        while (node != Nothing)
        {
            count = Collect(_nodes[node].Entry, micros, lists, count);
            if (place == address.Width)
            {
                break;
            }

            node = address.BitAt(place++) == 0 ? _nodes[node].Zero : _nodes[node].One;
        }

        lists[..count].Reverse();
        return count;
    }

    private int Collect(int entry, long micros, Span<int> lists, int count)
    {
        while (entry != Nothing)
        {
            var (value, _, next) = _entries[entry];
            if (micros >= value.From && micros < value.To)
            {
                // The widest ranges come first: with too many of them the narrowest are kept.
                if (count == lists.Length)
                {
                    lists[1..].CopyTo(lists);
                    count--;
                }

                lists[count++] = value.List;
            }

            entry = next;
        }

        return count;
    }

    private static int RootOf(NetAddress address) => address.Head | (address.IsV4 ? 0 : 1 << HeadBits);

    private int NodeAt(int root) => _roots[root] != Nothing ? _roots[root] : _roots[root] = NewNode();

    private void AddBelow(int root, NetPrefix prefix, Entry entry)
    {
        var node = NodeAt(root);
        for (var place = HeadBits; place < prefix.Length; place++)
        {
            node = ChildOf(node, prefix.Network.BitAt(place));
        }

        Attach(node, entry, prefix.Length);
    }

    private int ChildOf(int node, int bit)
    {
        var (zero, one, entry) = _nodes[node];
        if ((bit == 0 ? zero : one) is var child and not Nothing)
        {
            return child;
        }

        child = NewNode();
        _nodes[node] = bit == 0 ? (child, one, entry) : (zero, child, entry);
        return child;
    }

    private int NewNode()
    {
        _nodes.Add(default);
        return _nodes.Count - 1;
    }

    // At a root ranges of several lengths meet: the widest goes first.
    private void Attach(int node, Entry entry, int length)
    {
        var (zero, one, next) = _nodes[node];
        var before = Nothing;
        while (next != Nothing && _entries[next].Length < length)
        {
            (before, next) = (next, _entries[next].Next);
        }

        _entries.Add((entry, length, next));
        if (before == Nothing)
        {
            _nodes[node] = (zero, one, _entries.Count - 1);
        }
        else
        {
            _entries[before] = _entries[before] with { Next = _entries.Count - 1 };
        }
    }

    /// <param name="List">The list's place.</param>
    /// <param name="From">Microseconds since 1970, inclusive.</param>
    /// <param name="To">Exclusive.</param>
    public readonly record struct Entry(int List, long From, long To);
}
