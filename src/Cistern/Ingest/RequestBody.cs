using System.Buffers;

namespace Cistern.Ingest;

/// <summary>A body as it comes, in pooled segments: it is copied once out of the server's buffers and then never again.</summary>
internal sealed class RequestBody(BodySegments pool) : IDisposable
{
    private BodySegment? _first;
    private BodySegment? _last;

    public long Length { get; private set; }

    public ReadOnlySequence<byte> Bytes => _first is null ? default : new ReadOnlySequence<byte>(_first, 0, _last!, _last!.Used);

    public void Append(in ReadOnlySequence<byte> bytes)
    {
        foreach (var part in bytes)
        {
            Append(part.Span);
        }
    }

    /// <summary>Gives the segments back; <see cref="Bytes"/> must not be used any more.</summary>
    public void Dispose()
    {
        for (var segment = _first; segment is not null;)
        {
            var next = segment.NextSegment;
            pool.Return(segment);
            segment = next;
        }

        (_first, _last, Length) = (null, null, 0);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_last is null || _last.Free.IsEmpty)
            {
                AddSegment();
            }

            var taken = Math.Min(bytes.Length, _last!.Free.Length);
            bytes[..taken].CopyTo(_last.Free);
            _last.Use(taken);
            Length += taken;
            bytes = bytes[taken..];
        }
    }

    private void AddSegment()
    {
        var segment = pool.Rent();
        _last?.Link(segment);
        _first ??= segment;
        _last = segment;
    }
}

/// <summary>A piece of a body.</summary>
internal sealed class BodySegment : ReadOnlySequenceSegment<byte>
{
    // Over 85,000 bytes, where the collector no longer moves an array, and small enough that a small body does not waste much.
    public const int Size = 128 << 10;

    private readonly byte[] _array = GC.AllocateUninitializedArray<byte>(Size);

    public int Used { get; private set; }

    public Span<byte> Free => _array.AsSpan(Used);

    public BodySegment? NextSegment => (BodySegment?)Next;

    public void Use(int count)
    {
        Used += count;
        Memory = _array.AsMemory(0, Used);
    }

    public void Link(BodySegment next)
    {
        Next = next;
        next.RunningIndex = RunningIndex + Used;
    }

    public void Reset()
    {
        (Next, RunningIndex, Used) = (null, 0, 0);
        Memory = default;
    }
}

/// <summary>Segments that are free to use again. How many are in use at once is bounded by the budget of bodies, not here.</summary>
internal sealed class BodySegments(long keptBytesMax)
{
    private readonly Stack<BodySegment> _free = new();
    private readonly Lock _lock = new();
    private int _leastFree;

    public BodySegment Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var segment))
            {
                _leastFree = Math.Min(_leastFree, _free.Count);
                return segment;
            }
        }

        return new BodySegment();
    }

    public void Return(BodySegment segment)
    {
        segment.Reset();
        lock (_lock)
        {
            if ((_free.Count + 1L) * BodySegment.Size <= keptBytesMax)
            {
                _free.Push(segment);
            }
        }
    }

    /// <summary>Lets go what nobody needed since the last call.</summary>
    /// <returns>How many bytes that were.</returns>
    public long Trim()
    {
        lock (_lock)
        {
            var idle = _leastFree;
            for (var count = 0; count < idle; count++)
            {
                _free.Pop();
            }

            _leastFree = _free.Count;
            return idle * (long)BodySegment.Size;
        }
    }
}
