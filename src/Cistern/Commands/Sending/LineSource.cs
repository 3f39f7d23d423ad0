using System.IO.Compression;

namespace Cistern.Commands.Sending;

/// <summary>Reads a file or standard input line by line; what begins like gzip is inflated.</summary>
/// <remarks>
/// <see cref="TryTake"/> hands out what is buffered; when it has nothing, <see cref="FillAsync"/> reads on. A line keeps its
/// newline. A line over the limit is skipped whole and counted, so that it cannot exhaust the memory.
/// .NET's inflater takes a file that was cut off for a whole one. So a gzip member of our own follows what is inflated: if its
/// text does not come out last, the file is damaged.
/// </remarks>
internal sealed class LineSource : IDisposable
{
    private static readonly byte[] _endMark = [.. "\0end of the compressed file\0"u8];
    private static readonly byte[] _endMember = Compress(_endMark);

    private readonly Stream _stream;
    private readonly int _lineBytesMax;
    private readonly bool _gzip;
    private byte[] _buffer = new byte[256 << 10];
    private int _start;
    private int _end;
    private int _searched;
    private bool _skipping;
    private bool _ended;

    private LineSource(Stream stream, int lineBytesMax, bool gzip) => (_stream, _lineBytesMax, _gzip) = (stream, lineBytesMax, gzip);

    /// <summary>Lines that were over the limit.</summary>
    public long TooLong { get; private set; }

    /// <summary>Bytes taken so far, after inflation: the place of the next line in the text.</summary>
    public long Position { get; private set; }

    public static async Task<LineSource> OpenAsync(Stream stream, int lineBytesMax, CancellationToken cancel)
    {
        var head = new byte[2];
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        var gzip = read == 2 && head[0] == 0x1F && head[1] == 0x8B;
        var whole = new FramedStream(head.AsMemory(0, read), stream, gzip ? _endMember : default);
        return new LineSource(gzip ? new GZipStream(whole, CompressionMode.Decompress) : whole, lineBytesMax, gzip);
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
    /// <exception cref="InvalidDataException">Compressed input is damaged or cut off.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        if (_ended)
        {
            return HasRest;
        }

        MakeRoom();
        var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancel);
        _end += read;
        if (read == 0)
        {
            TakeEndMark();
            _ended = true;
        }

        return !_ended || HasRest;
    }

    public void Dispose() => _stream.Dispose();

    // What is left when the input ended without a newline; also a line too long whose bytes are gone already.
    private bool HasRest => _start < _end || _skipping;

    private void TakeEndMark()
    {
        if (_gzip)
        {
            _end -= _buffer.AsSpan(_start, _end - _start).EndsWith(_endMark)
                ? _endMark.Length
                : throw new InvalidDataException("the compressed data is cut off or damaged");
            _searched = Math.Min(_searched, _end);
        }
    }

    private static byte[] Compress(byte[] text)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.NoCompression, leaveOpen: true))
        {
            gzip.Write(text);
        }

        return buffer.ToArray();
    }

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
        // What may be the end mark stays.
        if (_end - _start > _lineBytesMax + _endMark.Length)
        {
            var kept = _end - _endMark.Length;
            Position += kept - _start;
            (_start, _skipping) = (kept, true);
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_end, _searched, _start) = (_end - _start, _searched - _start, 0);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }

    // Standard input cannot seek, so the bytes that were looked at are put in front again; and behind comes what marks the end.
    private sealed class FramedStream(ReadOnlyMemory<byte> head, Stream body, ReadOnlyMemory<byte> tail) : Stream
    {
        private ReadOnlyMemory<byte> _head = head;
        private ReadOnlyMemory<byte> _tail = tail;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer) =>
            !_head.IsEmpty ? Take(ref _head, buffer)
            : body.Read(buffer) is > 0 and var read ? read
            : Take(ref _tail, buffer);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            !_head.IsEmpty ? Take(ref _head, buffer.Span)
            : await body.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read
            : Take(ref _tail, buffer.Span);

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
                body.Dispose();
            }

            base.Dispose(disposing);
        }

        private static int Take(ref ReadOnlyMemory<byte> part, Span<byte> buffer)
        {
            var taken = Math.Min(buffer.Length, part.Length);
            part.Span[..taken].CopyTo(buffer);
            part = part[taken..];
            return taken;
        }
    }
}
