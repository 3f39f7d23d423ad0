namespace Cistern.Query.Live;

/// <summary>A delivery that was found by its position; of events all that were written at one time, which have neither stream nor id but are counted.</summary>
/// <param name="Position">As <see cref="TailCursor.Position"/>.</param>
/// <param name="Received">Microseconds since 1970.</param>
/// <param name="Fingerprint">Tells it from all others, where deliveries come late; else 0.</param>
/// <param name="Candidates">Rows of the signal that it brought.</param>
internal readonly record struct TailFind(long Position, long Received, long Fingerprint, long Candidates);

/// <summary>How many deliveries have their positions in one second, and the sum of the upper 32 bits of their fingerprints: two looks that agree in both have seen the same.</summary>
internal readonly record struct TailSum(long Count, long Fingerprints);

/// <summary>What a tail gave of the time in which a store may still show something late: a fingerprint each, by the second of its position. Where nothing comes late it stays empty.</summary>
internal sealed class TailMemory
{
    public const long SecondMicros = 1_000_000;

    // Of 63 bits of a fingerprint those that are summed: a million of them are no more than a long holds.
    private const int SummedFrom = 31;

    private readonly Dictionary<long, HashSet<long>> _seconds = [];

    public int Count => _seconds.Values.Sum(second => second.Count);

    public bool Contains(TailFind find) => _seconds.TryGetValue(find.Position / SecondMicros, out var second) && second.Contains(find.Fingerprint);

    public void Add(long position, long fingerprint)
    {
        if (!_seconds.TryGetValue(position / SecondMicros, out var second))
        {
            _seconds[position / SecondMicros] = second = [];
        }

        second.Add(fingerprint);
    }

    /// <summary>How many are remembered of the second of a position and those after it.</summary>
    public int CountSince(long position) => _seconds.Where(second => second.Key >= position / SecondMicros).Sum(second => second.Value.Count);

    /// <summary>The seconds of which something is remembered.</summary>
    public Dictionary<long, TailSum> Sums() => _seconds.ToDictionary(second => second.Key, second => new TailSum(second.Value.Count, second.Value.Sum(one => one >> SummedFrom)));

    /// <summary>Forgets the seconds before that of a position.</summary>
    public void ForgetBefore(long position)
    {
        foreach (var second in _seconds.Keys.Where(second => second < position / SecondMicros).ToArray())
        {
            _seconds.Remove(second);
        }
    }
}
