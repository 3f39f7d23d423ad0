using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Cistern.Operations;

/// <summary>Gives Kestrel blocks of 64 KiB instead of 4 KiB: it receives one block a system call.</summary>
internal sealed class LargeBlockPools : IMemoryPoolFactory<byte>, IDisposable
{
    private readonly LargeBlockPool _shared = new();

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => _shared;

    public void Dispose() => _shared.Dispose();
}

/// <summary>One pool for all connections. Disposing it does nothing, because the last connection may end after its listener.</summary>
internal sealed class LargeBlockPool : MemoryPool<byte>
{
    public const int BlockSize = 64 << 10;

    // 16 MiB. What a burst of connections needed beyond that goes back to the collector.
    private const int KeptMax = (16 << 20) / BlockSize;

    private readonly Stack<byte[]> _free = new();
    private readonly Lock _lock = new();

    public override int MaxBufferSize => BlockSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        lock (_lock)
        {
            return new Block(this, _free.TryPop(out var array) ? array : null);
        }
    }

    protected override void Dispose(bool disposing)
    {
    }

    private void Return(byte[] array)
    {
        lock (_lock)
        {
            if (_free.Count < KeptMax)
            {
                _free.Push(array);
            }
        }
    }

    // Pinned for good, because the socket would pin it for every receive.
    private sealed class Block(LargeBlockPool pool, byte[]? array) : IMemoryOwner<byte>
    {
        private byte[]? _array = array ?? GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);

        public Memory<byte> Memory => _array;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _array, null) is { } returned)
            {
                pool.Return(returned);
            }
        }
    }
}
