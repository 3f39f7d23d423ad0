using System.Buffers.Binary;
using Cistern.Store.Identity;

namespace Cistern.Tests.Store.Identity;

public sealed class SipHash128Tests
{
    // The published vectors of the reference implementation (veorq/SipHash, vectors_sip128, CC0): key 00 01 .. 0f, message 00 01 .. (length - 1).
    [Theory]
    [InlineData(0, "a3817f04ba25a8e66df67214c7550293")]
    [InlineData(1, "da87c1d86b99af44347659119b22fc45")]
    [InlineData(2, "8177228da4a45dc7fca38bdef60affe4")]
    [InlineData(3, "9c70b60c5267a94e5f33b6b02985ed51")]
    [InlineData(4, "f88164c12d9c8faf7d0f6e7c7bcd5579")]
    [InlineData(5, "1368875980776f8854527a07690e9627")]
    [InlineData(6, "14eeca338b208613485ea0308fd7a15e")]
    [InlineData(7, "a1f1ebbed8dbc153c0b84aa61ff08239")]
    [InlineData(8, "3b62a9ba6258f5610f83e264f31497b4")]
    [InlineData(9, "264499060ad9baabc47f8b02bb6d71ed")]
    [InlineData(10, "00110dc378146956c95447d3f3d0fbba")]
    [InlineData(11, "0151c568386b6677a2b4dc6f81e5dc18")]
    [InlineData(12, "d626b266905ef35882634df68532c125")]
    [InlineData(13, "9869e247e9c08b10d029934fc4b952f7")]
    [InlineData(14, "31fcefac66d7de9c7ec7485fe4494902")]
    [InlineData(15, "5493e99933b0a8117e08ec0f97cfc3d9")]
    [InlineData(16, "6ee2a4ca67b054bbfd3315bf85230577")]
    [InlineData(63, "5150d1772f50834a503e069a973fbd7c")]
    public void Hash_is_that_of_the_reference_implementation(int length, string expected)
    {
        var hash = SipHash128.Of(SipKey.FromBytes(Bytes(16)), Bytes(length));

        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, hash);
        Assert.Equal(expected, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Hash_does_not_depend_on_how_the_bytes_are_split()
    {
        var key = SipKey.FromBytes(Bytes(16));
        var message = Bytes(40);
        var whole = SipHash128.Of(key, message);
        for (var first = 0; first <= message.Length; first++)
        {
            for (var second = first; second <= message.Length; second++)
            {
                var hash = new SipHash128(key);
                hash.Append(message.AsSpan(0, first));
                hash.Append(message.AsSpan(first, second - first));
                hash.Append(message.AsSpan(second));
                Assert.True(whole == hash.Finish(), $"split at {first} and {second}");
            }
        }
    }

    [Fact]
    public void Fields_are_not_confused_with_their_neighbours()
    {
        Assert.NotEqual(OfFields("ab", "c"), OfFields("a", "bc"));
        Assert.NotEqual(OfFields("abc", ""), OfFields("", "abc"));
        Assert.Equal(OfFields("ab", "c"), OfFields("ab", "c"));
    }

    [Fact]
    public void Keys_give_different_hashes_and_do_not_print_themselves()
    {
        var key = SipKey.CreateRandom();

        Assert.NotEqual(SipHash128.Of(key, "text"u8), SipHash128.Of(SipKey.CreateRandom(), "text"u8));
        Assert.Equal("***", key.ToString());
    }

    private static UInt128 OfFields(string first, string second)
    {
        var hash = new SipHash128(SipKey.FromBytes(Bytes(16)));
        hash.AppendField(System.Text.Encoding.UTF8.GetBytes(first));
        hash.AppendField(System.Text.Encoding.UTF8.GetBytes(second));
        return hash.Finish();
    }

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(value => (byte)value)];
}
