using System.IO.Compression;

namespace Cistern.Commands.Sending;

/// <summary>Reads a file or standard input line by line; what begins like gzip is inflated.</summary>
/// <remarks>
/// <see cref="TryTake"/> hands out what is buffered; when it has nothing, <see cref="FillAsync"/> reads on. A line keeps its
/// newline. A line over the limit is skipped whole and counted, so that it cannot exhaust the memory.
/// </remarks>
internal sealed class LineSource : IDisposable
{
    private readonly Stream _stream;
    private readonly int _lineBytesMax;
    private byte[] _buffer = new byte[256 << 10];
    private int _start;
    private int _end;
    private int _searched;
    private bool _skipping;
    private bool _ended;

    public LineSource(Stream stream, int lineBytesMax) => (_stream, _lineBytesMax) = (stream, lineBytesMax);

    /// <summary>Lines that were over the limit.</summary>
    public long TooLong { get; private set; }

    /// <summary>Bytes taken so far, after inflation: the place of the next line in the text.</summary>
    public long Position { get; private set; }

    public static async Task<LineSource> OpenAsync(Stream stream, int lineBytesMax, CancellationToken cancel)
    {
        var head = new byte[2];
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        Stream whole = new PrefixedStream(head.AsMemory(0, read), stream);
        var gzip = read == 2 && head[0] == 0x1F && head[1] == 0x8B;
        return new LineSource(gzip ? new GZipStream(whole, CompressionMode.Decompress) : whole, lineBytesMax);
    }

    /// <summary>The next line, valid until the next call of <see cref="FillAsync"/>.</summary>
    public bool TryTake(out ReadOnlyMemory<byte> line)
    {
        while (NextEnd() is { } end)
        {
            line = _buffer.AsMemory(_start, end - _start);
            (_start, _searched) = (end, end);
            Position += line.Length;
            var tooLong = _skipping || line.Length > _lineBytesMax;
            _skipping = false;
            if (!tooLong)
            {
                return true;
            }

            TooLong++;
        }

        line = default;
        return false;
    }

    /// <summary>Reads more; false at the end, when <see cref="TryTake"/> has handed out everything.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        if (_ended)
        {
            return HasRest;
        }

        MakeRoom();
        var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancel);
        _end += read;
        _ended = read == 0;
        return !_ended || HasRest;
    }

    public void Dispose() => _stream.Dispose();

    // What is left when the input ended without a newline; also a line too long whose bytes are gone already.
    private bool HasRest => _start < _end || _skipping;

    private int? NextEnd()
    {
        var found = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
        if (found >= 0)
        {
            return _searched + found + 1;
        }

        _searched = _end;
        return _ended && HasRest ? _end : null;
    }

    private void MakeRoom()
    {
        if (_end - _start > _lineBytesMax)
        {
            Position += _end - _start;
            (_start, _skipping) = (_end, true);
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_end, _searched, _start) = (_end - _start, _searched - _start, 0);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }

    // Standard input cannot seek, so the two bytes that were looked at are put in front again.
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer) => _prefix.IsEmpty ? rest.Read(buffer) : TakePrefix(buffer);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _prefix.IsEmpty ? rest.ReadAsync(buffer, cancellationToken) : ValueTask.FromResult(TakePrefix(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                rest.Dispose();
            }

            base.Dispose(disposing);
        }

        private int TakePrefix(Span<byte> buffer)
        {
            var taken = Math.Min(buffer.Length, _prefix.Length);
            _prefix.Span[..taken].CopyTo(buffer);
            _prefix = _prefix[taken..];
            return taken;
        }
    }
}
