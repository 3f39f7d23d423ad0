using System.Numerics;
using System.Runtime.Intrinsics.X86;

namespace Cistern.Store.Embedded.Identity;

/// <summary>A hash table from identities to their places in a ring, and the ring itself.</summary>
/// <remarks>
/// <para>
/// A slot is eight bytes: a tag (the upper 32 bits of the identity, the lowest set so that no slot in use is zero) and the lower 32 bits of the
/// position in the ring. A tag's first bits are the slot where the search begins, so that a look-up that finds nothing ends within the same cache line
/// nearly always, and so that entries can move without reading the ring. At most half of the slots are in use.
/// </para>
/// <para>
/// A removal closes the gap by moving later entries of the same run forward, so that a table that lives for ever stays as fast as a new one.
/// The identities must be evenly spread, as a keyed hash spreads them.
/// </para>
/// </remarks>
internal sealed class IdentityTable
{
    private readonly ulong[] _slots;
    private readonly UInt128[] _ring;
    private readonly int _shift;

    /// <param name="capacity">How many identities it holds: a power of two.</param>
    public IdentityTable(int capacity)
    {
        _ring = new UInt128[capacity];
        _slots = new ulong[2 * capacity];
        _shift = 32 - BitOperations.Log2((uint)_slots.Length);
    }

    public int Capacity => _ring.Length;

    public static long BytesFor(long capacity) => capacity * (16 + (2 * sizeof(ulong)));

    public UInt128 this[long position] => _ring[position & (_ring.Length - 1)];

    public bool Contains(UInt128 identity)
    {
        var tag = TagOf(identity);
        for (var at = Home(tag); _slots[at] is var slot and not 0; at = Next(at))
        {
            // All 128 bits decide, never the tag alone.
            if ((uint)(slot >> 32) == tag && this[(uint)slot] == identity)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds an identity that is not there at a position whose place in the ring is free.</summary>
    public void Add(UInt128 identity, long position)
    {
        _ring[position & (_ring.Length - 1)] = identity;
        var tag = TagOf(identity);
        var at = Home(tag);
        while (_slots[at] != 0)
        {
            at = Next(at);
        }

        _slots[at] = ((ulong)tag << 32) | (uint)position;
    }

    public void Remove(long position)
    {
        var tag = TagOf(this[position]);
        var wanted = ((ulong)tag << 32) | (uint)position;
        var at = Home(tag);
        while (_slots[at] != wanted)
        {
            if (_slots[at] == 0)
            {
                throw new InvalidOperationException($"identity at position {position} is in the ring but not in the table");
            }

            at = Next(at);
        }

        CloseGap(at);
    }

    /// <summary>Fetches what <see cref="Contains"/> of an identity will read, while something else is done.</summary>
    public unsafe void Prefetch(UInt128 identity)
    {
        if (Sse.IsSupported)
        {
            fixed (ulong* slot = &_slots[Home(TagOf(identity))])
            {
                Sse.Prefetch0(slot);
            }
        }
    }

    private static uint TagOf(UInt128 identity) => (uint)(identity >> 96) | 1;

    private int Home(uint tag) => (int)(tag >> _shift);

    private int Next(int at) => (at + 1) & (_slots.Length - 1);

    private void CloseGap(int gap)
    {
        for (var at = Next(gap); _slots[at] is var slot and not 0; at = Next(at))
        {
            // An entry may move to the gap unless its search begins behind it.
            var fromHome = (at - Home((uint)(slot >> 32))) & (_slots.Length - 1);
            var fromGap = (at - gap) & (_slots.Length - 1);
            if (fromHome >= fromGap)
            {
                _slots[gap] = slot;
                gap = at;
            }
        }

        _slots[gap] = 0;
    }
}
