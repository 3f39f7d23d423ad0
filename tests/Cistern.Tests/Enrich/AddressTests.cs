using System.Net;
using System.Net.Sockets;
using System.Text;
using Cistern.Enrich.Proof;

namespace Cistern.Tests.Enrich;

public sealed class AddressTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:cb00:7107", "203.0.113.7")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("2001:DB8:0:0:0:0:0:1", "2001:db8::1")]
    [InlineData("::", "::")]
    [InlineData("1::", "1::")]
    [InlineData("64:ff9b::192.0.2.1", "64:ff9b::c000:201")]
    [InlineData("", null)]
    [InlineData("1.2.3", null)]
    [InlineData("1.2.3.4.5", null)]
    [InlineData("1.2.3.256", null)]
    [InlineData("1..2.3", null)]
    [InlineData("1.2.3.4:80", null)]
    [InlineData("[::1]", null)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData(":::", null)]
    [InlineData("1::2::3", null)]
    [InlineData("1:2:3:4:5:6:7", null)]
    [InlineData("1:2:3:4:5:6:7:8:9", null)]
    [InlineData("1:2:3:4:5:6:7::8", null)]
    [InlineData("12345::", null)]
    [InlineData("1:2:", null)]
    [InlineData(":1:2:3:4:5:6:7", null)]
    [InlineData("::1.2.3", null)]
    [InlineData("1:2:3:4:5:6:7:1.2.3.4", null)]
    [InlineData("hash0123", null)]
    public void Addresses_are_read_as_logs_write_them(string text, string? expected)
    {
        var ok = NetAddress.TryParse(Encoding.UTF8.GetBytes(text), out var address);

        Assert.Equal(expected is not null, ok);
        if (expected is not null)
        {
            Assert.Equal(IPAddress.Parse(expected).ToString(), new NetPrefix(address, address.Width).ToString().Split('/')[0]);
        }
    }

    [Fact]
    public void Random_addresses_read_as_the_framework_reads_them()
    {
        var random = new Random(11);
        var bytes = new byte[16];
        for (var round = 0; round < 5000; round++)
        {
            random.NextBytes(bytes);
            if (round % 3 == 0)
            {
                bytes.AsSpan(2, random.Next(12)).Clear();
            }

            var expected = new IPAddress(round % 2 == 0 ? bytes : bytes[..4]);
            Assert.True(NetAddress.TryParse(Encoding.UTF8.GetBytes(expected.ToString()), out var address), expected.ToString());
            Assert.Equal(expected.AddressFamily == AddressFamily.InterNetwork, address.IsV4);
            Assert.Equal($"{expected}/{address.Width}", new NetPrefix(address, address.Width).ToString());
        }
    }

    [Theory]
    [InlineData("192.0.2.0/24", true)]
    [InlineData("192.0.2.1", true)]
    [InlineData("0.0.0.0/0", true)]
    [InlineData("2001:db8::/32", true)]
    [InlineData("::ffff:192.0.2.0/120", true)]
    [InlineData("192.0.2.1/24", false)]
    [InlineData("192.0.2.0/33", false)]
    [InlineData("192.0.2.0/-1", false)]
    [InlineData("192.0.2.0/", false)]
    [InlineData("2001:db8::1/64", false)]
    [InlineData("2001:db8::/129", false)]
    [InlineData("example.org/24", false)]
    public void Prefixes_have_a_length_and_no_bits_behind_it(string text, bool expected) => Assert.Equal(expected, NetPrefix.TryParse(text, out _));

    [Fact]
    public void A_table_finds_what_a_search_through_all_ranges_finds()
    {
        var random = new Random(3);
        var table = new PrefixTable();
        List<(NetPrefix Prefix, PrefixTable.Entry Entry)> all = [];
        for (var number = 0; number < 600; number++)
        {
            var address = Draw(random);
            var length = random.Next(address.IsV4 ? 8 : 12, address.Width + 1);
            var from = random.Next(100);
            (NetPrefix Prefix, PrefixTable.Entry Entry) one = (new NetPrefix(address.NetworkOf(length), length), new PrefixTable.Entry(number, from, from + random.Next(1, 60)));
            all.Add(one);
            table.Add(one.Prefix, one.Entry);
        }

        Span<int> found = stackalloc int[64];
        for (var round = 0; round < 5000; round++)
        {
            var (address, time) = (Draw(random), random.Next(160));
            var count = table.Find(address, time, found);
            int[] expected = [.. all.Where(one => one.Prefix.Network.IsV4 == address.IsV4 && address.NetworkOf(one.Prefix.Length) == one.Prefix.Network && time >= one.Entry.From && time < one.Entry.To).Select(one => one.Entry.List)];

            Assert.Equal(expected.Order(), found[..count].ToArray().Order());
            int[] lengths = [.. found[..count].ToArray().Select(list => all[list].Prefix.Length)];
            Assert.Equal(lengths.OrderDescending(), lengths);
        }
    }

    // Few different first bits, so that ranges hold each other.
    private static NetAddress Draw(Random random)
    {
        var isV4 = random.Next(2) == 0;
        var bits = isV4 ? (UInt128)(uint)random.Next() & 0x030F00FF : ((UInt128)random.Next(4) << 120) | ((UInt128)random.Next(16) << 90) | (uint)random.Next(16);
        return new NetAddress(bits, isV4);
    }
}
