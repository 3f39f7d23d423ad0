using System.Numerics;

namespace Cistern.Store.Embedded.Identity;

/// <summary>Which identities were met within a window of time: exact, in bounded memory.</summary>
/// <remarks>
/// <para>
/// First in, first out: an identity goes when the window has passed since it was received, or when newer ones need its place; then the window
/// is in effect shorter, and <see cref="Reach"/> says how long it is. Nothing is ever found that was not added: all 128 bits are compared.
/// </para>
/// <para>
/// One writer. Memory grows with what is held and goes back when nothing is, so that an idle process stays small. Identities that were received together
/// expire together, up to 1/4096 of the window later than they could.
/// </para>
/// </remarks>
internal sealed class IdentityWindow
{
    private const int CapacityMin = 1024;
    private const int StepsOfWindow = 4096;

    /// <summary>For how many identities <see cref="Prefetch"/> fetches at most: more would push each other out of the nearest cache.</summary>
    public const int PrefetchMax = 16;

    private readonly int _capacityMax;
    private readonly ReceivedMarks _marks;
    private IdentityTable _table = new(CapacityMin);
    private long _oldest;
    private long _end;
    private long _latestMs = long.MinValue;
    private long _evictedMs = long.MinValue;

    /// <param name="window">How far back; zero remembers nothing, so that nothing is ever met again.</param>
    /// <param name="maxBytes">The bound of the tables; for a moment half as much again is used while they grow.</param>
    public IdentityWindow(TimeSpan window, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, IdentityTable.BytesFor(CapacityMin));
        Window = window;
        _capacityMax = (int)Math.Min(1 << 29, BitOperations.RoundUpToPowerOf2((ulong)(maxBytes / IdentityTable.BytesFor(1)) + 1) / 2);
        _marks = new ReceivedMarks(Math.Max(1, (long)window.TotalMilliseconds / StepsOfWindow));
    }

    public TimeSpan Window { get; }

    /// <summary>Identities held.</summary>
    public int Count => (int)(_end - _oldest);

    /// <summary>How many can be held at most.</summary>
    public int Capacity => _capacityMax;

    /// <summary>Bytes of the tables as they are now.</summary>
    public long Bytes => IdentityTable.BytesFor(_table.Capacity);

    /// <summary>Adds an identity; false if it is there already.</summary>
    /// <param name="receivedMs">Milliseconds since 1970; a clock that goes back counts as one that stands still.</param>
    public bool TryAdd(UInt128 identity, long receivedMs)
    {
        if (Window == TimeSpan.Zero)
        {
            return true;
        }

        _latestMs = Math.Max(_latestMs, receivedMs);
        Expire();
        if (_table.Contains(identity))
        {
            return false;
        }

        MakeRoom();
        _table.Add(identity, _end);
        _marks.Add(_end, _latestMs);
        _end++;
        return true;
    }

    /// <summary>Says that identities will be added one after another: what adding the first of them needs is fetched from memory before it is wanted.</summary>
    /// <remarks>The tables are larger than the processor's caches, and where an identity stands is chance: each would wait for memory by itself.</remarks>
    public void Prefetch(ReadOnlySpan<UInt128> next)
    {
        next = next[..Math.Min(next.Length, PrefetchMax)];
        foreach (var identity in next)
        {
            _table.Prefetch(identity);
        }

        if (Count == _capacityMax)
        {
            // Each pushes out one of the oldest.
            for (var position = _oldest; position < _oldest + next.Length; position++)
            {
                _table.Prefetch(_table[position]);
            }
        }
    }

    /// <summary>Whether an identity is there, without adding it.</summary>
    public bool Contains(UInt128 identity) => _table.Contains(identity);

    /// <summary>
    /// Forgets the newest identities: those of a group that did not become durable. What had to go to make room for them does not come back, and
    /// of a group larger than everything that can be held only what is still there goes.
    /// </summary>
    public void Withdraw(int count)
    {
        for (var left = Math.Min(count, Count); left > 0; left--)
        {
            _table.Remove(--_end);
        }

        _marks.RemoveFrom(_end);
    }

    /// <summary>The identity that was added last, if any is held.</summary>
    public UInt128? Newest => Count == 0 ? null : _table[_end - 1];

    /// <summary>How far back every identity is remembered: the window, or less if newer ones took the place of older ones.</summary>
    public TimeSpan Reach(long nowMs)
    {
        var sinceEvicted = _evictedMs == long.MinValue ? Window : TimeSpan.FromMilliseconds(Math.Max(0, nowMs - _evictedMs));
        return sinceEvicted < Window ? sinceEvicted : Window;
    }

    private void Expire()
    {
        var limit = _latestMs - (long)Window.TotalMilliseconds;
        if (!_marks.IsEmpty && _marks.NewestMs <= limit)
        {
            Clear();
            return;
        }

        while (!_marks.IsEmpty && _marks.OldestMs <= limit)
        {
            for (var end = _marks.OldestEnd(_end); _oldest < end; _oldest++)
            {
                _table.Remove(_oldest);
            }

            _marks.RemoveOldest();
        }
    }

    private void Clear()
    {
        _table = new IdentityTable(CapacityMin);
        _marks.Clear();
        _oldest = _end;
    }

    private void MakeRoom()
    {
        if (Count < _table.Capacity)
        {
            return;
        }

        if (_table.Capacity < _capacityMax)
        {
            Grow();
        }
        else
        {
            EvictOldest();
        }
    }

    private void Grow()
    {
        var larger = new IdentityTable(2 * _table.Capacity);
        for (var position = _oldest; position < _end; position++)
        {
            larger.Add(_table[position], position);
        }

        _table = larger;
    }

    private void EvictOldest()
    {
        _evictedMs = Math.Min(_marks.OldestMs, _latestMs);
        _table.Remove(_oldest++);
        if (_oldest == _marks.OldestEnd(_end))
        {
            _marks.RemoveOldest();
        }
    }
}
