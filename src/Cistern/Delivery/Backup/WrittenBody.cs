using System.IO.Compression;

namespace Cistern.Delivery.Backup;

/// <summary>A stream that is only written to, synchronously.</summary>
internal abstract class WrittenBody : Stream
{
    public sealed override bool CanRead => false;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => true;

    public sealed override long Length => throw new NotSupportedException();

    public sealed override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public abstract override void Write(ReadOnlySpan<byte> buffer);

    public sealed override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Bytes as they are; leaves the target open.</summary>
internal sealed class PlainBody(Stream target) : WrittenBody
{
    public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);
}

/// <summary>A zip archive with one deflated entry.</summary>
internal sealed class ZipBody : WrittenBody
{
    // What the format can say.
    private static readonly DateTimeOffset _earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset _latest = new(2107, 12, 31, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive _archive;
    private readonly Stream _entry;

    public ZipBody(Stream target, string name, DateTimeOffset made)
    {
        _archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
        var entry = _archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = made < _earliest ? _earliest : made > _latest ? _latest : made.ToUniversalTime();
        _entry = entry.Open();
    }

    public override void Write(ReadOnlySpan<byte> buffer) => _entry.Write(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _entry.Dispose();
            _archive.Dispose();
        }

        base.Dispose(disposing);
    }
}
