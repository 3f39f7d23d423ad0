namespace Cistern.Store.Embedded;

/// <summary>Divides the kept rows of a delivery, which are numbered table by table, among its tables.</summary>
/// <param name="kept">The kept rows, ascending; not looked at if all are kept.</param>
/// <param name="all">No row is a repeat.</param>
internal ref struct KeptRows(ReadOnlySpan<int> kept, bool all)
{
    private readonly bool _all = all;
    private ReadOnlySpan<int> _kept = kept;
    private int _first;

    /// <summary>The kept ones of the next table's rows, numbered from 0; null if all are kept.</summary>
    public int[]? Next(int count)
    {
        if (_all)
        {
            return null;
        }

        var (first, end) = (_first, _first + count);
        var place = _kept.BinarySearch(end);
        var own = _kept[..(place >= 0 ? place : ~place)].ToArray();
        _kept = _kept[own.Length..];
        _first = end;
        for (var row = 0; row < own.Length; row++)
        {
            own[row] -= first;
        }

        return own;
    }
}
