namespace Cistern.Enrich.Proof;

/// <summary>The published lists, each with its snapshots: who owned an address at a moment.</summary>
internal sealed class AddressLists
{
    private readonly PrefixTable _table = new();
    private readonly Dictionary<string, int> _places = [];
    private readonly (long From, long To, bool IsComplete)[][] _periods;

    /// <param name="sources">Of two with the same id the later one counts.</param>
    /// <param name="snapshots">In any order. Of two with the same list and moment the later one counts.</param>
    public AddressLists(IReadOnlyList<ListSource> sources, IReadOnlyList<ListSnapshot> snapshots)
    {
        Sources = sources;
        for (var place = 0; place < sources.Count; place++)
        {
            _places[sources[place].Id] = place;
        }

        _periods = [.. sources.Select(_ => Array.Empty<(long, long, bool)>())];
        Snapshots = [.. snapshots.Where(snapshot => _places.ContainsKey(snapshot.List) && !IsSuperseded(snapshot, snapshots)).OrderBy(snapshot => snapshot.ValidFrom)];
        foreach (var one in Snapshots.GroupBy(snapshot => snapshot.List))
        {
            Add(_places[one.Key], [.. one.GroupBy(snapshot => snapshot.ValidFrom).Select(same => same.Last())]);
        }
    }

    public IReadOnlyList<ListSource> Sources { get; }

    /// <summary>By moment.</summary>
    public IReadOnlyList<ListSnapshot> Snapshots { get; }

    /// <summary>No list holds anything.</summary>
    public bool IsEmpty => _table.IsEmpty;

    /// <summary>The place of a list in <see cref="Sources"/>; -1 if there is none of that id.</summary>
    public int PlaceOf(string id) => _places.GetValueOrDefault(id, -1);

    /// <summary>Writes the places of the lists that held an address at a moment, the narrowest range first; says how many.</summary>
    public int Find(NetAddress address, long micros, Span<int> lists) => _table.Find(address, micros, lists);

    /// <summary>Whether a whole list was in force at a moment, so that an address outside of it is not its operator's.</summary>
    public bool IsCompleteAt(int list, long micros)
    {
        foreach (var (from, to, isComplete) in _periods[list])
        {
            if (micros >= from && micros < to)
            {
                return isComplete;
            }
        }

        return false;
    }

    // Single prefixes do not end the time of a whole list.
    private static bool IsSuperseded(ListSnapshot snapshot, IEnumerable<ListSnapshot> all) =>
        !snapshot.IsComplete && all.Any(other => other.IsComplete && other.List == snapshot.List && other.ValidFrom <= snapshot.ValidFrom);

    private void Add(int list, IReadOnlyList<ListSnapshot> snapshots)
    {
        _periods[list] = [.. snapshots.Select((snapshot, place) => (MicrosOf(snapshot), place + 1 < snapshots.Count ? MicrosOf(snapshots[place + 1]) : long.MaxValue, snapshot.IsComplete))];

        // A range that stays from one snapshot to the next is one entry.
        Dictionary<NetPrefix, long> open = [];
        for (var place = 0; place < snapshots.Count; place++)
        {
            var from = _periods[list][place].From;
            var held = snapshots[place].Prefixes.ToHashSet();
            foreach (var gone in open.Where(one => !held.Contains(one.Key)).ToArray())
            {
                _table.Add(gone.Key, new(list, gone.Value, from));
                open.Remove(gone.Key);
            }

            foreach (var prefix in held)
            {
                open.TryAdd(prefix, from);
            }
        }

        foreach (var (prefix, from) in open)
        {
            _table.Add(prefix, new(list, from, long.MaxValue));
        }
    }

    private static long MicrosOf(ListSnapshot snapshot) => (snapshot.ValidFrom - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
