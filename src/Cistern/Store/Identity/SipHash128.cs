using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Cistern.Store.Identity;

/// <summary>The secret of a keyed hash. Random for each process: whoever does not know it cannot make two texts collide.</summary>
internal readonly record struct SipKey(ulong First, ulong Second)
{
    public static SipKey CreateRandom()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return FromBytes(bytes);
    }

    public static SipKey FromBytes(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));

    /// <summary>Not for logs.</summary>
    public override string ToString() => "***";
}

/// <summary>SipHash-2-4 with 128 bits of output, over parts that are appended.</summary>
/// <remarks>
/// Four words of state; each word of input goes through two rounds, the end through four for each half of the output. Eight bytes are taken at a time; what
/// is left waits in a word. A mutable value: keep it in a local variable.
/// </remarks>
internal struct SipHash128(SipKey key)
{
    private ulong _v0 = key.First ^ 0x736f6d6570736575;
    private ulong _v1 = key.Second ^ 0x646f72616e646f6d ^ 0xee;
    private ulong _v2 = key.First ^ 0x6c7967656e657261;
    private ulong _v3 = key.Second ^ 0x7465646279746573;
    private ulong _waiting = 0;
    private int _length = 0;

    public static UInt128 Of(SipKey key, ReadOnlySpan<byte> bytes)
    {
        var hash = new SipHash128(key);
        hash.Append(bytes);
        return hash.Finish();
    }

    /// <summary>Appends a length and the bytes, so that "ab" and "c" differ from "a" and "bc".</summary>
    public void AppendField(ReadOnlySpan<byte> bytes)
    {
        AppendTail((uint)bytes.Length, sizeof(int));
        Append(bytes);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var (v0, v1, v2, v3, waiting) = (_v0, _v1, _v2, _v3, _waiting);
        var waitingBits = (_length & 7) * 8;
        _length += bytes.Length & ~7;
        while (bytes.Length >= sizeof(ulong))
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            var whole = waiting | (word << waitingBits);
            waiting = waitingBits == 0 ? 0 : word >> (64 - waitingBits);
            v3 ^= whole;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= whole;
            bytes = bytes[sizeof(ulong)..];
        }

        (_v0, _v1, _v2, _v3, _waiting) = (v0, v1, v2, v3, waiting);
        if (!bytes.IsEmpty)
        {
            AppendTail(WordOf(bytes), bytes.Length);
        }
    }

    /// <summary>Appends eight bytes, the lowest first.</summary>
    public void Append(ulong word)
    {
        var waitingBits = (_length & 7) * 8;
        _length += sizeof(ulong);
        Compress(_waiting | (word << waitingBits));
        _waiting = waitingBits == 0 ? 0 : word >> (64 - waitingBits);
    }

    /// <summary>Appends one byte.</summary>
    public void Append(byte value) => AppendTail(value, 1);

    /// <summary>The hash; the reference's first eight bytes are the lower half. Nothing may be appended after it.</summary>
    public UInt128 Finish()
    {
        Compress(_waiting | ((ulong)(byte)_length << 56));
        _v2 ^= 0xee;
        var lower = Finalize4();
        _v1 ^= 0xdd;
        return new UInt128(Finalize4(), lower);
    }

    // One to seven bytes in one word, read in two steps that may overlap.
    private static ulong WordOf(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) << ((bytes.Length - 4) * 8)),
        >= 2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes) | ((ulong)bytes[^1] << ((bytes.Length - 1) * 8)),
        _ => bytes[0],
    };

    // The bits above the bytes are zero.
    private void AppendTail(ulong word, int bytes)
    {
        var waitingBits = (_length & 7) * 8;
        _length += bytes;
        _waiting |= word << waitingBits;
        if (waitingBits + (bytes * 8) >= 64)
        {
            Compress(_waiting);
            _waiting = waitingBits == 0 ? 0 : word >> (64 - waitingBits);
        }
    }

    private void Compress(ulong word)
    {
        var (v0, v1, v2, v3) = (_v0, _v1, _v2, _v3 ^ word);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        (_v0, _v1, _v2, _v3) = (v0 ^ word, v1, v2, v3);
    }

    private ulong Finalize4()
    {
        var (v0, v1, v2, v3) = (_v0, _v1, _v2, _v3);
        for (var round = 0; round < 4; round++)
        {
            Round(ref v0, ref v1, ref v2, ref v3);
        }

        (_v0, _v1, _v2, _v3) = (v0, v1, v2, v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    // On local variables, which stay in registers: as fields each step would go through memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
