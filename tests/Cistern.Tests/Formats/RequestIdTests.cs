using System.Text;
using Cistern.Formats.CloudFront;

namespace Cistern.Tests.Formats;

public sealed class RequestIdTests
{
    private const int Seed = 20251121;
    private const int Rounds = 10_000;

    [Fact]
    public void Whatever_the_text_is_what_is_stored_gives_it_back()
    {
        var random = new Random(Seed);
        var kept = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var text = MakeId(random, round);
            var row = Bodies.DecodeRow(Bodies.CloudFront with { CloudFrontFields = "1-71" }, Lines.All((13, text)));
            var asBytes = row.TryGetValue("request_id", out var fromBytes);
            Assert.True(text == (asBytes ? fromBytes : row["request_id_text"]), $"seed {Seed}, round {round}, text {text}");
            Assert.False(asBytes && row.ContainsKey("request_id_text"));
            kept += asBytes ? 1 : 0;
        }

        Assert.InRange(kept, Rounds / 4, Rounds * 3 / 4);
    }

    [Fact]
    public void An_id_of_40_bytes_is_stored_as_40_bytes()
    {
        Span<byte> id = stackalloc byte[64];
        Assert.True(RequestIds.TryDecode("cGX9Jx7KFX7UwY8KwRFS5FvFrdUJBpSBqMgaHWi3yuHJ7mblrhzT5A=="u8, id, out var length));
        Assert.Equal(40, length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("ab=")]
    [InlineData("a===")]
    [InlineData("ab%%")]
    [InlineData("ab+/")]
    [InlineData("ab c")]
    [InlineData("abc\n")]
    [InlineData("ownSample0001ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno==")]
    public void A_text_that_bytes_would_not_give_back_is_none(string text)
    {
        Span<byte> id = stackalloc byte[64];
        Assert.False(RequestIds.TryDecode(Encoding.UTF8.GetBytes(text), id, out _));
    }

    // Half real ids, the others spoiled in one place, cut, or made of any characters that a field may hold.
    private static string MakeId(Random random, int round)
    {
        var bytes = new byte[round % 4 == 3 ? random.Next(1, 60) : 40];
        random.NextBytes(bytes);
        var id = Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');
        return (round % 4) switch
        {
            0 or 3 => id,
            1 => id[..random.Next(20, id.Length)],
            _ => id.Remove(random.Next(id.Length), 1).Insert(random.Next(id.Length - 1), ((char)random.Next('!', '~')).ToString()),
        };
    }
}
