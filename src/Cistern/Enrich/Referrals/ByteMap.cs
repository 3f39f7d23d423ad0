using System.Text;

namespace Cistern.Enrich.Referrals;

/// <summary>A fixed table from lower-case ASCII texts to numbers, asked with bytes in any case and without an allocation.</summary>
internal sealed class ByteMap
{
    private const int None = -1;

    private readonly (byte[] Key, int Value)[] _slots;
    private readonly int _longest;

    /// <param name="entries">Of two with the same key the later one counts.</param>
    public ByteMap(IEnumerable<(string Key, int Value)> entries)
    {
        Dictionary<string, int> distinct = [];
        foreach (var (key, value) in entries)
        {
            distinct[key.ToLowerInvariant()] = value;
        }

        _slots = new (byte[], int)[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, distinct.Count * 4))];
        Array.Fill(_slots, ([], None));
        foreach (var (key, value) in distinct)
        {
            var bytes = Encoding.UTF8.GetBytes(key);
            _longest = Math.Max(_longest, bytes.Length);
            _slots[SlotOf(bytes)] = (bytes, value);
        }
    }

    public bool TryFind(ReadOnlySpan<byte> key, out int value)
    {
        value = None;
        if (!key.IsEmpty && key.Length <= _longest)
        {
            value = _slots[SlotOf(key)].Value;
        }

        return value != None;
    }

    // The slot of the key, or the free one where it would be.
    private int SlotOf(ReadOnlySpan<byte> key)
    {
        var hash = 2166136261u;
        foreach (var value in key)
        {
            hash = (hash ^ Lower(value)) * 16777619;
        }

        var slot = (int)(hash & (uint)(_slots.Length - 1));
        while (_slots[slot].Value != None && !Ascii.EqualsIgnoreCase(_slots[slot].Key, key))
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }

    private static byte Lower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;
}
