using System.Buffers.Binary;
using System.Numerics;

namespace Cistern.Journal;

/// <summary>CRC-32C (Castagnoli), added up over parts: start with <see cref="Start"/>, append each part, end with <see cref="Finish"/>.</summary>
internal static class Crc32C
{
    public const uint Start = uint.MaxValue;

    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            state = BitOperations.Crc32C(state, value);
        }

        return state;
    }

    public static uint Append(uint state, uint value) => BitOperations.Crc32C(state, value);

    public static uint Finish(uint state) => ~state;

    public static uint Of(ReadOnlySpan<byte> bytes) => Finish(Append(Start, bytes));
}
