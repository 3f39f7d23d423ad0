using System.Runtime.InteropServices;

namespace Cistern.Store.Embedded.Hot;

/// <summary>Memory for bytes that never move and go all at once: the long strings of a chunk.</summary>
internal sealed unsafe class NativeArena : IDisposable
{
    private const int FirstBlockBytes = 16 << 10;
    private const int MaxBlockBytes = 1 << 20;

    private readonly List<nint> _blocks = [];
    private byte* _next;
    private int _left;
    private int _blockBytes = FirstBlockBytes;

    /// <summary>Bytes of the blocks taken.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of the longest value that was copied.</summary>
    public int Longest { get; private set; }

    /// <summary>Copies bytes to a place that stays valid until <see cref="Dispose"/>.</summary>
    public byte* Copy(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _left)
        {
            TakeBlock(bytes.Length);
        }

        Longest = Math.Max(Longest, bytes.Length);
        var place = _next;
        bytes.CopyTo(new Span<byte>(place, bytes.Length));
        _next += bytes.Length;
        _left -= bytes.Length;
        return place;
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
        {
            NativeMemory.Free((void*)block);
        }

        _blocks.Clear();
        _next = null;
        (_left, Bytes) = (0, 0);
    }

    private void TakeBlock(int atLeast)
    {
        var size = Math.Max(_blockBytes, atLeast);
        _next = (byte*)NativeMemory.Alloc((nuint)size);
        _blocks.Add((nint)_next);
        _left = size;
        Bytes += size;
        _blockBytes = Math.Min(_blockBytes * 2, MaxBlockBytes);
    }
}
