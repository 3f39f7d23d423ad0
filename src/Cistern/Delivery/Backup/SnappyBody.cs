using System.Buffers.Binary;
using Snappier;

namespace Cistern.Delivery.Backup;

/// <summary>Snappy in the two framings that Firehose writes; neither is the one that Snappy itself describes.</summary>
/// <remarks>
/// snappy-java (<c>SnappyOutputStream</c>): a header of 16 bytes (magic, version 1, compatible version 1), then blocks, each with the length of its
/// compressed bytes before it. Hadoop (<c>BlockCompressorStream</c>): no header; before each block the length of what it holds, then that of its
/// compressed bytes. All lengths are four bytes, big-endian. The blocks have the sizes that fit the buffers of the readers: 32 KiB is the default of
/// snappy-java, and half of the 256 KiB that Hadoop's decompressor has.
/// </remarks>
internal sealed class SnappyBody : WrittenBody
{
    public const int SnappyJavaBlockBytes = 32 << 10;
    public const int HadoopBlockBytes = 128 << 10;

    private readonly Stream _target;
    private readonly bool _hadoop;
    private readonly byte[] _block;
    private readonly byte[] _compressed;
    private int _used;
    private bool _ended;

    private SnappyBody(Stream target, bool hadoop, int blockBytes)
    {
        (_target, _hadoop) = (target, hadoop);
        _block = new byte[blockBytes];
        _compressed = new byte[Snappy.GetMaxCompressedLength(blockBytes)];
    }

    /// <summary>The first bytes of an object in snappy-java's framing.</summary>
    public static ReadOnlySpan<byte> SnappyJavaMagic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    public static SnappyBody SnappyJava(Stream target)
    {
        target.Write(SnappyJavaMagic);
        WriteLength(target, 1);
        WriteLength(target, 1);
        return new SnappyBody(target, hadoop: false, SnappyJavaBlockBytes);
    }

    public static SnappyBody Hadoop(Stream target) => new(target, hadoop: true, HadoopBlockBytes);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var taken = Math.Min(buffer.Length, _block.Length - _used);
            buffer[..taken].CopyTo(_block.AsSpan(_used));
            _used += taken;
            buffer = buffer[taken..];
            if (_used == _block.Length)
            {
                WriteBlock();
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended)
        {
            _ended = true;
            WriteBlock();
        }

        base.Dispose(disposing);
    }

    private void WriteBlock()
    {
        if (_used == 0)
        {
            return;
        }

        var length = Snappy.Compress(_block.AsSpan(0, _used), _compressed);
        if (_hadoop)
        {
            WriteLength(_target, _used);
        }

        WriteLength(_target, length);
        _target.Write(_compressed, 0, length);
        _used = 0;
    }

    private static void WriteLength(Stream target, int length)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        target.Write(bytes);
    }
}
