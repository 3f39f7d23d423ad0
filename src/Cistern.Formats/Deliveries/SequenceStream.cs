using System.Buffers;

namespace Cistern.Formats.Deliveries;

/// <summary>A sequence, and then <paramref name="tail"/>, as a stream for <see cref="System.IO.Compression.GZipStream"/>.</summary>
internal sealed class SequenceStream(ReadOnlySequence<byte> body, ReadOnlyMemory<byte> tail) : Stream
{
    private ReadOnlySequence<byte> _body = body;
    private ReadOnlyMemory<byte> _tail = tail;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_body.IsEmpty)
        {
            var last = Math.Min(buffer.Length, _tail.Length);
            _tail.Span[..last].CopyTo(buffer);
            _tail = _tail[last..];
            return last;
        }

        var taken = (int)Math.Min(buffer.Length, _body.Length);
        _body.Slice(0, taken).CopyTo(buffer);
        _body = _body.Slice(taken);
        return taken;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
