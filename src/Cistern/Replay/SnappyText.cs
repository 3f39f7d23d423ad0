using System.Buffers.Binary;
using Cistern.Delivery.Backup;
using Snappier;

namespace Cistern.Replay;

/// <summary>What is in an object of snappy-java or of Hadoop's block framing: see <see cref="SnappyBody"/>.</summary>
/// <remarks>A block is held whole; one over <see cref="BlockBytesMax"/> is no object of Firehose, and is refused before memory is taken for it.</remarks>
internal sealed class SnappyText : ReadBody
{
    public const int BlockBytesMax = 16 << 20;

    private const int HeaderRestBytes = 8; // Behind the magic: version, compatible version.

    private readonly bool _hadoop;
    private byte[] _packed = [];
    private byte[] _block = [];
    private int _start;
    private int _end;
    private int _expected; // What the blocks behind Hadoop's length shall still hold.

    private SnappyText(Stream source, bool hadoop)
        : base(source) => _hadoop = hadoop;

    /// <param name="source">At its beginning.</param>
    public static SnappyText SnappyJava(Stream source) => new(source, hadoop: false);

    public static SnappyText Hadoop(Stream source) => new(source, hadoop: true);

    public override int Read(Span<byte> buffer)
    {
        while (_start == _end && !buffer.IsEmpty)
        {
            if (!(_hadoop ? FillHadoop() : FillSnappyJava()))
            {
                return 0;
            }
        }

        var taken = Math.Min(buffer.Length, _end - _start);
        _block.AsSpan(_start, taken).CopyTo(buffer);
        _start += taken;
        return taken;
    }

    private bool FillSnappyJava()
    {
        if (ReadLength() is not { } length)
        {
            return false;
        }

        // A header stands at the beginning, and again where streams were joined. As a length its first bytes would be negative.
        if (length == BinaryPrimitives.ReadInt32BigEndian(SnappyBody.SnappyJavaMagic))
        {
            Span<byte> rest = stackalloc byte[4 + HeaderRestBytes];
            ReadWhole(rest);
            return rest[..4].SequenceEqual(SnappyBody.SnappyJavaMagic[4..]) && rest[8..].SequenceEqual<byte>([0, 0, 0, 1]) ? true : throw Broken("an unknown header");
        }

        Decompress(length);
        return true;
    }

    private bool FillHadoop()
    {
        if (_expected == 0)
        {
            if (ReadLength() is not { } whole)
            {
                return false;
            }

            _expected = whole is >= 0 and <= BlockBytesMax ? whole : throw Broken($"a block of {whole} bytes");
            return true;
        }

        Decompress(ReadLength() ?? throw Broken("it ends within a block"));
        _expected -= _end is > 0 && _end <= _expected ? _end : throw Broken("a block of another length than is said");
        return true;
    }

    private void Decompress(int length)
    {
        if (length is <= 0 or > BlockBytesMax)
        {
            throw Broken($"a block of {length} bytes");
        }

        Grow(ref _packed, length);
        var packed = _packed.AsSpan(0, length);
        ReadWhole(packed);
        try
        {
            var whole = Snappy.GetUncompressedLength(packed);
            Grow(ref _block, whole is >= 0 and <= BlockBytesMax ? whole : throw Broken($"a block that holds {whole} bytes"));
            (_start, _end) = (0, Snappy.Decompress(packed, _block));
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw Broken(exception.Message);
        }
    }

    // Null at the end, which is between blocks only.
    private int? ReadLength()
    {
        Span<byte> bytes = stackalloc byte[4];
        return Source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) switch
        {
            0 => null,
            4 => BinaryPrimitives.ReadInt32BigEndian(bytes),
            _ => throw Broken("it ends within a length"),
        };
    }

    private void ReadWhole(Span<byte> bytes)
    {
        if (Source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw Broken("it ends within a block");
        }
    }

    private static void Grow(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new byte[length];
        }
    }

    private static InvalidDataException Broken(string what) => new($"the compressed data is cut off or damaged (Snappy: {what})");
}
