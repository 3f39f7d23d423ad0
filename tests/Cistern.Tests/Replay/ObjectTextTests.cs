using System.IO.Compression;
using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Backup;
using Cistern.Replay;

namespace Cistern.Tests.Replay;

public sealed class ObjectTextTests
{
    private static readonly byte[] Lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(line => $"{{\"line\":{line},\"rest\":\"{line * 7919 % 1000}\"}}\n")));

    public static TheoryData<int> Formats => [0, 1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task What_was_written_is_read_whatever_it_was_compressed_with(int format)
    {
        Assert.Equal(Lines, await ReadAsync(Compress(format, Lines)));
        Assert.Empty(await ReadAsync(Compress(format, [])));
        Assert.Equal(Lines, await ReadAsync(Compress(format, Compress(1, Lines)))); // A bucket's copy was compressed again.
    }

    [Fact]
    public async Task Streams_that_were_joined_are_read_to_the_end()
    {
        byte[] twice = [.. Lines, .. Lines];
        foreach (var format in new[] { 1, 3, 4 })
        {
            var read = await ReadAsync([.. Compress(format, Lines), .. Compress(format, Lines)]);
            Assert.Equal(twice, read);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_is_cut_off_is_told(int format)
    {
        var whole = Compress(format, Lines);
        foreach (var length in new[] { whole.Length - 1, whole.Length / 2, 40 })
        {
            await Assert.ThrowsAnyAsync<InvalidDataException>(() => ReadAsync(whole[..length]));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Damage_is_an_invalid_object_and_nothing_else(int format)
    {
        var whole = Compress(format, Lines[..40_000]);
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var damaged = whole.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                await ReadAsync(damaged);
            }
            catch (InvalidDataException)
            {
                // As it should be.
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}, round {round}: {exception}");
            }
        }
    }

    [Theory]
    [InlineData("82534E4150505900000000010000000100000008FFFFFFFF07000000")] // A block that says to hold two gigabytes.
    [InlineData("82534E415050590000000001000000017FFFFFFF00")] // A block of two gigabytes.
    [InlineData("000000057FFFFFFF00")] // The same in Hadoop's framing.
    [InlineData("00000001000000040204610A")] // More than is said.
    public async Task Blocks_that_no_object_of_Firehose_has_are_refused_before_memory_is_taken_for_them(string hex) =>
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(Convert.FromHexString(hex)));

    [Fact]
    public async Task A_zip_of_several_files_is_none_of_Firehose()
    {
        using var target = new MemoryStream();
        using (var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("a").Open().Dispose();
            archive.CreateEntry("b").Open().Dispose();
        }

        var problem = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(target.ToArray()));
        Assert.Contains("a zip of 2 files", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zip_that_is_only_stored_is_read()
    {
        using var target = new MemoryStream();
        using (var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("a", CompressionLevel.NoCompression).Open();
            entry.Write(Lines);
        }

        Assert.Equal(Lines, await ReadAsync(target.ToArray()));
    }

    // Written by snappy-java 1.1.8.3 (SnappyOutputStream; SnappyHadoopCompatibleOutputStream): "a" and a newline.
    [Theory]
    [InlineData("82534E41505059000000000100000001000000040204610A")]
    [InlineData("00000002000000040204610A")]
    public async Task What_snappy_java_wrote_is_read(string hex) => Assert.Equal("a\n"u8.ToArray(), await ReadAsync(Convert.FromHexString(hex)));

    internal static byte[] Compress(int format, byte[] bytes) => ObjectCompression.Compress((S3Compression)format, bytes, "errors/shop-1.zip", DateTimeOffset.UnixEpoch);

    private static async Task<byte[]> ReadAsync(byte[] stored)
    {
        using var lines = await ObjectText.OpenAsync(new MemoryStream(stored), 1 << 20, default);
        var text = new List<byte>();
        do
        {
            while (lines.TryTake(out var line))
            {
                text.AddRange(line.Span);
            }
        }
        while (await lines.FillAsync(default));
        Assert.Equal(0, lines.TooLong);
        return [.. text];
    }
}
