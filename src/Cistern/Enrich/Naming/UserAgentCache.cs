using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Cistern.Enrich.Naming;

/// <summary>Which naming a user agent has, so that each distinct one is classified once.</summary>
/// <remarks>
/// Memory is fixed: a table of 64-bit words in sets of eight, which is a line of the processor's cache. A word holds 48 bits of a keyed hash and 16 bits of the answer, so it is
/// read and written at once and the table needs no lock. The set is chosen by other bits of the hash: a wrong hit has a chance of 2^-45 for each new user agent, and nobody
/// can look for one without the key. A full set forgets one of its words.
/// </remarks>
internal sealed class UserAgentCache
{
    private const int WordsInSet = 8;
    private const int AnswerBits = 16;
    private const ulong AnswerMask = (1 << AnswerBits) - 1;

    private readonly KeyedHash _hash = KeyedHash.CreateRandom();
    private readonly ulong[] _words;
    private readonly int _setMask;
    private readonly int _start;

    /// <param name="capacity">User agents, a power of two; eight bytes each.</param>
    public UserAgentCache(int capacity = 1 << 20)
    {
        // It never moves, so that a set that begins with a line of the cache goes on doing so.
        _words = GC.AllocateArray<ulong>(capacity + WordsInSet, pinned: true);
        _start = FirstOfLine(_words);
        _setMask = (capacity / WordsInSet) - 1;
    }

    /// <summary>Where a user agent is looked for. Done for some rows beforehand, so that the processor fetches several sets from memory at once.</summary>
    public Place Prepare(ReadOnlySpan<byte> userAgent)
    {
        var (low, high) = _hash.Of(userAgent);
        var start = _start + (((int)high & _setMask) * WordsInSet);
        Fetch(start);
        return new Place(low & ~AnswerMask, start, (int)(high >> 61));
    }

    /// <summary>The naming's number, from here or from the rules.</summary>
    public int Find(UserAgentRules rules, ReadOnlySpan<byte> userAgent) => Find(rules, userAgent, Prepare(userAgent));

    /// <inheritdoc cref="Find(UserAgentRules, ReadOnlySpan{byte})"/>
    /// <param name="place">What <see cref="Prepare"/> said of the same user agent.</param>
    public int Find(UserAgentRules rules, ReadOnlySpan<byte> userAgent, in Place place)
    {
        var tag = place.Tag;
        var set = _words.AsSpan(place.Start, WordsInSet);
        foreach (ref var word in set)
        {
            var value = Volatile.Read(ref word);
            if ((value & ~AnswerMask) == tag && value != 0)
            {
                return (int)(value & AnswerMask);
            }
        }

        var naming = rules.Classify(userAgent);
        Volatile.Write(ref FreeWord(set, place.Chance), tag | (uint)naming);
        return naming;
    }

    // A read would hold up what comes behind it; this does not. What is pinned has an address that stays.
    private unsafe void Fetch(int start)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref _words[start]));
        }
    }

    private static unsafe int FirstOfLine(ulong[] words)
    {
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(words));
        var line = (nuint)(WordsInSet * sizeof(ulong));
        return (int)((line - (address % line)) % line / sizeof(ulong));
    }

    private static ref ulong FreeWord(Span<ulong> set, int chance)
    {
        foreach (ref var word in set)
        {
            if (word == 0)
            {
                return ref word;
            }
        }

        // By chance rather than by age: a stream of new ones then drives out the common ones less surely.
        return ref set[chance];
    }

    /// <param name="Tag">The bits that are compared.</param>
    /// <param name="Start">Where the set begins.</param>
    /// <param name="Chance">Which word a full set forgets.</param>
    internal readonly record struct Place(ulong Tag, int Start, int Chance);
}
