using System.Buffers;
using System.Text;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats;

public sealed class GzipBodyTests
{
    private static readonly byte[] Body = Bodies.Envelope("1760000000.123\t203.0.113.7\t200\t1024\tGET\twww.example.com\t/a\t0.118\tAgent\t-\t-\n");
    private static readonly DeliveryContext Context = Bodies.CloudFront with { Gzip = true };

    private readonly DecodedDelivery _into = new();
    private readonly DeliveryDecoder _decoder = new();

    [Fact]
    public void Gzip_of_several_members_is_one_body()
    {
        for (var cut = 0; cut <= Body.Length; cut += 7)
        {
            byte[] packed = [.. Bodies.Gzip(Body.AsSpan(0, cut)), .. Bodies.Gzip(Body.AsSpan(cut))];
            Assert.Null(Decode(packed));
            Assert.Equal(1, _into.Requests.RowCount);
            Assert.Equal(Body.Length, _into.InflatedBytes);
        }
    }

    [Fact]
    public void Gzip_that_is_cut_anywhere_is_refused()
    {
        var packed = Bodies.Gzip(Body);
        for (var length = 0; length < packed.Length; length++)
        {
            Assert.Equal(DeliveryFault.GzipBroken, Decode(packed[..length]));
        }
    }

    [Fact]
    public void Gzip_of_stored_blocks_that_is_cut_anywhere_is_refused()
    {
        using var target = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(target, System.IO.Compression.CompressionLevel.NoCompression))
        {
            gzip.Write(Body);
        }

        var packed = target.ToArray();
        Assert.Null(Decode(packed));
        for (var length = 0; length < packed.Length; length++)
        {
            Assert.Equal(DeliveryFault.GzipBroken, Decode(packed[..length]));
        }
    }

    [Fact]
    public void Gzip_with_a_wrong_check_sum_or_length_is_refused()
    {
        for (var place = 1; place <= 8; place++)
        {
            var packed = Bodies.Gzip(Body);
            packed[^place] ^= 1;
            Assert.Equal(DeliveryFault.GzipBroken, Decode(packed));
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("garbage behind the body")]
    public void Bytes_behind_the_gzip_body_are_refused(string garbage)
    {
        Assert.Equal(DeliveryFault.GzipBroken, Decode([.. Bodies.Gzip(Body), .. Encoding.UTF8.GetBytes(garbage)]));
    }

    [Fact]
    public void A_body_that_is_not_gzip_is_refused_and_says_so()
    {
        Assert.Equal(DeliveryFault.GzipBroken, Decode(Body));
        Assert.Contains("Content-Encoding", _decoder.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(' ', 2)]
    [InlineData('a', 3)]
    public void A_bomb_is_stopped_at_the_limit_with_bounded_memory(char filler, int timesLimit)
    {
        const int limit = 4 << 20;
        var text = "{\"requestId\":\"" + new string(filler, 256 << 20);
        var packed = Bodies.Gzip(Encoding.UTF8.GetBytes(filler == ' ' ? text[..1] + text[16..] : text));
        Decode(Bodies.Gzip(Body));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(DeliveryFault.TooLarge, Decode(packed, Context with { MaxInflatedBytes = limit }));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(allocated < timesLimit * limit, $"{allocated} bytes were allocated for a limit of {limit}");
        Assert.Contains("4194304 bytes", _decoder.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_limit_is_exact()
    {
        foreach (var gzip in new[] { false, true })
        {
            var packed = gzip ? Bodies.Gzip(Body) : Body;
            var context = Context with { Gzip = gzip };
            Assert.Null(Decode(packed, context with { MaxInflatedBytes = Body.Length }));
            Assert.Equal(DeliveryFault.TooLarge, Decode(packed, context with { MaxInflatedBytes = Body.Length - 1 }));
        }
    }

    private DeliveryFault? Decode(byte[] packed, DeliveryContext? context = null)
    {
        _into.Clear();
        return _decoder.Decode(context ?? Context, new ReadOnlySequence<byte>(packed), _into);
    }
}
