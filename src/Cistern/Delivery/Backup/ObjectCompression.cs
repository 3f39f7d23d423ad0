using System.IO.Compression;

namespace Cistern.Delivery.Backup;

/// <summary>The five spellings of <c>CompressionFormat</c>: how bytes become an object's body, and what says so.</summary>
internal static class ObjectCompression
{
    /// <summary>The end of the key. AWS documents <c>.hsnappy</c> for Hadoop's Snappy; what the service was seen to write is <c>.snappy</c>.</summary>
    public static string Extension(this S3Compression compression) => compression switch
    {
        S3Compression.Uncompressed => "",
        S3Compression.Gzip => ".gz",
        S3Compression.Zip => ".zip",
        S3Compression.Snappy or S3Compression.HadoopSnappy => ".snappy",
    };

    /// <summary>The header <c>Content-Encoding</c> of the object, or null.</summary>
    public static string? ContentEncoding(this S3Compression compression) => compression switch
    {
        S3Compression.Uncompressed => null,
        S3Compression.Gzip => "gzip",
        S3Compression.Zip => "zip",
        S3Compression.Snappy => "snappy-java",
        S3Compression.HadoopSnappy => "hadoop-snappy",
    };

    /// <summary>A stream that takes what the object shall hold; when it is disposed the body in the target is whole. The target stays open.</summary>
    /// <param name="key">Of the object: names the entry of a zip.</param>
    /// <param name="made">The time of the entry of a zip.</param>
    public static Stream Open(S3Compression compression, Stream target, string key, DateTimeOffset made) => compression switch
    {
        S3Compression.Uncompressed => new PlainBody(target),
        S3Compression.Gzip => new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true),
        S3Compression.Zip => new ZipBody(target, EntryName(key), made),
        S3Compression.Snappy => SnappyBody.SnappyJava(target),
        S3Compression.HadoopSnappy => SnappyBody.Hadoop(target),
    };

    public static byte[] Compress(S3Compression compression, ReadOnlySpan<byte> bytes, string key, DateTimeOffset made)
    {
        using var target = new MemoryStream();
        using (var body = Open(compression, target, key, made))
        {
            body.Write(bytes);
        }

        return target.ToArray();
    }

    // Without folders and without the .zip, as one would have named the file that is in it.
    private static string EntryName(string key)
    {
        var name = key[(key.LastIndexOf('/') + 1)..];
        return name.EndsWith(".zip", StringComparison.Ordinal) && name.Length > 4 ? name[..^4] : name.Length > 0 ? name : "data";
    }
}
