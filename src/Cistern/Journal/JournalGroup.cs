using System.Buffers;

namespace Cistern.Journal;

/// <summary>The entries since the last sync, as the parts of one gathered write.</summary>
/// <remarks>
/// Small parts are copied behind each other into blocks; a large body is referred to where it lies, so that a delivery of 64 MiB is not copied.
/// </remarks>
internal sealed class JournalGroup
{
    // Below this a copy costs less than another part of the gathered write.
    private const int ReferredBytesMin = 16 << 10;

    private const int BlockBytes = 256 << 10;
    private const int BlocksKept = 4;

    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private readonly List<byte[]> _blocks = [];
    private int _block;
    private int _used;
    private int _partStart;

    public long Bytes { get; private set; }

    public bool IsEmpty => Bytes == 0;

    /// <summary>Everything that was added, in order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Parts
    {
        get
        {
            ClosePart();
            return _parts;
        }
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Bytes += bytes.Length;
        while (!bytes.IsEmpty)
        {
            var room = Room();
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            bytes = bytes[count..];
            _used += count;
        }
    }

    public void Add(ReadOnlySequence<byte> bytes)
    {
        foreach (var part in bytes)
        {
            if (part.Length < ReferredBytesMin)
            {
                Add(part.Span);
            }
            else
            {
                ClosePart();
                _parts.Add(part);
                Bytes += part.Length;
            }
        }
    }

    public void Clear()
    {
        _parts.Clear();
        if (_blocks.Count > BlocksKept)
        {
            _blocks.RemoveRange(BlocksKept, _blocks.Count - BlocksKept);
        }

        (_block, _used, _partStart, Bytes) = (0, 0, 0, 0);
    }

    private Span<byte> Room()
    {
        if (_block < _blocks.Count && _used == BlockBytes)
        {
            ClosePart();
            (_block, _used, _partStart) = (_block + 1, 0, 0);
        }

        if (_block == _blocks.Count)
        {
            _blocks.Add(new byte[BlockBytes]);
        }

        return _blocks[_block].AsSpan(_used);
    }

    private void ClosePart()
    {
        if (_used > _partStart)
        {
            _parts.Add(_blocks[_block].AsMemory(_partStart, _used - _partStart));
            _partStart = _used;
        }
    }
}
