namespace Cistern.Store.Embedded.Identity;

/// <summary>When the identities of a ring were received, to a fraction of the window: a mark says from which position on a time holds.</summary>
/// <param name="stepMs">A new mark is set when this has passed since the last; so there are few, however much traffic there is.</param>
internal sealed class ReceivedMarks(long stepMs)
{
    private Mark[] _marks = new Mark[16];
    private int _first;
    private int _count;

    public bool IsEmpty => _count == 0;

    /// <summary>The position behind the identities of the oldest mark, given the position behind all.</summary>
    public long OldestEnd(long end) => _count > 1 ? At(1).Position : end;

    /// <summary>Not before any identity of the oldest mark was received.</summary>
    public long OldestMs => At(0).ReceivedMs + stepMs;

    /// <summary>Not before any identity was received.</summary>
    public long NewestMs => At(_count - 1).ReceivedMs + stepMs;

    public void Add(long position, long receivedMs)
    {
        if (_count > 0 && receivedMs < NewestMs)
        {
            return;
        }

        if (_count == _marks.Length)
        {
            Grow();
        }

        _marks[(_first + _count++) & (_marks.Length - 1)] = new Mark(position, receivedMs);
    }

    public void RemoveOldest()
    {
        _first = (_first + 1) & (_marks.Length - 1);
        _count--;
    }

    /// <summary>Forgets the marks of a position and of all behind it.</summary>
    public void RemoveFrom(long position)
    {
        while (_count > 0 && At(_count - 1).Position >= position)
        {
            _count--;
        }
    }

    public void Clear() => (_marks, _first, _count) = (new Mark[16], 0, 0);

    private Mark At(int place) => _marks[(_first + place) & (_marks.Length - 1)];

    private void Grow()
    {
        var marks = new Mark[2 * _marks.Length];
        for (var place = 0; place < _count; place++)
        {
            marks[place] = At(place);
        }

        (_marks, _first) = (marks, 0);
    }

    private readonly record struct Mark(long Position, long ReceivedMs);
}
