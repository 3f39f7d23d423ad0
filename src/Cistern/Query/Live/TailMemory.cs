namespace Cistern.Query.Live;

/// <summary>A delivery that was found by its position; of events all that were written at one time, which have neither stream nor id but are counted.</summary>
/// <param name="Position">As <see cref="TailCursor.Position"/>.</param>
/// <param name="Received">Microseconds since 1970.</param>
/// <param name="Candidates">Rows of the signal that it brought.</param>
internal readonly record struct TailFind(long Position, long Received, string Stream, string DeliveryId, long Candidates);

/// <summary>What a tail gave of the time in which a store may still show something late. Where nothing comes late it stays empty.</summary>
internal sealed class TailMemory
{
    private readonly HashSet<TailFind> _given = [];

    public int Count => _given.Count;

    public bool Contains(TailFind find) => _given.Contains(find);

    public void Add(TailFind find) => _given.Add(find);

    public void ForgetBefore(long position) => _given.RemoveWhere(find => find.Position < position);

    /// <summary>What was given before and has the position of something new: two writers' clocks can show the same microsecond.</summary>
    public IEnumerable<TailFind> Beside(IReadOnlyCollection<TailFind> taken)
    {
        var positions = taken.Select(find => find.Position).ToHashSet();
        var added = taken.ToHashSet();
        return _given.Where(find => positions.Contains(find.Position) && !added.Contains(find));
    }
}
