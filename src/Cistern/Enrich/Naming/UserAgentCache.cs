using Cistern.Store.Embedded.Identity;

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

    private readonly SipKey _key;
    private readonly ulong[] _words;
    private readonly int _setMask;

    /// <param name="capacity">User agents, a power of two; eight bytes each.</param>
    public UserAgentCache(SipKey key, int capacity = 1 << 20)
    {
        _key = key;
        _words = new ulong[capacity];
        _setMask = (capacity / WordsInSet) - 1;
    }

    /// <summary>The naming's number, from here or from the rules.</summary>
    public int Find(UserAgentRules rules, ReadOnlySpan<byte> userAgent)
    {
        var hash = SipHash128.Of(_key, userAgent);
        var (tag, high) = ((ulong)hash & ~AnswerMask, (ulong)(hash >> 64));
        var set = _words.AsSpan(((int)high & _setMask) * WordsInSet, WordsInSet);
        foreach (ref var word in set)
        {
            var value = Volatile.Read(ref word);
            if ((value & ~AnswerMask) == tag && value != 0)
            {
                return (int)(value & AnswerMask);
            }
        }

        var naming = rules.Classify(userAgent);
        Volatile.Write(ref FreeWord(set, high), tag | (uint)naming);
        return naming;
    }

    private static ref ulong FreeWord(Span<ulong> set, ulong hash)
    {
        foreach (ref var word in set)
        {
            if (word == 0)
            {
                return ref word;
            }
        }

        // By chance rather than by age: a stream of new ones then drives out the common ones less surely.
        return ref set[(int)(hash >> 61)];
    }
}
