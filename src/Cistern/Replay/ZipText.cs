using System.Buffers.Binary;
using System.IO.Compression;

namespace Cistern.Replay;

/// <summary>What is in a zip archive with one entry, as Firehose writes it.</summary>
/// <remarks>
/// .NET's own reader takes memory for as many entries as an archive says to have. This reads the end of the file and one entry of the directory, and nothing else.
/// </remarks>
internal sealed class ZipText : ReadBody
{
    private const int EndBytes = 22;
    private const int EntryBytes = 46;
    private const int LocalBytes = 30;
    private const ushort Stored = 0;
    private const ushort Deflated = 8;

    private readonly Stream _content;
    private readonly long _length;
    private long _read;

    private ZipText(Stream source, Stream content, long length)
        : base(source) => (_content, _length) = (content, length);

    /// <exception cref="InvalidDataException">The archive is damaged, or has another shape.</exception>
    public static ZipText Open(Stream source)
    {
        var end = ReadAt(source, source.Length - EndBytes, EndBytes);
        if (Number(end, 0) != 0x06054B50)
        {
            throw Broken("its end is missing");
        }

        var entries = Half(end, 10);
        var entry = entries == 1 ? ReadAt(source, Number(end, 16), EntryBytes) : throw new InvalidDataException($"it is a zip of {entries} files, and not of one as Firehose writes it");
        var (method, packed, length, start) = (Half(entry, 10), Number(entry, 20), Number(entry, 24), Number(entry, 42));
        var local = ReadAt(source, start, LocalBytes);
        if (Number(entry, 0) != 0x02014B50 || Number(local, 0) != 0x04034B50 || method is not (Stored or Deflated))
        {
            throw Broken("its directory cannot be read");
        }

        source.Position = start + LocalBytes + Half(local, 26) + Half(local, 28);
        var data = new Slice(source, packed);
        return new ZipText(source, method == Stored ? data : new DeflateStream(data, CompressionMode.Decompress), length);
    }

    public override int Read(Span<byte> buffer)
    {
        var read = _content.Read(buffer);
        _read += read;
        return _read > _length || (read == 0 && !buffer.IsEmpty && _read < _length) ? throw Broken("its text is shorter or longer than is said") : read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
        }

        base.Dispose(disposing);
    }

    private static byte[] ReadAt(Stream source, long place, int length)
    {
        var bytes = new byte[length];
        source.Position = place >= 0 && place <= source.Length - length ? place : throw Broken("it is too short");
        source.ReadExactly(bytes);
        return bytes;
    }

    private static uint Number(byte[] bytes, int place) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(place));

    private static ushort Half(byte[] bytes, int place) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(place));

    private static InvalidDataException Broken(string what) => new($"the compressed data is cut off or damaged (zip: {what})");

    // The archive itself stays open: it is closed with what reads it.
    private sealed class Slice(Stream archive, long length) : ReadBody(Stream.Null)
    {
        private long _left = length;

        public override int Read(Span<byte> buffer)
        {
            var read = archive.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            _left -= read;
            return read;
        }
    }
}
