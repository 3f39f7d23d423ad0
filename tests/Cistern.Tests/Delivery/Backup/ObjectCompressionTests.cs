using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Backup;
using Snappier;

namespace Cistern.Tests.Delivery.Backup;

/// <summary>What is written is read by readers that share nothing with the writers but the block format of Snappy.</summary>
public sealed class ObjectCompressionTests
{
    private static readonly DateTimeOffset Made = new(2026, 1, 2, 3, 4, 6, TimeSpan.Zero);

    public static TheoryData<int> Sizes => [0, 1, 100, 32 << 10, (32 << 10) + 1, 128 << 10, (128 << 10) + 7, 1_000_003];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_format_gives_back_what_was_written(int size)
    {
        var bytes = Sample(size);
        Assert.Equal(bytes, Compress(S3Compression.Uncompressed, bytes));
        Assert.Equal(bytes, Gunzip(Compress(S3Compression.Gzip, bytes)));
        Assert.Equal(bytes, Unzip(Compress(S3Compression.Zip, bytes), "shop-1"));
        Assert.Equal(bytes, ReadSnappyJava(Compress(S3Compression.Snappy, bytes)));
        Assert.Equal(bytes, ReadHadoop(Compress(S3Compression.HadoopSnappy, bytes)));
    }

    [Theory]
    [InlineData(0, "", null)]
    [InlineData(1, ".gz", "gzip")]
    [InlineData(2, ".zip", "zip")]
    [InlineData(3, ".snappy", "snappy-java")]
    [InlineData(4, ".snappy", "hadoop-snappy")]
    public void Name_and_header_say_the_format(int compression, string extension, string? encoding)
    {
        Assert.Equal(extension, ((S3Compression)compression).Extension());
        Assert.Equal(encoding, ((S3Compression)compression).ContentEncoding());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Small_writes_make_the_same_text_as_one_large_one(int compression)
    {
        var bytes = Sample(200_000);
        using var target = new MemoryStream();
        using (var body = ObjectCompression.Open((S3Compression)compression, target, "shop-1.zip", Made))
        {
            for (var offset = 0; offset < bytes.Length; offset += 777)
            {
                body.Write(bytes.AsSpan(offset, Math.Min(777, bytes.Length - offset)));
            }
        }

        Assert.True(target.CanRead, "the target must stay open");
        var written = target.ToArray();
        Assert.Equal(bytes, (S3Compression)compression switch
        {
            S3Compression.Uncompressed => written,
            S3Compression.Gzip => Gunzip(written),
            S3Compression.Zip => Unzip(written, "shop-1"),
            S3Compression.Snappy => ReadSnappyJava(written),
            S3Compression.HadoopSnappy => ReadHadoop(written),
        });
    }

    private static byte[] Compress(S3Compression compression, byte[] bytes) => ObjectCompression.Compress(compression, bytes, "e/shop-1.zip", Made);

    // Half of it repeats, half is chance, so that blocks of both kinds come.
    internal static byte[] Sample(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        for (var index = 0; index < size; index += 2)
        {
            bytes[index] = (byte)('a' + (index / 2 % 7));
        }

        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("one line of a log\n", size / 36))).CopyTo(bytes, 0);
        return bytes;
    }

    private static byte[] Gunzip(byte[] bytes)
    {
        using var stream = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var text = new MemoryStream();
        stream.CopyTo(text);
        return text.ToArray();
    }

    private static byte[] Unzip(byte[] bytes, string name)
    {
        using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
        var entry = Assert.Single(archive.Entries);
        Assert.Equal((name, Made.DateTime), (entry.FullName, entry.LastWriteTime.DateTime));
        using var stream = entry.Open();
        using var text = new MemoryStream();
        stream.CopyTo(text);
        return text.ToArray();
    }

    private static byte[] ReadSnappyJava(byte[] bytes)
    {
        Assert.Equal("82534E41505059000000000100000001", Convert.ToHexString(bytes.AsSpan(0, 16)));
        var text = new List<byte>();
        for (var offset = 16; offset < bytes.Length;)
        {
            text.AddRange(ReadBlock(bytes, ref offset));
        }

        return [.. text];
    }

    private static byte[] ReadHadoop(byte[] bytes)
    {
        var text = new List<byte>();
        for (var offset = 0; offset < bytes.Length;)
        {
            var length = ReadLength(bytes, ref offset);
            Assert.InRange(length, 1, (256 << 10) - 1);
            var block = ReadBlock(bytes, ref offset);
            Assert.Equal(length, block.Length);
            text.AddRange(block);
        }

        return [.. text];
    }

    private static byte[] ReadBlock(byte[] bytes, ref int offset)
    {
        var length = ReadLength(bytes, ref offset);
        offset += length;
        return Snappy.DecompressToArray(bytes.AsSpan(offset - length, length));
    }

    private static int ReadLength(byte[] bytes, ref int offset)
    {
        offset += 4;
        return BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(offset - 4));
    }
}
