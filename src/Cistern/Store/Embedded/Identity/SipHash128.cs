using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Cistern.Store.Embedded.Identity;

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
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        Append(length);
        Append(bytes);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var waitingBits = (_length & 7) * 8;
        _length += bytes.Length;
        while (bytes.Length >= sizeof(ulong))
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            Compress(_waiting | (word << waitingBits));
            _waiting = waitingBits == 0 ? 0 : word >> (64 - waitingBits);
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            _waiting |= (ulong)value << waitingBits;
            waitingBits += 8;
            if (waitingBits == 64)
            {
                Compress(_waiting);
                (_waiting, waitingBits) = (0, 0);
            }
        }
    }

    /// <summary>The hash; the reference's first eight bytes are the lower half. Nothing may be appended after it.</summary>
    public UInt128 Finish()
    {
        Compress(_waiting | ((ulong)(byte)_length << 56));
        _v2 ^= 0xee;
        var lower = Finalize4();
        _v1 ^= 0xdd;
        return new UInt128(Finalize4(), lower);
    }

    private void Compress(ulong word)
    {
        _v3 ^= word;
        Round();
        Round();
        _v0 ^= word;
    }

    private ulong Finalize4()
    {
        for (var round = 0; round < 4; round++)
        {
            Round();
        }

        return _v0 ^ _v1 ^ _v2 ^ _v3;
    }

    private void Round()
    {
        _v0 += _v1;
        _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
        _v0 = BitOperations.RotateLeft(_v0, 32);
        _v2 += _v3;
        _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
        _v0 += _v3;
        _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
        _v2 += _v1;
        _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
        _v2 = BitOperations.RotateLeft(_v2, 32);
    }
}
